// What the page knows: the fleet's rows, the repository, and how fresh all of it is. Views listen and draw.
import { ask } from "./asking.js";
import { follow } from "./stream.js";
import { setClock } from "./times.js";

const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 15_000;
const HIDDEN = 60_000; // after that, a tab that nobody sees gives its place to somebody who looks
const SOURCE_EVERY = 20_000; // that Git was asked again is no news, and is not streamed

class Store extends EventTarget {
  rows = new Map();
  source = null;
  acting = false;
  version = null;
  heard = 0; // when the daemon last gave a sign of life, by this browser's clock
  line = "opening"; // opening, open or lost
  error = null;
  again = 0; // when the next attempt is made, by this browser's clock
  #last = null;
  #stop = new AbortController();
  #wake = () => {};
  #pause = FIRST_PAUSE;

  /** Load and follow for as long as the page is there. */
  async run() {
    this.#watchVisibility();
    setInterval(() => this.#readSource(), SOURCE_EVERY);
    for (;;) {
      if (document.hidden && this.#stop.signal.aborted) await this.#seen();
      this.#stop = new AbortController();
      try {
        if (this.version === null) this.#take(await ask("/fleet"));
        await follow(this.version, this.#last, this.#stop.signal, (event) => this.#hear(event));
        throw new Error("The daemon ended the line.");
      } catch (error) {
        if (this.#stop.signal.aborted) continue;
        await this.#lost(error);
      }
    }
  }

  /** Try again at once. */
  hurry() {
    this.#wake();
  }

  #hear(event) {
    this.heard = Date.now();
    if (this.line !== "open") {
      const returned = this.line === "lost";
      Object.assign(this, { line: "open", error: null });
      this.#pause = FIRST_PAUSE;
      this.#tell("line", { returned });
    }
    if (event === null) return;
    this.#last = event.id ?? this.#last;
    if (event.type === "fleet") this.#take(event.data);
    if (event.type === "fact") this.#tell("fact", event.data);
  }

  #take(view) {
    setClock(view.now);
    this.heard = Date.now();
    this.version = view.version;
    const changed = new Set(view.rows.map(keyOf));
    const read = view.source.commit !== null; // a daemon that has just started: what it does not know has not left
    if (view.whole && read) for (const key of this.rows.keys()) if (!changed.has(key)) this.rows.delete(key);
    for (const key of view.removed) {
      this.rows.delete(key);
      changed.add(key);
    }
    for (const row of view.rows) this.rows.set(keyOf(row), row);
    Object.assign(this, { source: view.source, acting: view.acting });
    this.#tell("fleet", { changed, whole: view.whole });
  }

  async #lost(error) {
    this.line = "lost";
    this.error = error;
    const pause = this.#pause * (0.8 + Math.random() * 0.4); // not all readers of a daemon at the same moment
    this.#pause = Math.min(LONGEST_PAUSE, this.#pause * 2);
    this.again = Date.now() + pause;
    this.#tell("line", { returned: false });
    await new Promise((wake) => {
      this.#wake = wake;
      setTimeout(wake, pause);
    });
  }

  async #readSource() {
    if (document.hidden || this.line !== "open") return;
    try {
      this.source = await ask("/source");
      this.#tell("source");
    } catch {
      // The stream notices by itself that the daemon is gone, and says so.
    }
  }

  #watchVisibility() {
    let leaving;
    document.addEventListener("visibilitychange", () => {
      clearTimeout(leaving);
      if (document.hidden) leaving = setTimeout(() => this.#stop.abort(), HIDDEN);
      else this.#wake();
    });
  }

  #seen() {
    return new Promise((wake) => {
      this.#wake = wake;
    });
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

export const store = new Store();

/** How a service is named everywhere: environment/name. */
export function keyOf(row) {
  return `${row.environment}/${row.name}`;
}
