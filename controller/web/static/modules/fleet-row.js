// One service in a line. A row keeps its elements: of what changes, only the cells that read otherwise are made anew.
import { fill, h, icon } from "./dom.js";
import { servicePath } from "./asking.js";
import { sentence } from "./story.js";
import { age } from "./times.js";
import { HEALTH, NOW, SYNC, count, marks, sign, who } from "./words.js";

// Each cell: its class, what it depends on, and how it is drawn.
const CELLS = [
  ["c-sync", (row) => [row.sync], (row) => sign(SYNC, row.sync, "Sync")],
  ["c-health", (row) => [row.health], (row) => sign(HEALTH, row.health, "Health")],
  ["c-name", (row) => [row.environment, row.name, row.cluster], name],
  ["c-version", (row) => [row.running, row.wanted, row.traffic, row.sync, row.health], version],
  ["c-story", (row) => [row.text, row.outcome, row.driftSince, row.driftAtLeast, row.driftFields, row.driftBy, row.failingSince, row.stale, row.reason], story],
  ["c-since", (row) => [row.since], (row) => age(row.since)],
];

/** The columns, as the table's head names them. */
export const COLUMNS = ["Sync", "Health", "Service", "Version", "What is going on", "Since"];

/** A row of the table, with `update(row)`. */
export class FleetRow {
  #seen = [];

  constructor(row) {
    this.cells = CELLS.map(([name]) => h("div", { role: name === "c-name" ? "rowheader" : "cell", class: name }));
    this.node = h("div", { role: "row", class: "row" }, ...this.cells);
    this.update(row);
  }

  /** Draw what reads otherwise than before. How many cells that were. */
  update(row) {
    let drawn = 0;
    CELLS.forEach(([, depends, draw], place) => {
      const seen = JSON.stringify(depends(row));
      if (this.#seen[place] === seen) return;
      this.#seen[place] = seen;
      fill(this.cells[place], draw(row));
      drawn += 1;
    });
    this.node.dataset.sync = row.sync;
    return drawn;
  }

  get link() {
    return this.cells[2].firstElementChild;
  }

  /** Show that something changed just now; whoever wants no motion sees none. */
  flash() {
    this.node.classList.remove("changed");
    requestAnimationFrame(() => this.node.classList.add("changed"));
  }
}

function name(row) {
  const where = [row.environment, row.cluster].filter(Boolean).join(" · ");
  return [
    h("a", { href: servicePath(row.environment, row.name), class: "name", "data-key": `${row.environment}/${row.name}` }, row.name),
    h("span", { class: "where" }, where),
  ];
}

function version(row) {
  const { running, wanted, traffic, health } = row;
  const versions =
    running === wanted || !wanted
      ? h("code", {}, running || "—")
      : [h("code", { class: "old" }, running || (health === "missing" ? "nothing" : "unknown")), icon("arrow"), h("span", { class: "unseen" }, " runs, Git wants "), h("code", {}, wanted)];
  return [h("span", { class: "versions" }, versions), traffic === null ? null : share(traffic)];
}

/** How much of production is on the new version. */
export function share(traffic) {
  const label = `${Math.round(traffic)} % of production is on the new version`;
  const bar = { class: "share", role: "progressbar", "aria-valuenow": Math.round(traffic), "aria-valuemin": 0, "aria-valuemax": 100 };
  return h("span", { class: "sharing" },
    h("span", { ...bar, "aria-label": label, title: label, "--share": `${traffic}%` }),
    h("span", { class: "percent", "aria-hidden": "true" }, `${Math.round(traffic)} %`));
}

function story(row) {
  const badges = marks(row).filter((each) => each !== "shifting").map((each) => sign(NOW, each));
  return [...badges, row.driftSince === null ? null : drift(row), h("span", { class: "text", title: row.text }, told(row))];
}

function drift(row) {
  const hand = row.driftBy ? [", by ", who(row.driftBy)] : null;
  return h("span", { class: "drifting" }, `${count(row.driftFields, "field")} for ${row.driftAtLeast ? "at least " : ""}`, age(row.driftSince, "for"), hand);
}

/** The sentence, and for how long AWS has not answered where it has not. */
function told(row) {
  return row.failingSince === null ? sentence(row) : ["AWS has not answered well for ", age(row.failingSince, "for"), ". ", sentence(row)];
}
