// The filter's chips: one for each state that there is, with how many there would be.
import { h, icon } from "./dom.js";
import { FACETS } from "./filter.js";

const TITLES = { sync: "Sync", health: "Health", now: "Now" };

/** The chips, by facet. `choose(facet, state)` is called when one is pressed. */
export function chips(filter, counts, choose) {
  return Object.keys(FACETS).map((name) => set(name, filter.facets[name], counts[name], choose));
}

function set(name, pressed, counts, choose) {
  const { words } = FACETS[name];
  const states = Object.keys(words).filter((state) => counts[state] || pressed.has(state));
  if (!states.length) return null;
  const all = states.map((state) => chip(name, state, words[state], pressed.has(state), counts[state] ?? 0, choose));
  return h("div", { class: "chips", role: "group", "aria-label": TITLES[name] }, h("span", { class: "label", "aria-hidden": "true" }, TITLES[name]), all);
}

function chip(facet, state, { word, sign, tone }, pressed, number, choose) {
  const given = {
    class: `chip tone-${tone}`,
    type: "button",
    "aria-pressed": String(pressed),
    "data-focus": `${facet}-${state}`,
    onclick: () => choose(facet, state),
  };
  return h("button", given, icon(sign), h("span", {}, word), h("b", {}, number.toLocaleString()));
}
