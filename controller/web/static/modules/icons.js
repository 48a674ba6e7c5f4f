// The signs. Each state has a shape of its own: nobody has to tell red from green.

const SHAPES = {
  // How Git and AWS stand to each other.
  "in-sync": ["circle", "M5.2 8.2l2 2 3.7-4.2"],
  outdated: ["circle", "M8 11V5.2M5.4 7.6 8 5l2.6 2.6"],
  drifted: ["diamond", "M5.8 6.9h4.4M5.8 9.3h4.4"],
  held: ["octagon", "M6.5 5.8v4.4M9.5 5.8v4.4"],
  unknown: ["dashes", "M6.4 6.4a1.7 1.7 0 1 1 2.4 1.7c-.6.3-.8.6-.8 1.1M8 11.3v.01"],
  // How the service itself is.
  healthy: ["", "M8 13S2.5 9.9 2.5 6.1A2.9 2.9 0 0 1 8 4.9a2.9 2.9 0 0 1 5.5 1.2C13.5 9.9 8 13 8 13z"],
  progressing: ["", "M8 2a6 6 0 1 1-5.7 4.1", "M8 5v3.2l2 1.3"],
  degraded: ["", "M8 2.2 14.4 13.4H1.6z", "M8 6.4v3M8 11.5v.01"],
  missing: ["dashes", "M5.8 5.8l4.4 4.4M10.2 5.8l-4.4 4.4"],
  // What is going on.
  shifting: ["", "M2 5.2h9.2M8.8 2.8l2.4 2.4-2.4 2.4M14 10.8H4.8M7.2 8.4l-2.4 2.4 2.4 2.4"],
  blocked: ["square", "M5.2 10.8l5.6-5.6"],
  waiting: ["", "M4.4 2h7.2M4.4 14h7.2M5.2 2c0 3 2.8 3.8 2.8 6s-2.8 3-2.8 6M10.8 2c0 3-2.8 3.8-2.8 6s2.8 3 2.8 6"],
  failing: ["", "M2 6.4a9 9 0 0 1 3-1.9M14 6.4a9 9 0 0 0-5.6-2.5M4.6 9.2a5.4 5.4 0 0 1 2.2-1.2M2.2 2.2l11.6 11.6M8 12.6v.01"],
  stale: ["", "M3.6 2h6l3 3v9H3.6z", "M6.2 8.2l3.6 3.6M9.8 8.2l-3.6 3.6"],
  // Links of the chain, events, alarms.
  done: ["circle", "M5.2 8.2l2 2 3.7-4.2"],
  active: ["circle", "M8 4.8V8l2.2 1.4"],
  pending: ["dashes"],
  failed: ["circle", "M5.8 5.8l4.4 4.4M10.2 5.8l-4.4 4.4"],
  stopped: ["circle", "M6 6h4v4H6z"],
  back: ["circle", "M10.6 9.8A2.9 2.9 0 1 0 8 11M5 4.9v2.2h2.2"],
  superseded: ["circle", "M5 8h5.4M8.4 5.8 10.6 8l-2.2 2.2"],
  alarm: ["", "M4 11.4V7.2a4 4 0 0 1 8 0v4.2l1 1H3zM6.8 14h2.4"],
  // The page's own.
  out: ["", "M6.2 3.6H3.4v9h9V9.8M8.8 3.4h3.8v3.8M12.4 3.6 7.4 8.6"],
  search: ["", "M7 2.6a4.4 4.4 0 1 1 0 8.8 4.4 4.4 0 0 1 0-8.8zM10.2 10.2l3.4 3.4"],
  sun: ["", "M8 5.2a2.8 2.8 0 1 1 0 5.6 2.8 2.8 0 0 1 0-5.6zM8 1.4v1.4M8 13.2v1.4M1.4 8h1.4M13.2 8h1.4M3.3 3.3l1 1M11.7 11.7l1 1M12.7 3.3l-1 1M4.3 11.7l-1 1"],
  moon: ["", "M13 9.6A5.4 5.4 0 0 1 6.4 3a5.4 5.4 0 1 0 6.6 6.6z"],
  system: ["", "M2.4 3h11.2v7.6H2.4zM5.6 13.4h4.8M8 10.8v2.4"],
  keys: ["", "M1.8 4.4h12.4v7.4H1.8zM4.4 7v.01M6.8 7v.01M9.2 7v.01M11.6 7v.01M5.2 9.4h5.6"],
  commit: ["", "M8 5.4a2.6 2.6 0 1 1 0 5.2 2.6 2.6 0 0 1 0-5.2zM1.6 8h3.8M10.6 8h3.8"],
  close: ["", "M4 4l8 8M12 4l-8 8"],
  arrow: ["", "M3 8h9.4M9 4.6 12.4 8 9 11.4"],
  sync: ["", "M13.2 6.6A5.4 5.4 0 0 0 3.4 5M2.8 9.4A5.4 5.4 0 0 0 12.6 11M3.2 2.4V5h2.6M12.8 13.6V11h-2.6"],
  warning: ["", "M8 2.2 14.4 13.4H1.6z", "M8 6.4v3M8 11.5v.01"],
};
const FRAMES = {
  circle: "M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2z",
  diamond: "M8 1.6 14.4 8 8 14.4 1.6 8z",
  octagon: "M5.5 2h5L14 5.5v5L10.5 14h-5L2 10.5v-5z",
  square: "M2.6 2.6h10.8v10.8H2.6z",
  dashes: "M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2z",
};

/** Put the signs into the document, once: an icon is then two nodes, however many rows there are. */
export function installIcons() {
  const sprite = svg("svg", { class: "sprite", "aria-hidden": "true" });
  for (const [name, [frame, ...lines]] of Object.entries(SHAPES)) {
    const symbol = svg("symbol", { id: `icon-${name}`, viewBox: "0 0 16 16" });
    if (frame) symbol.append(svg("path", { d: FRAMES[frame], class: frame === "dashes" ? "frame dashed" : "frame" }));
    symbol.append(...lines.map((d) => svg("path", { d })));
    sprite.append(symbol);
  }
  document.body.append(sprite);
}

function svg(tag, given) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(given)) node.setAttribute(name, value);
  return node;
}
