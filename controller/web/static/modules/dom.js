// Elements from data. Text is always a text node and addresses are checked, so that whatever a commit, an alarm or a
// deployment is called can never become markup or script.

/** Make an element. `on…` are listeners, `--…` style properties, everything else attributes. */
export function h(tag, given = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) put(node, name, value);
  node.append(...present(children));
  return node;
}

/** Put these children in place of those that are there. */
export function fill(node, ...children) {
  node.replaceChildren(...present(children));
  return node;
}

/** Set what is text, if it reads otherwise: an untouched node costs no layout. */
export function say(node, text) {
  if (node.textContent !== text) node.textContent = text;
  return node;
}

/** An icon of the sprite. It says nothing by itself: a word stands beside it, or a label on its button. */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `#icon-${name}`);
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  svg.append(use);
  return svg;
}

/** Where a link may lead: to the web, or within this page. Null for anything else (javascript:, data:, …). */
export function address(href) {
  try {
    const url = new URL(href, location.origin);
    return url.protocol === "https:" || url.protocol === "http:" ? url.href : null;
  } catch {
    return null;
  }
}

/** A link to another site; its text alone where the address is none. */
export function outward(href, ...children) {
  if (!href || !address(href)) return h("span", {}, ...children);
  const given = { href, class: "outward", target: "_blank", rel: "noopener noreferrer" };
  return h("a", given, ...children, icon("out"), h("span", { class: "unseen" }, " (AWS, in a new tab)"));
}

/** Give `parent` exactly these children, moving as few as possible; whatever had the focus keeps it. */
export function arrange(parent, nodes) {
  const focused = parent.contains(document.activeElement) ? document.activeElement : null;
  let there = parent.firstChild;
  for (const node of nodes) {
    if (node !== there && there?.nextSibling === node) {
      move(parent, there, null); // one that goes down or goes away, instead of all those that come up by one
      there = node;
    }
    if (node === there) there = there.nextSibling;
    else move(parent, node, there);
  }
  while (there) {
    const next = there.nextSibling;
    there.remove();
    there = next;
  }
  if (focused !== document.activeElement && parent.contains(focused)) focused.focus({ preventScroll: true });
}

function move(parent, node, before) {
  if (parent.moveBefore && node.parentNode === parent) parent.moveBefore(node, before);
  else parent.insertBefore(node, before);
}

/** Fill a part of the page anew and give the focus back to what has the same `data-focus` in it. */
export function swap(node, ...children) {
  const held = node.contains(document.activeElement) ? document.activeElement.dataset.focus : null;
  fill(node, ...children);
  if (held) node.querySelector(`[data-focus="${CSS.escape(held)}"]`)?.focus({ preventScroll: true });
}

const SEEN = new WeakMap();

/** Draw a part of the page only if what it is drawn from reads otherwise than last time. Whether it was drawn. */
export function redraw(node, from, draw) {
  const seen = JSON.stringify(from);
  if (SEEN.get(node) === seen) return false;
  SEEN.set(node, seen);
  swap(node, draw());
  return true;
}

function present(children) {
  return children.flat(Infinity).filter((each) => each !== null && each !== undefined && each !== false && each !== "");
}

function put(node, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
  else if (name.startsWith("--")) node.style.setProperty(name, value);
  else if (name !== "href" || address(value)) node.setAttribute(name, value === true ? "" : value);
}
