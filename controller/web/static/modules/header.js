// The top of the page: which commit counts and how fresh it is, whether the page is live, and the page's own switches.
import { fill, h, icon, redraw } from "./dom.js";
import { showKeys } from "./keys.js";
import { fleetAddress } from "./places.js";
import { store } from "./store.js";
import { absolute, age } from "./times.js";
import { short } from "./words.js";

const SCHEMES = ["system", "light", "dark"];
const SIGNS = { system: "system", light: "sun", dark: "moon" };
const LINES = { opening: "Connecting", open: "Live", lost: "Connection lost" };

/** Keep the header up to date. */
export function startHeader() {
  const source = h("div", { class: "source" });
  const line = h("span", { class: "line" });
  fill(document.getElementById("state"), source, line);
  fill(document.getElementById("switches"), scheme(), keysButton());
  const draw = () => {
    if (store.source) redraw(source, store.source, () => shown(store.source));
    redraw(line, store.line, () => [h("i", {}), h("span", {}, LINES[store.line])]);
    line.dataset.line = store.line;
  };
  for (const type of ["fleet", "source", "line"]) store.addEventListener(type, draw);
  draw();
}

/** Which of the views is open, in the navigation; the fleet is there as it was left. */
export function markView(view) {
  for (const link of document.querySelectorAll(".top nav a")) {
    if (link.dataset.view === "fleet") link.href = fleetAddress();
    const current = link.dataset.view === view || (view === "service" && link.dataset.view === "fleet");
    if (current) link.setAttribute("aria-current", link.dataset.view === view ? "page" : "true");
    else link.removeAttribute("aria-current");
  }
}

/** Git does answer, but its newest commit is not applied. */
const UNAPPLIED = { unverified: "Commit not verified for ", defect: "Commit not applied for " };

function shown(source) {
  const { commit, subject, author, committedAt, goodAt, failingSince, reason, message, remedy } = source;
  if (commit === null && failingSince === null) return h("span", { class: "quiet" }, "reading Git …");
  const title = [subject, author && `by ${author}`, committedAt && absolute(committedAt)].filter(Boolean).join("\n");
  const name = commit && h("span", { class: "commit", title }, icon("commit"), h("code", {}, short(commit)), h("span", { class: "subject" }, subject));
  if (failingSince === null) return [name, h("span", { class: "asked quiet" }, "Git read ", age(goodAt))];
  const why = `${UNAPPLIED[reason] ? "" : "Git has not answered well: "}${message} ${remedy}`.trim();
  return [name, h("span", { class: "sign tone-warning", title: why }, icon("failing"), h("span", {}, UNAPPLIED[reason] ?? "Git silent for ", age(failingSince, "for")))];
}

function scheme() {
  const button = h("button", { type: "button", class: "plain" });
  const set = (chosen) => {
    if (chosen === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = chosen;
    const label = `Colours: ${chosen === "system" ? "as the system" : chosen}`;
    fill(button, icon(SIGNS[chosen]));
    Object.assign(button, { title: label, ariaLabel: `${label}. Change` });
  };
  button.addEventListener("click", () => {
    const chosen = SCHEMES[(SCHEMES.indexOf(document.documentElement.dataset.theme ?? "system") + 1) % SCHEMES.length];
    set(chosen);
    try {
      localStorage.setItem("theme", chosen);
    } catch {
      // A browser that keeps nothing forgets it with the tab.
    }
  });
  set(document.documentElement.dataset.theme ?? "system");
  return button;
}

function keysButton() {
  const given = { type: "button", class: "plain keys", title: "Keys (?)", "aria-label": "Show the keys", onclick: showKeys };
  return h("button", given, icon("keys"));
}
