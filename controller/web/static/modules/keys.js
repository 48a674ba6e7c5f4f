// The keyboard. Nothing happens while somebody writes, or while a dialog is open.
import { open } from "./dialogs.js";
import { h } from "./dom.js";
import { fleetAddress, go } from "./places.js";

const KEYS = [
  [["/"], "Search"],
  [["j"], "Next service", ["↓"]],
  [["k"], "Previous service", ["↑"]],
  [["Enter"], "Open it"],
  [["g", "f"], "To the fleet"],
  [["g", "a"], "To the activity"],
  [["?"], "These keys"],
  [["Esc"], "Close, or leave the search"],
];
const SEQUENCE = 1200; // ms for the second key of a pair
const MOVES = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 };
let first = { key: "", at: 0 };

/** Listen. `current()` is the view that is shown; one with rows has `links()`. */
export function startKeys(current) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    const writing = event.target.closest?.("input, select, textarea");
    if (writing) left(event, current);
    else if (pressed(event, current)) event.preventDefault();
  });
}

/** Say which keys there are. */
export function showKeys() {
  if (document.querySelector("dialog[open]")) return;
  const rows = KEYS.map(([keys, what, or]) => [h("dt", {}, caps(keys), or && [" or ", caps(or)]), h("dd", {}, what)]);
  open("Keys", h("dl", { class: "keylist" }, rows));
}

function pressed(event, current) {
  const pair = Date.now() - first.at < SEQUENCE ? first.key + event.key : "";
  first = { key: event.key, at: Date.now() };
  if (pair === "gf") return went(fleetAddress());
  if (pair === "ga") return went("/activity");
  if (event.key === "?") return done(showKeys);
  if (event.key === "/") return done(() => document.getElementById("search")?.focus());
  return event.key in MOVES && move(current(), MOVES[event.key], event);
}

/** From the search, an arrow leads into the rows, and Escape out of it. */
function left(event, current) {
  if (event.target.type !== "search") return;
  if (event.key === "Escape") event.target.blur();
  if (event.key === "ArrowDown" && move(current(), 1, event)) event.preventDefault();
}

function move(view, by, event) {
  const links = view?.links?.() ?? [];
  const there = links.indexOf(document.activeElement);
  const inRow = there >= 0 || event.key.length === 1 || event.target.type === "search";
  if (!links.length || !inRow) return false; // the arrows scroll, unless one is in the rows
  const next = links[Math.max(0, Math.min(links.length - 1, there + by))];
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
  return true;
}

function went(href) {
  first = { key: "", at: 0 };
  return done(() => go(href));
}

function done(act) {
  act();
  return true;
}

function caps(keys) {
  return keys.map((key, place) => [place ? " " : "", h("kbd", {}, key)]);
}
