// The deployment that runs: both colours with their share, its steps with their times, and the alarms that watch it.
import { h, icon, outward } from "./dom.js";
import { age, absolute, clock, exactSpan, stamp } from "./times.js";
import { ATTEMPTS, count, sign } from "./words.js";

const STEPS = {
  Succeeded: ["done", "good"],
  InProgress: ["active", "news"],
  Pending: ["pending", "quiet"],
  Failed: ["failed", "bad"],
  Skipped: ["superseded", "quiet"],
};
const ALARMS = { OK: ["done", "good", "OK"], ALARM: ["alarm", "bad", "In alarm"], INSUFFICIENT_DATA: ["unknown", "quiet", "Not enough data"] };

// What is to be said of one that does not go on by itself to its end.
const STANDING = {
  ready: ({ givesUpAt }) => [sign(ATTEMPTS, "ready"), givesUpAt !== null && [" · ", h("b", {}, age(givesUpAt, "left")), " until AWS stops it"]],
  stopping: () => sign(ATTEMPTS, "stopping"),
};

/** The live shift; nothing where none runs. */
export function drawShift(shift, detail) {
  if (!shift) return null;
  const standing = (STANDING[shift.state] ?? going)(shift);
  const left = standing && h("p", { class: "left" }, standing);
  const since = shift.since !== null && [" · began ", age(shift.since)];
  const head = h("div", { class: "head" }, h("div", {}, h("h2", {}, "Shift"), h("p", { class: "quiet" }, outward(shift.url, h("code", {}, shift.deployment)), since)), left);
  const both = shift.colours.length ? colours(shift.colours, detail) : null;
  return h("section", { class: "card" }, head, both, h("div", { class: "watching" }, steps(shift.steps), alarms(shift.alarms)));
}

function going({ endsAt }) {
  return endsAt === null ? null : [h("b", {}, age(endsAt, "left")), " until production has moved"];
}

function colours(sides, detail) {
  const bar = h("div", { class: "split", "aria-hidden": "true" }, sides.map((each) => h("i", { class: each.label, "--weight": each.weight })));
  return h("div", { class: "colours" }, sides.map((each) => colour(each, detail)), bar);
}

function colour({ label, taskDefinition, images, weight, running, desired }, detail) {
  const tags = [...new Set(Object.values(images).map(tagOf))].join(", ") || (label === "green" ? short(detail) : "");
  return h("div", { class: `colour ${label}` },
    h("p", { class: "weight" }, h("b", {}, `${Math.round(weight)}`), h("span", {}, " %")),
    h("div", {},
      h("p", {}, h("span", { class: "dot" }), h("b", {}, label === "green" ? "Green" : "Blue"), label === "green" ? ", what comes" : ", what ran before"),
      h("p", {}, tags && h("code", {}, tags), " ", h("span", { class: "quiet" }, taskDefinition)),
      h("p", { class: "quiet" }, `${running} of ${count(desired, "task")} ${desired === 1 ? "runs" : "run"}`)));
}

function steps(found) {
  if (!found.length) return null;
  const rows = found.map(({ name, status, startedAt, endedAt }) => {
    const [sign, tone] = STEPS[status] ?? ["unknown", "quiet"];
    const took = startedAt !== null && endedAt !== null ? exactSpan(endedAt - startedAt) : startedAt !== null && status === "InProgress" ? age(startedAt, "for") : "";
    const at = startedAt === null ? "" : h("time", { datetime: stamp(startedAt), title: absolute(startedAt) }, clock(startedAt));
    return h("li", { class: `tone-${tone}`, "data-status": status }, icon(sign), h("span", { class: "step" }, name, h("span", { class: "unseen" }, `: ${status}`)), at, h("span", { class: "took" }, took));
  });
  return h("div", {}, h("h3", {}, "Lifecycle"), h("ol", { class: "steps" }, rows));
}

function alarms(found) {
  const rows = found.map(({ name, state, url }) => {
    const [sign, tone, word] = ALARMS[state] ?? ["unknown", "quiet", state];
    return h("li", { "data-alarm": state }, h("span", { class: `sign tone-${tone}` }, icon(sign), h("span", {}, word)), outward(url, name));
  });
  return h("div", {}, h("h3", {}, "Alarms that watch"), found.length ? h("ul", { class: "alarms" }, rows) : h("p", { class: "quiet" }, "None is known to."));
}

function tagOf(image) {
  const [name, digest] = image.split("@");
  const tag = name.slice(name.lastIndexOf("/") + 1).split(":")[1];
  return tag ?? (digest ? digest.split(":")[1].slice(0, 12) : "latest");
}

function short(detail) {
  return [...new Set(Object.values(detail.images).map(tagOf))].join(", ");
}
