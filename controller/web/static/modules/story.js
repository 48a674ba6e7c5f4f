// What a line of the fleet says of a service in words: for who reads it, and for who searches.
import { HEALTH, NOW, SYNC, count, known, marks } from "./words.js";

const QUIET = /^nothing to do\.?\s*/;
const HELD = /^held since (?:\S+ did not succeed\.\s*)?/;
const BLOCKED = /^blocked \([^)]*\)\.\s*/;

/** The sentence, without what the signs beside it say already. */
export function sentence(row) {
  if (row.failingSince !== null) return row.text;
  if (row.stale) return "The newest commit's manifest cannot be used; an earlier one is in force.";
  if (row.outcome === "blocked") return row.text.replace(BLOCKED, "");
  if (row.sync === "unknown" && row.outcome === "unknown" && !row.reason) return SYNC.unknown.title;
  return row.text.replace(QUIET, "").replace(HELD, "");
}

const TEXTS = new WeakMap(); // a row is never changed, only replaced

/** All that a search finds of a row, in small letters: what the line shows, and what stands in its titles. */
export function haystack(row) {
  if (!TEXTS.has(row)) TEXTS.set(row, written(row).toLowerCase());
  return TEXTS.get(row);
}

function written(row) {
  const signs = [known(SYNC, row.sync), known(HEALTH, row.health), ...marks(row).map((each) => known(NOW, each))];
  const { environment, name, cluster, region, running, wanted, commit, author, reason, driftFields, driftBy } = row;
  const people = [author, driftBy].filter(Boolean).map((each) => `by ${each}`);
  const drift = driftFields ? count(driftFields, "field") : "";
  const words = [`${environment}/${name}`, cluster, region, running, wanted, commit, reason, drift, ...people, ...signs.map(({ word }) => word)];
  return [...words, row.text, sentence(row)].filter(Boolean).join("\n");
}
