// One service, whole: the chain from the commit to the traffic, the shift that runs, what differs, what was tried.
import { drawActions } from "./actions.js";
import { Refused, ask, servicePath } from "./asking.js";
import { drawChain, drawVerdict } from "./chain.js";
import { drawDiff } from "./diff.js";
import { fill, h, redraw } from "./dom.js";
import { departed, failure, problem, unread } from "./empty.js";
import { drawAbout } from "./about.js";
import { drawHistory } from "./history.js";
import { drawShift } from "./shift.js";
import { fleetAddress } from "./places.js";
import { keyOf, store } from "./store.js";
import { HEALTH, NOW, SYNC, marks, sign } from "./words.js";

const MOVING = 3000; // ms between looks at a shift: its events and alarms are not in the fleet's line
const RESTING = 30_000;
const HISTORY = 60_000; // AWS's record; something that happens has it read again at once
const SOON = 150;

export class ServiceView {
  #key = "";
  #path = "";
  #detail = null;
  #timers = {};
  #asked = 0;
  #missed = false; // the last answer was none
  #left = false; // it was there, and no manifest names it any more

  constructor() {
    this.heading = h("h1", { tabindex: "-1" });
    this.signs = h("div", { class: "signs" });
    this.actions = h("div", { class: "actions" });
    const crumb = h("p", { class: "crumb" }, (this.back = h("a", { href: "/" }, "Fleet")), " / ", (this.environment = h("span", {})));
    const title = h("div", { class: "title" }, h("div", {}, crumb, this.heading), this.signs, this.actions);
    this.parts = Object.fromEntries(["verdict", "chain", "shift", "warnings", "diff", "history", "about"].map((name) => [name, h("div", { class: name })]));
    const { verdict, chain, shift, warnings, diff, history, about } = this.parts;
    const columns = h("div", { class: "columns" }, h("div", { class: "wide" }, diff, history), about);
    this.whole = h("div", {}, verdict, chain, shift, warnings, columns);
    this.rest = h("div", { class: "rest" });
    this.unread = h("div", { class: "unread" });
    this.node = h("section", { class: "service" }, title, this.unread, this.whole, this.rest);
    store.addEventListener("fleet", ({ detail }) => this.#touched(detail.whole || detail.changed.has(this.#key)));
    store.addEventListener("fact", ({ detail }) => keyOf({ environment: detail.environment, name: detail.service }) === this.#key && this.#soon(true));
    document.addEventListener("visibilitychange", () => !document.hidden && this.node.isConnected && this.#soon(true));
  }

  enter({ environment, name }) {
    const key = `${environment}/${name}`;
    if (key !== this.#key) {
      this.#key = key;
      this.#path = servicePath(environment, name);
      this.#missed = this.#left = false;
      this.#clear();
      fill(this.rest, h("p", { class: "loading" }, `Asking how ${key} stands …`));
    }
    this.title = `${name} in ${environment}`;
    this.heading.textContent = name;
    this.back.href = fleetAddress();
    this.environment.textContent = environment;
    this.#look();
    this.#lookBack();
  }

  leave() {
    for (const timer of Object.values(this.#timers)) clearTimeout(timer);
  }

  focus() {
    this.heading.focus({ preventScroll: true });
  }

  #clear() {
    this.#detail = null;
    this.whole.hidden = true;
    fill(this.unread);
    for (const part of [this.signs, this.actions, ...Object.values(this.parts)]) redraw(part, null, () => null);
  }

  #touched(mine) {
    if (mine && this.node.isConnected) this.#soon(false);
  }

  /** Look again in a moment: changes come in bunches. */
  #soon(happened) {
    this.#later("look", SOON, () => this.#look());
    if (happened) this.#later("history", 4 * SOON, () => this.#lookBack());
  }

  async #look() {
    const path = this.#path;
    const number = (this.#asked += 1);
    try {
      const detail = await ask(path);
      if (path !== this.#path || number !== this.#asked) return;
      if (this.#missed) this.#lookBack();
      this.#missed = this.#left = false;
      this.#detail = detail;
      this.whole.hidden = false;
      fill(this.rest);
      fill(this.unread);
      this.#draw(detail);
    } catch (error) {
      const gone = error instanceof Refused && error.status === 404;
      if (path !== this.#path || number !== this.#asked) return;
      if (this.#detail && !gone) {
        if (error.unread) fill(this.unread, unread(error.message));
        return; // of all else the banner says that the line is lost
      }
      this.#missed = true;
      this.#left ||= this.#detail !== null;
      this.#clear();
      fill(this.rest, this.#left && !error.left ? departed(`No manifest names ${this.#key} any more.`) : failure(error, () => this.#look()));
    } finally {
      const pause = this.#detail?.shift ? MOVING : RESTING;
      if (path === this.#path) this.#later("look", pause, () => !document.hidden && this.#look());
    }
  }

  async #lookBack() {
    const path = this.#path;
    try {
      const history = await ask(`${path}/history`);
      if (path === this.#path) redraw(this.parts.history, history, () => drawHistory(history));
    } catch (error) {
      if (error.unread) return; // what is known of it stays
      const broken = error.status === 404; // a manifest that never could be read has no history
      if (path === this.#path) redraw(this.parts.history, error.message, () => (broken ? null : h("p", { class: "quiet" }, error.message)));
    } finally {
      if (path === this.#path) this.#later("history", HISTORY, () => !document.hidden && this.#lookBack());
    }
  }

  #later(what, pause, act) {
    clearTimeout(this.#timers[what]);
    this.#timers[what] = setTimeout(() => this.node.isConnected && act(), pause);
  }

  #draw(detail) {
    const { verdict, chain, shift, warnings, diff, about } = this.parts;
    const state = [detail.sync, detail.health, marks(detail)];
    redraw(this.signs, state, () => [sign(SYNC, detail.sync, "Sync"), sign(HEALTH, detail.health, "Health"), state[2].map((each) => sign(NOW, each))]);
    redraw(this.actions, detail.actions, () => drawActions(detail, () => this.#soon(true)));
    redraw(verdict, [detail.outcome, detail.text, detail.chain, detail.failingSince, detail.seenAt], () => drawVerdict(detail));
    redraw(chain, [detail.chain, detail.sync], () => drawChain(detail));
    redraw(shift, detail.shift, () => drawShift(detail.shift, detail));
    redraw(warnings, [detail.problems, detail.findings], () => warned(detail));
    redraw(diff, [detail.changes, detail.sync, detail.outcome], () => drawDiff(detail));
    redraw(about, [detail.running, detail.commit, detail.images, detail.links, detail.release, detail.source, detail.cluster], () => drawAbout(detail));
  }
}

/** What checks found and what is wrong with the manifest, beside what the chain says already. */
function warned({ problems, findings }) {
  const told = findings.filter((each) => !each.blocking);
  if (!problems.length && !told.length) return null;
  const lines = told.map(({ code, message, remedy }) => h("li", {}, h("b", {}, code), " ", message, h("span", { class: "remedy" }, ` ${remedy}`)));
  return h("div", { class: "notice tone-warning" }, h("h2", {}, "Worth knowing"), h("ul", {}, problems.map(problem), lines));
}
