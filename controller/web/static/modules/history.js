// What was tried: every deployment that AWS remembers, how it ended and why, whoever made it.
import { h, icon, outward } from "./dom.js";
import { age, exactSpan } from "./times.js";
import { ATTEMPTS, short, sign, who } from "./words.js";

const CAUSES = { commit: "Commit", heal: "Healing after commit", retry: "Retry of commit" };

/** The record, newest first. */
export function drawHistory({ attempts, asOf, error }) {
  const when = asOf === null ? null : h("p", { class: "quiet" }, "As AWS has it, read ", age(asOf));
  const head = h("div", { class: "head" }, h("h2", {}, "History"), when);
  const broken = error && h("p", { class: "silent" }, icon("failing"), " AWS could not be asked: ", error, attempts.length ? " What is shown is older." : "");
  const rows = attempts.map(attempt);
  const none = !attempts.length && !error && h("p", { class: "quiet none" }, "AWS remembers no deployment of this service.");
  return h("section", { class: "card" }, head, broken, none, h("ol", { class: "attempts" }, rows));
}

function attempt(each) {
  const took = each.finishedAt === null ? null : ["took ", exactSpan(each.finishedAt - each.createdAt)];
  const reason = each.reason || each.message ? h("p", { class: "reason" }, each.reason && h("code", {}, each.reason), each.reason && " ", each.message) : null;
  const failures = each.failures.map(({ what, code, message }) => h("li", {}, h("b", {}, what), " ", code && h("code", {}, code), " ", message));
  return h("li", { class: "attempt", "data-state": each.state },
    sign(ATTEMPTS, each.state),
    h("div", { class: "what" },
      h("p", {}, made(each)),
      reason,
      failures.length ? h("ul", { class: "failures" }, failures) : null,
      each.rollback && h("p", { class: "quiet" }, "Taken back by ", h("code", {}, each.rollback))),
    h("div", { class: "when" }, h("p", {}, age(each.createdAt)), h("p", { class: "quiet" }, took), h("p", {}, outward(each.url, h("code", {}, each.deployment)))));
}

function made(each) {
  if (each.rollbackOf) return ["Rollback of ", h("code", {}, each.rollbackOf)];
  if (each.ours) return [`${CAUSES[each.cause] ?? "Commit"} `, h("code", { title: each.commit }, short(each.commit))];
  const hand = each.who ? ["Somebody else's, by ", who(each.who)] : each.pending ? "Somebody else's; AWS does not tell yet whose" : "Somebody else's";
  const more = [each.via && `with ${each.via}`, each.source && `from ${each.source}`].filter(Boolean).join(" ");
  return [h("span", {}, hand), more && h("span", { class: "quiet" }, ` ${more}`)];
}
