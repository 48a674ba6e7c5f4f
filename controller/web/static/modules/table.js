// The fleet's table: keyed rows that are made once, a slice at a time, so that a thousand of them never block the page.
import { arrange, h } from "./dom.js";
import { COLUMNS, FleetRow } from "./fleet-row.js";
import { keyOf } from "./store.js";
import { count } from "./words.js";

const AT_ONCE = 60; // rows that fill any screen
const SLICE = 40; // rows a turn after that

export class Table {
  #rows = new Map(); // key → FleetRow
  #groups = new Map(); // name → element
  #pending = 0; // the slice that is still to come
  made = 0; // rows and cells drawn so far: what an update costs is counted, not guessed

  constructor() {
    this.body = h("div", { role: "rowgroup", class: "body" });
    const head = COLUMNS.map((title) => h("div", { role: "columnheader" }, title));
    const top = h("div", { role: "rowgroup", class: "head" }, h("div", { role: "row", class: "row" }, head));
    this.node = h("div", { role: "table", class: "table", "aria-label": "Services" }, top, this.body);
  }

  /** Show these groups of rows, in this order. `changed`: keys whose rows are to be drawn again. */
  show(groups, changed) {
    cancelAnimationFrame(this.#pending);
    const items = groups.flatMap(({ name, rows }) => [...(name ? [{ group: name, rows }] : []), ...rows.map((row) => ({ row }))]);
    this.node.setAttribute("aria-rowcount", items.length + 1);
    this.#slice(items, [], 0, AT_ONCE, changed);
  }

  /** Forget the rows of services that are no more. */
  forget(known) {
    for (const key of this.#rows.keys()) if (!known.has(key)) this.#rows.delete(key);
  }

  /** The links of all rows, in order: what the keys move along. */
  links() {
    return [...this.body.querySelectorAll("a.name")];
  }

  #slice(items, nodes, from, fresh, changed) {
    let place = from;
    for (let made = 0; place < items.length && made < fresh; place += 1) {
      const [node, isNew] = this.#node(items[place], changed);
      nodes.push(node);
      made += isNew ? 1 : 0;
    }
    if (place === items.length) {
      arrange(this.body, nodes);
      return;
    }
    if (from === 0) arrange(this.body, nodes);
    else this.body.append(...nodes.slice(from));
    this.#pending = requestAnimationFrame(() => this.#slice(items, nodes, place, SLICE, changed));
  }

  #node(item, changed) {
    if (item.group) return [this.#heading(item), false];
    const key = keyOf(item.row);
    const known = this.#rows.get(key);
    if (known) {
      if (!changed || changed.has(key)) this.made += this.#update(known, item.row);
      return [known.node, false];
    }
    const row = new FleetRow(item.row);
    this.#rows.set(key, row);
    this.made += row.cells.length;
    return [row.node, true];
  }

  #update(known, row) {
    const drawn = known.update(row);
    if (drawn) known.flash();
    return drawn;
  }

  #heading({ group, rows }) {
    if (!this.#groups.has(group)) {
      const cell = h("div", { role: "cell", "aria-colspan": COLUMNS.length }, h("b", {}, group), h("span", {}));
      this.#groups.set(group, h("div", { role: "row", class: "group" }, cell));
    }
    const node = this.#groups.get(group);
    node.querySelector("span").textContent = count(rows.length, "service");
    return node;
  }
}
