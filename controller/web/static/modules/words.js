// What the API's words are called, which sign stands for them, and how they are meant. A word that is not known yet is
// shown as it is: an older page must not hide what a newer daemon says.
import { h, icon } from "./dom.js";

export const SYNC = {
  held: { word: "Held", sign: "held", tone: "bad", title: "Tried, and did not succeed" },
  drifted: { word: "Drifted", sign: "drifted", tone: "drift", title: "Somebody changed what runs" },
  outdated: { word: "Outdated", sign: "outdated", tone: "news", title: "Git is ahead" },
  unknown: { word: "Unknown", sign: "unknown", tone: "quiet", title: "Not looked at yet, or not to be had" },
  "in-sync": { word: "In sync", sign: "in-sync", tone: "good", title: "Git and AWS agree" },
};
export const HEALTH = {
  degraded: { word: "Degraded", sign: "degraded", tone: "bad" },
  missing: { word: "Missing", sign: "missing", tone: "bad" },
  progressing: { word: "Progressing", sign: "progressing", tone: "news" },
  unknown: { word: "Unknown", sign: "unknown", tone: "quiet" },
  healthy: { word: "Healthy", sign: "healthy", tone: "good" },
};
export const NOW = {
  shifting: { word: "Shifting", sign: "shifting", tone: "news" },
  blocked: { word: "Blocked", sign: "blocked", tone: "warning" },
  waiting: { word: "Waiting", sign: "waiting", tone: "quiet" },
  failing: { word: "No answer", sign: "failing", tone: "warning" },
  stale: { word: "Broken manifest", sign: "stale", tone: "warning" },
};
export const KINDS = {
  "rollout-started": { word: "Shipping", sign: "shifting" },
  "rollout-done": { word: "Shipped", sign: "done" },
  "rollout-rolled-back": { word: "Rolled back", sign: "back" },
  "rollout-failed": { word: "Failed", sign: "failed" },
  "rollout-stopped": { word: "Stopped", sign: "stopped" },
  "rollout-superseded": { word: "Superseded", sign: "superseded" },
  held: { word: "Held", sign: "held" },
  blocked: { word: "Blocked", sign: "blocked" },
  cleared: { word: "Cleared", sign: "done" },
  "drift-found": { word: "Drift", sign: "drifted", tone: "drift" },
  "drift-healed": { word: "Healed", sign: "in-sync" },
  "source-stale": { word: "Git silent", sign: "failing" },
  "source-back": { word: "Git is back", sign: "commit" },
  ordered: { word: "Asked for", sign: "sync" },
  "left-git": { word: "Left Git", sign: "commit" },
};
export const ATTEMPTS = {
  running: { word: "Running", sign: "shifting", tone: "news" },
  ready: { word: "Waits for a person", sign: "waiting", tone: "warning" },
  stopping: { word: "Stopping", sign: "stopped", tone: "warning" },
  succeeded: { word: "Succeeded", sign: "done", tone: "good" },
  failed: { word: "Failed", sign: "failed", tone: "bad" },
  stopped: { word: "Stopped", sign: "stopped", tone: "bad" },
  "rolled-back": { word: "Rolled back", sign: "back", tone: "bad" },
};

const MARKS = new WeakMap(); // a row is never changed, only replaced

/** What is going on with a row of the fleet, beside sync and health. */
export function marks(row) {
  if (!MARKS.has(row)) MARKS.set(row, marked(row));
  return MARKS.get(row);
}

function marked(row) {
  const found = [];
  if (row.outcome === "progressing") found.push("shifting");
  if (row.outcome === "blocked") found.push("blocked");
  if (row.outcome === "waiting") found.push("waiting");
  if (row.failingSince !== null || row.outcome === "failed") found.push("failing");
  if (row.stale || row.reason === "broken-manifest") found.push("stale");
  return found;
}

/** How a word is shown; one that is not known as itself. */
export function known(words, name) {
  return words[name] ?? { word: name, sign: "unknown", tone: "quiet" };
}

/** A sign: shape, word and colour. */
export function sign(words, name, what = "") {
  const shown = known(words, name);
  const given = { class: `sign tone-${shown.tone}`, title: shown.title, "data-state": name };
  return h("span", given, icon(shown.sign), what && h("span", { class: "unseen" }, `${what}: `), h("span", {}, shown.word));
}

/** A principal as people say it: user/mallory, role/session; of several, each. The whole ARN stays in the title. */
export function who(arn) {
  if (!arn) return null;
  const short = arn.split(" and ").map((each) => (each.startsWith("arn:") ? each.slice(each.lastIndexOf(":") + 1).replace(/^assumed-role\//, "") : each));
  return h("span", { class: "who", title: arn }, short.join(" and "));
}

/** "1 service", "3 services". */
export function count(number, one, many = `${one}s`) {
  return `${number.toLocaleString()} ${number === 1 ? one : many}`;
}

/** How Git's commits are called: the first seven digits. */
export function short(commit) {
  return commit ? commit.slice(0, 7) : "";
}
