// Which services are shown, and in which order. Pure: rows and a filter in, rows out; the filter is the address.
import { haystack } from "./story.js";
import { HEALTH, NOW, SYNC, marks } from "./words.js";

export const GROUPS = { none: "No groups", environment: "Environment", cluster: "Cluster" };
export const SORTS = { attention: "Needs attention", name: "Name", changed: "Changed last", drift: "Oldest drift" };
export const FACETS = {
  sync: { words: SYNC, of: (row) => [row.sync] },
  health: { words: HEALTH, of: (row) => [row.health] },
  now: { words: NOW, of: marks },
};
const URGENCY = { held: 0, drifted: 3, unknown: 5, outdated: 7, "in-sync": 9 };
const NOW_URGENCY = { blocked: 1, failing: 2, stale: 2, shifting: 6, waiting: 8 };
const HEALTH_URGENCY = { degraded: 1, missing: 1, unknown: 8, progressing: 8, healthy: 9 };
const PIECES = new Intl.Collator(undefined, { numeric: true });

/** The filter that an address carries; what it does not know it leaves out. */
export function read(search) {
  const facets = Object.fromEntries(Object.entries(FACETS).map(([name, { words }]) => [name, states(search.get(name), words)]));
  const group = Object.hasOwn(GROUPS, search.get("group")) ? search.get("group") : "none";
  const sort = Object.hasOwn(SORTS, search.get("sort")) ? search.get("sort") : "attention";
  return { q: search.get("q") ?? "", facets, group, sort };
}

/** The filter as an address carries it: only what is not the usual, so that a plain fleet has a plain address. */
export function write({ q, facets, group, sort }) {
  const search = new URLSearchParams();
  if (q.trim()) search.set("q", q.trim());
  for (const [name, chosen] of Object.entries(facets)) if (chosen.size) search.set(name, [...chosen].join(","));
  if (group !== "none") search.set("group", group);
  if (sort !== "attention") search.set("sort", sort);
  return search;
}

/** What matches, in groups and in order: {groups: [{name, rows}], shown, counts: {facet: {state: number}}}. */
export function chosen(rows, filter) {
  const words = filter.q.toLowerCase().split(/\s+/).filter(Boolean);
  const groups = new Map();
  const counts = Object.fromEntries(Object.keys(FACETS).map((name) => [name, {}]));
  let shown = 0;
  for (const row of rows) {
    if (words.length && !contains(row, words)) continue;
    const misses = missed(row, filter.facets);
    count(row, misses, counts);
    if (misses.length) continue;
    shown += 1;
    const name = filter.group === "none" ? "" : (row[filter.group] ?? "Unknown");
    if (!groups.has(name)) groups.set(name, []);
    groups.get(name).push(row);
  }
  const named = [...groups].map(([name, found]) => ({ name, rows: found.sort(ORDERS[filter.sort]) }));
  return { groups: named.sort((a, b) => PIECES.compare(a.name, b.name)), shown, counts };
}

const RANKS = new WeakMap(); // a row is never changed, only replaced

/** How soon somebody should look at a row: less is sooner. */
export function urgency(row) {
  if (!RANKS.has(row)) RANKS.set(row, ranked(row));
  return RANKS.get(row);
}

function ranked(row) {
  const now = marks(row).map((each) => NOW_URGENCY[each]);
  return Math.min(URGENCY[row.sync] ?? 5, HEALTH_URGENCY[row.health] ?? 8, ...now);
}

const byName = (a, b) => PIECES.compare(a.name, b.name) || PIECES.compare(a.environment, b.environment);
const ORDERS = {
  attention: (a, b) => urgency(a) - urgency(b) || byName(a, b),
  name: byName,
  changed: (a, b) => (b.since ?? 0) - (a.since ?? 0) || byName(a, b),
  drift: (a, b) => (a.driftSince ?? Infinity) - (b.driftSince ?? Infinity) || byName(a, b),
};

function contains(row, words) {
  return words.every((word) => haystack(row).includes(word));
}

function missed(row, facets) {
  return Object.keys(FACETS).filter((name) => {
    const wanted = facets[name];
    return wanted.size > 0 && !FACETS[name].of(row).some((state) => wanted.has(state));
  });
}

/** A chip tells how many there would be: what the other facets leave, its own choice aside. */
function count(row, misses, counts) {
  for (const name of Object.keys(FACETS)) {
    if (misses.length && !(misses.length === 1 && misses[0] === name)) continue;
    for (const state of FACETS[name].of(row)) counts[name][state] = (counts[name][state] ?? 0) + 1;
  }
}

/** Those of a list in an address that there are words for: others would hide what no chip shows to be hidden. */
export function states(list, words) {
  return new Set((list ?? "").split(",").filter((each) => Object.hasOwn(words, each)));
}
