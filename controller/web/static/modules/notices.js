// What is said beside the content: once for readers of a screen, and in a banner when the line to the daemon is lost.
import { fill, h, icon, say } from "./dom.js";
import { store } from "./store.js";
import { age, clock, now, span } from "./times.js";

let waiting;

/** Say something once to whoever listens instead of looking; what comes within `pause` ms replaces it. */
export function announce(text, pause = 0) {
  clearTimeout(waiting);
  waiting = setTimeout(() => say(document.getElementById("said"), text), pause);
}

/** Show the banner while the line is lost, and say when it is back. */
export function watchLine() {
  const place = document.getElementById("notices");
  let ticking;
  store.addEventListener("line", ({ detail }) => {
    clearInterval(ticking);
    document.documentElement.dataset.line = store.line;
    if (store.line === "lost") {
      const banner = lost();
      fill(place, banner.node);
      ticking = setInterval(banner.tick, 1000);
      announce("The connection to Trueup is lost.");
    } else {
      fill(place);
      if (detail.returned) announce("The connection to Trueup is back.");
    }
  });
}

function lost() {
  const next = h("span", { class: "quiet" });
  const button = h("button", { type: "button", class: "button", onclick: () => store.hurry() }, "Try now");
  const known = store.heard > 0;
  const at = now() - (Date.now() - store.heard) / 1000;
  const what = known ? ["What you see is as of ", clock(at), ", ", age(at), "."] : [store.error?.message ?? ""];
  const tick = () => {
    const left = (store.again - Date.now()) / 1000;
    say(next, left > 0.5 ? `Trying again in ${span(left)}.` : "Trying again now.");
  };
  tick();
  const text = h("p", {}, h("b", {}, known ? "The connection to Trueup is lost." : "Trueup cannot be reached."), " ", what, " ", next);
  return { node: h("div", { class: "lost" }, icon("failing"), text, button), tick };
}
