// The fleet: how all of it stands in a sentence, and every service in a line.
import { chips } from "./chips.js";
import { emptyFleet, problems, silence, underway, unreadFleet } from "./empty.js";
import { FACETS, GROUPS, SORTS, chosen, read, urgency, write } from "./filter.js";
import { fill, h, icon, redraw, say } from "./dom.js";
import { keep, leaveFleet } from "./places.js";
import { announce } from "./notices.js";
import { store } from "./store.js";
import { Table } from "./table.js";
import { SYNC, count } from "./words.js";

const SETTLED = 9; // the urgency of a service about which there is nothing to say

export class FleetView {
  title = "Fleet";
  #filter = read(new URLSearchParams());
  #table = new Table();
  #last = null; // the service that was looked at, to come back to

  constructor() {
    this.heading = h("h1", { tabindex: "-1" });
    this.summary = h("p", { class: "summary" });
    this.spectrum = h("div", { class: "spectrum", "aria-hidden": "true" });
    this.chips = h("div", { class: "facets" });
    this.problems = h("div", { class: "problems" });
    this.rest = h("div", { class: "rest" });
    this.search = h("input", { type: "search", id: "search", placeholder: "Search", "aria-label": "Search services", autocomplete: "off", spellcheck: "false", "aria-keyshortcuts": "/" });
    this.search.addEventListener("input", () => this.#change({ q: this.search.value }, false));
    this.group = choice("Group", GROUPS, (group) => this.#change({ group }, true));
    this.sort = choice("Sort", SORTS, (sort) => this.#change({ sort }, true));
    const field = h("label", { class: "search" }, icon("search"), this.search, h("kbd", { "aria-hidden": "true" }, "/"));
    this.tools = h("div", { class: "tools" }, field, this.group.node, this.sort.node);
    const head = h("div", { class: "overview" }, this.heading, this.summary, this.spectrum);
    this.node = h("section", { class: "fleet" }, head, this.problems, this.tools, this.chips, this.#table.node, this.rest);
    store.addEventListener("fleet", ({ detail }) => this.#arrived(detail));
  }

  /** The address says what to show. */
  enter({ search }) {
    this.#filter = read(search);
    leaveFleet();
    if (document.activeElement !== this.search) this.search.value = this.#filter.q;
    this.#draw();
  }

  /** Where the focus goes: to the service that one comes back from, else to the heading. */
  focus() {
    (this.#table.links().find((each) => each.dataset.key === this.#last) ?? this.heading).focus({ preventScroll: this.#last === null });
  }

  /** A service is opened. */
  leave(key) {
    this.#last = key ?? null;
    leaveFleet(write(this.#filter));
  }

  /** The rows, for the keys. */
  links() {
    return this.#table.links();
  }

  #arrived({ changed, whole }) {
    if (whole) this.#table.forget(store.rows);
    if (this.node.isConnected) this.#draw(whole ? null : changed);
    else this.#stale = true;
  }

  #stale = false;

  #draw(changed = null) {
    if (store.version === null) return;
    const rows = [...store.rows.values()];
    const found = chosen(rows, this.#filter);
    this.#told(rows);
    this.#table.show(found.groups, this.#stale ? null : changed);
    this.#stale = false;
    const pressed = Object.values(this.#filter.facets).map((each) => [...each]);
    redraw(this.chips, [pressed, found.counts], () => chips(this.#filter, found.counts, (facet, state) => this.#toggle(facet, state)));
    this.group.set(this.#filter.group);
    this.sort.set(this.#filter.sort);
    const some = rows.length > 0;
    for (const each of [this.tools, this.chips]) each.hidden = !some;
    this.#table.node.hidden = found.shown === 0;
    const { problems: wrong, commit, failingSince, message, arriving } = store.source;
    const told = () => [some && unreadFleet(store.source), silence(store.source), underway(store.source), problems(store.source)];
    redraw(this.problems, [some, wrong, commit, failingSince, message, arriving], told);
    fill(this.rest, some ? found.shown === 0 && this.#nothing() : emptyFleet(store.source));
    return found.shown;
  }

  #told(rows) {
    const well = rows.filter((row) => row.sync === "in-sync").length;
    const all = count(rows.length, "service");
    this.summary.hidden = this.spectrum.hidden = rows.length === 0;
    say(this.heading, headline(well, rows.length, all));
    const urgent = rows.filter((row) => urgency(row) < 6).length;
    const moving = rows.filter((row) => row.outcome === "progressing").length;
    const said = [urgent && `${urgent.toLocaleString()} ${urgent === 1 ? "needs" : "need"} attention`, moving && `${moving.toLocaleString()} on the way`];
    const settled = rows.every((row) => urgency(row) >= SETTLED) && "Nothing needs attention";
    say(this.summary, said.filter(Boolean).join(", ") || settled || "");
    this.#bar(rows);
    const held = rows.filter((row) => row.sync === "held").length;
    this.title = held ? `${held} held · Fleet` : "Fleet";
  }

  #bar(rows) {
    const parts = Object.entries(SYNC).map(([state, { tone }]) => [rows.filter((row) => row.sync === state).length, tone]);
    const shown = parts.filter(([number]) => number);
    redraw(this.spectrum, shown, () => shown.map(([number, tone]) => h("i", { class: `tone-${tone}`, "--part": number })));
  }

  #nothing() {
    const clear = () => this.#change({ q: "", facets: read(new URLSearchParams()).facets }, true);
    return h("div", { class: "empty" }, h("p", {}, "No service is like that."), h("button", { type: "button", class: "button", onclick: clear }, "Show all of them"));
  }

  #toggle(facet, state) {
    const facets = Object.fromEntries(Object.keys(FACETS).map((name) => [name, new Set(this.#filter.facets[name])]));
    if (!facets[facet].delete(state)) facets[facet].add(state);
    this.#change({ facets }, true);
  }

  #change(change, step) {
    this.#filter = { ...this.#filter, ...change };
    if (!("q" in change) || change.q !== this.search.value) this.search.value = this.#filter.q;
    keep(write(this.#filter), step);
    const shown = this.#draw();
    announce(shown === 0 ? "No service is like that." : `${count(shown, "service")} shown.`, 600);
  }
}

function headline(well, total, all) {
  if (!total) return "Fleet";
  if (well === total) return total === 1 ? "The one service is in sync" : `All ${all} are in sync`;
  return `${well.toLocaleString()} of ${all} ${well === 1 ? "is" : "are"} in sync`;
}

function choice(label, names, choose) {
  const options = Object.entries(names).map(([name, title]) => h("option", { value: name }, title));
  const select = h("select", { onchange: () => choose(select.value) }, options);
  return { node: h("label", { class: "choice" }, h("span", {}, label), select), set: (value) => (select.value = value) };
}
