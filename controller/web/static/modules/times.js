// Times as people say them, by the daemon's clock: a reader's own may be wrong, and ages would be nonsense.
import { h, say } from "./dom.js";

const STEPS = [[60, "s"], [60, "min"], [24, "h"], [Infinity, "d"]];
const TICK = 5000;
let ahead = 0; // of the daemon's clock before this one, in seconds

/** The daemon said what time it is. */
export function setClock(now) {
  ahead = now - Date.now() / 1000;
}

/** Now, in seconds since the epoch, by the daemon's clock. */
export function now() {
  return Date.now() / 1000 + ahead;
}

/** A length of time in one unit: "42 s", "7 min", "3 h", "12 d". */
export function span(seconds) {
  let left = Math.max(0, seconds);
  for (const [size, unit] of STEPS) {
    if (Math.round(left) < size) return `${Math.round(left)} ${unit}`;
    left /= size;
  }
  return "";
}

/** A length of time in two units: "1 min 12 s", "3 h 5 min". */
export function exactSpan(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return two(Math.floor(whole / 60), "min", whole % 60, "s");
  if (whole < 86400) return two(Math.floor(whole / 3600), "h", Math.floor((whole % 3600) / 60), "min");
  return two(Math.floor(whole / 86400), "d", Math.floor((whole % 86400) / 3600), "h");
}

/** A moment in full, in the reader's own zone. */
export function absolute(at) {
  return new Date(at * 1000).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "long" });
}

/** A moment as machines read it. Null, so no attribute, for a number that no calendar has. */
export function stamp(at) {
  const moment = new Date(at * 1000);
  return Number.isNaN(moment.getTime()) ? null : moment.toISOString();
}

/** The time of the day alone. */
export function clock(at) {
  return new Date(at * 1000).toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
}

/** An age that goes on by itself. `form`: "ago" (4 min ago), "for" (4 min), "left" (about 4 min). */
export function age(at, form = "ago") {
  if (at === null || at === undefined) return null;
  const given = { datetime: stamp(at), title: absolute(at), "data-at": at, "data-form": form };
  return h("time", given, worded(at, form));
}

/** Let every age on the page go on. Only those that read otherwise are touched. */
export function startAges() {
  setInterval(tick, TICK);
}

export function tick() {
  if (document.hidden) return;
  for (const each of document.querySelectorAll("time[data-at]")) {
    say(each, worded(Number(each.dataset.at), each.dataset.form));
  }
}

function worded(at, form) {
  const passed = now() - at;
  if (form === "left") return passed < 0 ? `about ${span(-passed)}` : "any moment";
  if (form === "for") return span(passed);
  return passed < 3 ? "just now" : `${span(passed)} ago`;
}

function two(large, name, small, unit) {
  return small ? `${large} ${name} ${small} ${unit}` : `${large} ${name}`;
}
