// What a reader may ask for. The token stays in this tab alone, and goes nowhere but to this daemon.
import { Refused, TOKEN, order, servicePath } from "./asking.js";
import { open } from "./dialogs.js";
import { h, icon, say } from "./dom.js";
import { announce } from "./notices.js";

const NAME = "trueup-name";
const ORDERS = {
  sync: { path: "sync", what: "What Git wants is shipped now, whatever the manifest's sync says.", sign: "sync" },
  retry: { path: "retry", what: "The same release is tried once more. If it fails again, it is held again.", sign: "back" },
  "sync-despite-alarm": { path: "sync", what: "What Git wants is shipped although an alarm fires, once. The reason is written into the deployment.", sign: "alarm", reason: true },
};

/** The buttons; those that are not allowed say why. `ordered` is called when the daemon took an order. */
export function drawActions(detail, ordered) {
  const allowed = detail.actions.filter((each) => each.allowed);
  const why = [...new Set(detail.actions.filter((each) => !each.allowed && each.name !== "sync-despite-alarm").map((each) => each.why))];
  const buttons = allowed.map((each) => button(each, detail, ordered));
  return buttons.length ? buttons : h("p", { class: "quiet", title: why.join(" ") }, why[0] ?? "");
}

function button(action, detail, ordered) {
  const act = () => (action.name in ORDERS ? ask(action, detail, ordered) : null);
  const given = { type: "button", class: action.name === "sync" ? "button strong" : "button", "data-focus": action.name, onclick: act };
  return h("button", given, icon(ORDERS[action.name]?.sign ?? "sync"), action.title);
}

function ask(action, detail, ordered) {
  const { what, reason } = ORDERS[action.name];
  const known = Boolean(detail.you); // whom the load balancer vouches for needs no token
  const token = known ? null : h("input", { type: "password", name: "token", required: true, autocomplete: "off", value: kept(TOKEN) });
  const name = known ? null : h("input", { name: "by", maxlength: 100, autocomplete: "name", value: kept(NAME) });
  const why = reason && h("input", { name: "reason", required: true, maxlength: 200 });
  const refusal = h("p", { class: "refusal", role: "alert" });
  const go = h("button", { class: "button strong" }, action.title);
  const form = h("form", { novalidate: true },
    h("p", {}, h("b", {}, `${detail.environment}/${detail.name}`), ". ", what),
    why && field("Reason", why, "For the record, such as the incident."),
    token && field("Token", token, "The value of TRUEUP_API_TOKEN, or a token of yours. Kept in this tab until it is closed."),
    name && field("Your name", name, "For the record; may be left empty."),
    known && h("p", { class: "quiet" }, `You are ${detail.you}.`),
    refusal,
    h("div", { class: "row-end" }, h("button", { type: "button", class: "button", onclick: () => dialog.close() }, "Cancel"), go));
  // The first that is to be filled in; else Enter would meet the dialog's ✕, and the order be lost without a word.
  ([why, token, name].find((each) => each && !each.value) ?? go).autofocus = true;
  const dialog = open(action.title, form);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send({ action, detail, fields: { token, name, why }, refusal, go, done: () => (dialog.close(), ordered()) });
  });
}

async function send({ action, detail, fields, refusal, go, done }) {
  const missing = [[fields.why, "Say why."], [fields.token, "The token is needed."]].find(([input]) => input && !input.value.trim());
  if (missing) {
    say(refusal, missing[1]);
    return missing[0].focus();
  }
  const body = { ...(fields.name ? { by: fields.name.value.trim() } : {}), ...(fields.why ? { despiteAlarm: fields.why.value.trim() } : {}) };
  go.disabled = true;
  say(refusal, "");
  try {
    await order(`${servicePath(detail.environment, detail.name)}/${ORDERS[action.name].path}`, fields.token?.value.trim(), body);
    if (fields.token) keep(TOKEN, fields.token.value.trim());
    if (fields.name) keep(NAME, body.by);
    done();
    announce(`Noted: ${action.title}. It is looked at next.`, 200);
  } catch (error) {
    refused(error, fields.token, refusal);
  } finally {
    go.disabled = false;
  }
}

function refused(error, token, refusal) {
  const wrong = token && error instanceof Refused && error.status === 401;
  say(refusal, wrong ? "That is not the token of this daemon." : error.message);
  if (!wrong) return;
  keep(TOKEN, "");
  token.focus();
  token.select();
}

function field(label, input, hint) {
  return h("label", { class: "field" }, h("span", {}, label), input, h("small", {}, hint));
}

function kept(name) {
  try {
    return sessionStorage.getItem(name) ?? "";
  } catch {
    return "";
  }
}

function keep(name, value) {
  try {
    if (value) sessionStorage.setItem(name, value);
    else sessionStorage.removeItem(name);
  } catch {
    // A browser that keeps nothing asks again.
  }
}
