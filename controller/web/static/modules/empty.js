// What stands where there is nothing to show, and what is wrong with the newest commit.
import { h, icon } from "./dom.js";
import { fleetAddress } from "./places.js";
import { age } from "./times.js";
import { count, short } from "./words.js";

export const UNREAD = "Git has not been read yet";

/** That what is shown is from before, while Git was not read since the daemon started. */
export function unread(why) {
  return h("div", { class: "notice tone-warning" }, h("h2", {}, UNREAD), h("p", {}, `${why} What is shown is as it was before.`));
}

/** A fleet without services: why, and what to do. */
export function emptyFleet(source) {
  if (source.commit === null && source.failingSince !== null) {
    const remedy = source.remedy && h("p", { class: "remedy" }, source.remedy);
    const since = h("p", { class: "quiet" }, "It is asked again and again, since ", age(source.failingSince), ".");
    return empty("failing", "Git has not answered yet", h("p", {}, source.message || "The repository could not be read."), remedy, since);
  }
  if (source.commit === null) {
    const far = source.arriving && h("p", { class: "quiet" }, `It is large: ${source.arriving}.`);
    return empty("waiting", "The repository is being read", h("p", {}, "The services appear here in a moment."), far);
  }
  const where = ["Commit ", h("code", {}, short(source.commit)), " holds no manifest of a service."];
  const how = ["Write one, such as ", h("code", {}, "desired/prod/notes-app.yaml"), ", and it appears here by itself. ", h("code", {}, "trueup validate ."), " checks it before."];
  return empty("commit", "No services yet", h("p", {}, where), h("p", { class: "quiet" }, how));
}

/** Something that could not be shown, and why. */
export function failure(error, again) {
  if (error.unread) return empty("waiting", UNREAD, h("p", {}, error.message), h("p", { class: "quiet" }, "It appears here by itself."));
  if (error.left) return departed(error.message);
  const title = error.status === 404 ? "There is no such service" : "This could not be loaded";
  const more = error.status === 404 ? toTheFleet() : h("button", { type: "button", class: "button", onclick: again }, "Try again");
  return empty(error.status === 404 ? "unknown" : "failing", title, h("p", {}, error.message), more);
}

/** A service that was there, until a commit took its manifest away. */
export function departed(said) {
  return empty("commit", "This service left Git", h("p", {}, said), toTheFleet());
}

/** An address that leads nowhere. */
export function nowhere() {
  return empty("unknown", h("h1", {}, "There is no such page"), h("p", {}, "The address may be old, or mistyped."), h("a", { href: "/", class: "button" }, "To the fleet"));
}

function toTheFleet() {
  return h("a", { href: fleetAddress(), class: "button" }, "To the fleet");
}

/** A message for people in the middle of the page. */
export function empty(sign, title, ...more) {
  return h("div", { class: "empty" }, icon(sign), typeof title === "string" ? h("h2", {}, title) : title, ...more);
}

/** That none of the services that are shown were read by the daemon that answers now. */
export function unreadFleet({ commit, failingSince, message, remedy, arriving }) {
  if (commit !== null) return null;
  const far = arriving ? `It is large: ${arriving}.` : "It is being read.";
  return unread(failingSince === null ? far : `${message} ${remedy}`.trim());
}

/** That Git does not answer well any more, folded: why, and what to do. */
export function silence({ commit, failingSince, reason, message, remedy }) {
  if (commit === null || failingSince === null) return null;
  const unapplied = { unverified: "The newest commit is not verified", defect: "The newest commit is not applied" };
  const what = unapplied[reason] ?? "Git has not answered well";
  const head = h("summary", {}, icon("failing"), h("span", {}, what, " for ", age(failingSince, "for")), h("span", { class: "quiet" }, `What commit ${short(commit)} says still counts.`));
  return h("details", { class: "notice tone-warning" }, head, h("p", {}, message, remedy && h("span", { class: "remedy" }, ` ${remedy}`)));
}

/** That a newer commit takes long to get here, and how far it is. */
export function underway({ commit, failingSince, arriving }) {
  if (commit === null || failingSince !== null || !arriving) return null;
  return h("p", { class: "quiet" }, `A newer commit is on its way: ${arriving}. What commit ${short(commit)} says still counts.`);
}

/** What is wrong with the newest commit, folded: each with its place and what to do. */
export function problems(source) {
  const found = source?.problems ?? [];
  if (!found.length) return null;
  const errors = found.filter((each) => each.severity === "error").length;
  const more = source.moreProblems ?? 0;
  const what = more ? count(found.length + more, "problem") : errors ? count(errors, "error") : count(found.length, "warning");
  const head = h("summary", {}, icon("warning"), h("span", {}, `${what} in commit ${short(source.commit)}`), h("span", { class: "quiet" }, errors ? "What it spoils stays as it was." : ""));
  return h("details", { class: "notice tone-warning" }, head, h("ul", {}, found.map(problem)),
    more ? h("p", { class: "quiet" }, `And ${more} more: trueup validate tells them all.`) : null);
}

/** A problem with its place. */
export function problem({ file, line, column, message, remedy }) {
  const place = [file, line, column].filter((each) => each !== null).join(":");
  return h("li", {}, h("code", {}, place), " ", message, remedy && h("span", { class: "remedy" }, ` ${remedy}`));
}
