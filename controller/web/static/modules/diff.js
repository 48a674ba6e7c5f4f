// What differs between Git and AWS, field by field, and whose hand it was.
import { h, icon } from "./dom.js";
import { age } from "./times.js";
import { count, who } from "./words.js";

const KINDS = { changed: ["Changed", "~"], added: ["Only in AWS", "−"], removed: ["Only in Git", "+"] };

/** The differences; nothing where there are none. */
export function drawDiff(detail) {
  const { changes, sync, outcome } = detail;
  if (!changes.length) return null;
  const drifted = sync === "drifted";
  const one = changes.length === 1;
  const what = drifted ? `${one ? "differs" : "differ"} from Git by hand` : outcome === "progressing" ? `${one ? "changes" : "change"} with what ships now` : "will change when it ships";
  const head = h("div", { class: "head" }, h("h2", {}, drifted ? "Drift" : "Changes"), h("p", { class: "quiet" }, `${count(changes.length, "field")} ${what}`));
  return h("section", { class: "card" }, head, h("ul", { class: "changes" }, changes.map((each) => change(each, drifted))));
}

function change(each, drifted) {
  const [kind, mark] = KINDS[each.kind] ?? [each.kind, "?"];
  return h("li", { class: "change", "data-kind": each.kind },
    h("p", { class: "path" }, h("span", { class: "mark", title: kind, "aria-hidden": "true" }, mark), h("span", { class: "unseen" }, `${kind}: `), path(each.path)),
    h("dl", { class: "values" },
      each.kind === "added" ? null : [h("dt", {}, "Git"), h("dd", { class: "declared" }, value(each.declared))],
      each.kind === "removed" ? null : [h("dt", {}, "AWS"), h("dd", { class: "live" }, value(each.live))]),
    drifted ? hand(each) : null);
}

/** A pointer, its last part standing out; broken between parts where a line is too short. */
function path(pointer) {
  const parts = pointer.split("/").slice(1).map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
  const last = parts.pop() ?? pointer;
  return h("code", {}, parts.flatMap((part) => [`${part} / `, h("wbr")]), h("b", {}, last));
}

function value(given) {
  if (given === null || given === undefined) return h("span", { class: "quiet" }, "nothing");
  const text = typeof given === "object" ? JSON.stringify(given, null, 1) : String(given);
  return h(text.includes("\n") ? "pre" : "code", text.includes("\n") ? { tabindex: "0", "aria-label": "Value" } : {}, text);
}

function hand({ by, at, since, atLeast, via, call, source, pending }) {
  const when = at ?? since;
  const more = [via && `with ${via}`, call && h("code", {}, call), source && `from ${source}`].filter(Boolean);
  const unknown = pending ? "AWS does not tell yet who" : "AWS does not tell who";
  const name = by ? [icon("active"), "by ", who(by)] : [icon("unknown"), unknown];
  return h("p", { class: "hand" }, h("span", {}, name), more.map((each) => h("span", {}, each)), when === null ? null : h("span", {}, atLeast && !by && "more than ", age(when)));
}
