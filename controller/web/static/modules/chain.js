// From the commit to the traffic: six links, and the one at which it stands. The same record as `trueup why`.
import { h, icon } from "./dom.js";
import { age } from "./times.js";

const TITLES = { commit: "Commit", rendering: "Rendering", revision: "Revision", preflight: "Pre-flight", deployment: "Deployment", traffic: "Traffic" };
const STATES = { done: "done", active: "under way", blocked: "stands here", pending: "not yet" };
const SIGNS = { done: "done", active: "active", blocked: "blocked", pending: "pending" };

/** The links in a row. */
export function drawChain(detail) {
  const links = detail.chain;
  const items = links.map(({ name, state, text }) =>
    h("li", { class: "link", "data-state": state, "aria-current": state === "active" || state === "blocked" ? "step" : null },
      h("span", { class: "joint" }, icon(SIGNS[state] ?? "unknown")),
      h("b", {}, TITLES[name] ?? name, h("span", { class: "unseen" }, `, ${STATES[state] ?? state}: `)),
      h("p", { title: text }, state === "pending" ? "" : text)));
  return [h("h2", { class: "unseen" }, "From the commit to the traffic"), h("ol", { class: `links tone-${toneOf(detail)}` }, items)];
}

/** What stands in the way, who can clear it and how; or in a sentence that all is well. */
export function drawVerdict(detail) {
  const blocked = detail.chain.find((link) => link.state === "blocked");
  const silent = detail.failingSince !== null && h("p", { class: "silent" }, icon("failing"), unread(detail));
  if (!blocked) {
    const text = detail.text.replace(/^nothing to do\.?\s*/, "") || "What Git says is what runs.";
    const ends = /[.!?]$/.test(text) ? "" : ".";
    return [h("p", { class: "calm" }, sentence(text) + ends, detail.since !== null && h("span", { class: "quiet" }, " Since ", age(detail.since), ".")), silent];
  }
  const tone = toneOf(detail);
  const how = blocked.how && h("p", { class: "how" }, h("b", {}, blocked.who ? `${sentence(blocked.who)} can clear it. ` : ""), commands(blocked.how));
  const at = h("p", { class: "at" }, `${TITLES[blocked.name] ?? blocked.name} stands still`, detail.since !== null && [", for ", age(detail.since, "for")]);
  return [h("div", { class: `stop tone-${tone}` }, icon(detail.sync === "held" ? "held" : detail.sync === "drifted" ? "drifted" : "blocked"), h("div", {}, at, h("p", { class: "why" }, sentence(blocked.text)), how)), silent];
}

/** Since when AWS could not be read, and how old what is shown is; where nothing ever was read, that alone. */
function unread({ failingSince, seenAt }) {
  const since = age(failingSince, "for");
  return seenAt === null ? [" Nothing of it could be read in AWS for ", since, "."] : [" AWS has not answered well for ", since, ". What is shown was read ", age(seenAt), "."];
}

function toneOf({ sync }) {
  return sync === "held" ? "bad" : sync === "drifted" ? "drift" : "warning";
}

/** What one would type stands out. */
function commands(text) {
  return text.split(/((?:trueup|aws) [a-z][\w/ .-]*[\w/-])/).map((part, place) => (place % 2 ? h("code", {}, part) : part));
}

/** Begins large, unless it begins with a name such as d-7KQ2M9XA1, 9f41c7e or arn:aws:ecs:…. */
function sentence(text) {
  return /^[a-z]+([ ,.]|: )/.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text;
}
