// What happened, across services: newest first, live, and back in time page by page.
import { Refused, ask, servicePath } from "./asking.js";
import { arrange, fill, h, icon, redraw } from "./dom.js";
import { UNREAD, empty, failure } from "./empty.js";
import { states } from "./filter.js";
import { keep } from "./places.js";
import { store } from "./store.js";
import { absolute, clock, exactSpan, now, stamp } from "./times.js";
import { KINDS, known, short, who } from "./words.js";

const PAGE = 60;
// Of what happened at one moment, which comes first: the daemon's order, so that nothing changes places once it is read.
const ORDER = ["source-stale", "source-back", "ordered", "left-git", "drift-found", "rollout-superseded", "rollout-stopped", "cleared", "rollout-started", "rollout-done", "rollout-failed", "rollout-rolled-back", "drift-healed", "held", "blocked"];
const TYPING = 150; // ms without another letter, after which it is asked for

export class ActivityView {
  title = "Activity";
  #filter = { kinds: new Set(), environment: "", service: "" };
  #facts = new Map(); // id → fact, as far as they were read
  #nodes = new Map(); // id → element
  #older = null;
  #asked = 0; // the newest question: an answer to an earlier one is not wanted any more
  #typing = 0;

  constructor() {
    this.heading = h("h1", { tabindex: "-1" }, "Activity");
    this.kinds = h("div", { class: "chips", role: "group", "aria-label": "What happened" });
    this.environment = h("select", { onchange: () => this.#change({ environment: this.environment.value }, true) });
    this.service = h("input", { type: "search", id: "search", placeholder: "Service", "aria-label": "Service", maxlength: 200, autocomplete: "off", spellcheck: "false" });
    this.service.addEventListener("input", () => this.#change({ service: this.service.value.trim() }, false));
    const field = h("label", { class: "search" }, icon("search"), this.service, h("kbd", { "aria-hidden": "true" }, "/"));
    const tools = h("div", { class: "tools" }, field, h("label", { class: "choice" }, h("span", {}, "Environment"), this.environment));
    this.list = h("ol", { class: "facts" });
    this.more = h("button", { type: "button", class: "button", hidden: true, onclick: () => this.#back() }, "Older");
    this.rest = h("div", { class: "rest" });
    this.node = h("section", { class: "activity" }, this.heading, tools, h("div", { class: "facets" }, this.kinds), this.list, this.more, this.rest);
    store.addEventListener("fact", ({ detail }) => this.#happened(detail));
    store.addEventListener("line", ({ detail }) => detail.returned && this.node.isConnected && this.#load());
    store.addEventListener("fleet", () => this.node.isConnected && this.#fleet());
  }

  enter({ search }) {
    this.#filter = { kinds: states(search.get("kind"), KINDS), environment: search.get("environment") ?? "", service: search.get("service") ?? "" };
    this.#choices();
    if (document.activeElement !== this.service) this.service.value = this.#filter.service;
    this.#load();
  }

  focus() {
    this.heading.focus();
  }

  links() {
    return [...this.list.querySelectorAll("a.name")];
  }

  async #load() {
    const number = (this.#asked += 1);
    try {
      const found = await ask(`/activity?${this.#query()}`);
      if (number !== this.#asked) return;
      this.#facts = new Map(found.facts.map((fact) => [fact.id, fact]));
      this.#older = found.older;
      this.#draw();
    } catch (error) {
      if (number === this.#asked && error instanceof Refused && !this.#facts.size) fill(this.rest, failure(error, () => this.#load()));
    }
  }

  async #back() {
    const number = this.#asked;
    this.more.disabled = true;
    try {
      const found = await ask(`/activity?${this.#query()}&before=${encodeURIComponent(this.#older)}`);
      if (number !== this.#asked) return;
      for (const fact of found.facts) this.#facts.set(fact.id, fact);
      this.#older = found.older;
      this.#draw();
    } catch (error) {
      fill(this.rest, h("p", { class: "quiet", role: "alert" }, error.message));
    } finally {
      this.more.disabled = false;
    }
  }

  #happened(fact) {
    if (!this.node.isConnected || !this.#wanted(fact)) return;
    this.#facts.set(fact.id, fact);
    this.#draw();
    this.#nodes.get(fact.id)?.classList.add("changed");
  }

  #wanted({ kind, environment, service }) {
    const filter = this.#filter;
    const name = service ? `${environment}/${service}`.toLowerCase() : "";
    const named = words(filter.service).every((word) => name.includes(word));
    return named && (!filter.environment || filter.environment === environment) && (!filter.kinds.size || filter.kinds.has(kind));
  }

  #draw() {
    const facts = [...this.#facts.values()].sort(newestFirst);
    const nodes = [];
    let day = "";
    for (const fact of facts) {
      const its = dayOf(fact.at);
      if (its !== day) nodes.push(this.#kept(`day ${its}`, () => h("li", { class: "day" }, h("h2", {}, its))));
      day = its;
      const node = this.#kept(fact.id, () => h("li", { class: "fact" }));
      redraw(node, fact, () => drawn(fact));
      node.dataset.tone = fact.tone;
      nodes.push(node);
    }
    arrange(this.list, nodes);
    this.more.hidden = this.#older === null;
    const filtered = this.#filter.kinds.size || this.#filter.environment || this.#filter.service;
    fill(this.rest, facts.length ? null : nothing(filtered));
  }

  #kept(name, make) {
    if (!this.#nodes.has(name)) this.#nodes.set(name, make());
    return this.#nodes.get(name);
  }

  #fleet() {
    this.#choices();
    if (this.rest.firstChild && !this.#facts.size) this.#draw(); // it says why there is nothing
  }

  #choices() {
    const names = new Set([...store.rows.values()].map((row) => row.environment));
    if (this.#filter.environment) names.add(this.#filter.environment);
    const all = ["", ...[...names].sort()];
    redraw(this.environment, all, () => all.map((name) => h("option", { value: name }, name || "All")));
    this.environment.value = this.#filter.environment;
    const pressed = this.#filter.kinds;
    redraw(this.kinds, [...pressed], () => Object.entries(KINDS).map(([kind, { word, sign }]) => {
      const given = { type: "button", class: "chip", "aria-pressed": String(pressed.has(kind)), "data-focus": kind, onclick: () => this.#toggle(kind) };
      return h("button", given, icon(sign), h("span", {}, word));
    }));
  }

  #toggle(kind) {
    const kinds = new Set(this.#filter.kinds);
    if (!kinds.delete(kind)) kinds.add(kind);
    this.#change({ kinds }, true);
  }

  #change(change, step) {
    this.#filter = { ...this.#filter, ...change };
    const { kinds, environment, service } = this.#filter;
    const search = new URLSearchParams();
    if (kinds.size) search.set("kind", [...kinds].join(","));
    if (environment) search.set("environment", environment);
    if (service) search.set("service", service);
    keep(search, step);
    this.#choices();
    clearTimeout(this.#typing);
    if (step) this.#load();
    else this.#typing = setTimeout(() => this.#load(), TYPING);
  }

  #query() {
    const { kinds, environment, service } = this.#filter;
    const query = new URLSearchParams([["limit", PAGE], ...[...kinds].map((kind) => ["kind", kind])]);
    if (environment) query.set("environment", environment);
    if (service) query.set("search", service);
    return query;
  }
}

function newestFirst(a, b) {
  return b.at - a.at || ORDER.indexOf(b.kind) - ORDER.indexOf(a.kind) || (a.id < b.id ? 1 : -1);
}

/** What is searched for, as the API takes it: each of the words, in any case. */
function words(text) {
  return text.toLowerCase().split(/\s+/).filter(Boolean);
}

function drawn(fact) {
  const { word, sign, tone = fact.tone } = known(KINDS, fact.kind);
  const at = h("time", { class: "at", datetime: stamp(fact.at), title: absolute(fact.at) }, clock(fact.at));
  const where = fact.service
    ? h("a", { class: "name", href: servicePath(fact.environment, fact.service), "data-focus": "name" }, fact.service, h("span", { class: "where" }, fact.environment))
    : h("span", { class: "name" }, "Git");
  const more = [fact.subject && h("q", {}, fact.subject), fact.commit && h("code", {}, short(fact.commit)), fact.who && ["by ", who(fact.who)], fact.seconds !== null && `after ${exactSpan(fact.seconds)}`];
  const extra = more.filter(Boolean).map((each) => h("span", {}, each));
  return [at, h("span", { class: `sign tone-${tone}` }, icon(sign), h("span", {}, word)), h("div", { class: "what" }, where, h("p", {}, fact.text), extra.length ? h("p", { class: "more" }, extra) : null)];
}

function nothing(filtered) {
  if (store.source?.commit === null) return empty("waiting", UNREAD, h("p", {}, "What happened appears here once it is."));
  if (filtered) return empty("unknown", "Nothing like that happened", h("p", {}, "Fewer filters show more. What happened before the daemon started is read again from AWS as each service is looked at."));
  return empty("waiting", "Nothing has happened yet", h("p", {}, "Rollouts, holds and drift appear here as they happen."));
}

function dayOf(at) {
  const day = (time) => new Date(time * 1000).toDateString();
  if (day(at) === day(now())) return "Today";
  if (day(at) === day(now() - 86400)) return "Yesterday";
  return new Date(at * 1000).toLocaleDateString(undefined, { weekday: "long", day: "numeric", month: "long" });
}
