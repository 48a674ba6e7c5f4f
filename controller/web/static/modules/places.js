// Addresses of the page: which view they name, and how one goes from one to another without loading anything.
import { address } from "./dom.js";

/** What an address shows: {view, environment, name, search}. */
export function placeOf(url) {
  const search = url.searchParams;
  const service = /^\/services\/([^/]+)\/([^/]+)\/?$/.exec(url.pathname);
  if (url.pathname === "/") return { view: "fleet", search };
  if (url.pathname === "/activity") return { view: "activity", search };
  const [environment, name] = service ? [decoded(service[1]), decoded(service[2])] : [null, null];
  return environment && name ? { view: "service", environment, name, search } : { view: "nowhere", search };
}

let filter = ""; // of the fleet as it was left

/** Remember the fleet's filter for the ways back to it; without one, while the fleet is shown, they lead to all of it. */
export function leaveFleet(search = new URLSearchParams()) {
  filter = query(search);
}

/** Where the fleet is, as it was left. */
export function fleetAddress() {
  return `/${filter}`;
}

/** Go there, as if a link had been followed. */
export function go(href) {
  history.pushState(null, "", href);
  dispatchEvent(new Event("place"));
}

/** The same place under another search: the state of a filter. `step`: Back then undoes it; else it is overwritten. */
export function keep(search, step) {
  const href = location.pathname + query(search);
  if (href === location.pathname + location.search) return;
  if (step) history.pushState(null, "", href);
  else history.replaceState(history.state, "", href);
}

/** Follow links within the page by hand, unless the reader wants them elsewhere. */
export function followLinks() {
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href]");
    const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
    if (!link || !plain || event.defaultPrevented || link.target) return;
    const url = new URL(address(link.href) ?? "about:blank");
    if (url.origin !== location.origin || url.hash || url.pathname.startsWith("/api/")) return;
    event.preventDefault();
    go(url.pathname + url.search);
  });
}

function query(search) {
  const text = search.toString().replaceAll("%2C", ",");
  return text && `?${text}`;
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return null; // a lone percent sign is no service's name
  }
}
