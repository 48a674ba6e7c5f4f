// The page: one view at a time, by the address; views that were shown once are kept, so that Back is at once.
import { ActivityView } from "./activity.js";
import { nowhere } from "./empty.js";
import { FleetView } from "./fleet.js";
import { fill, h } from "./dom.js";
import { markView, startHeader } from "./header.js";
import { installIcons } from "./icons.js";
import { startKeys } from "./keys.js";
import { watchLine } from "./notices.js";
import { followLinks, placeOf } from "./places.js";
import { ServiceView } from "./service.js";
import { store } from "./store.js";
import { startAges, tick } from "./times.js";

const KEPT = {};
const MAKERS = {
  fleet: () => new FleetView(),
  activity: () => new ActivityView(),
  service: () => new ServiceView(),
  nowhere: () => ({ title: "No such page", node: h("section", {}, nowhere()), enter() {} }),
};
const main = document.getElementById("main");
let current = null;

function show(moved) {
  const place = placeOf(new URL(location.href));
  const view = (KEPT[place.view] ??= MAKERS[place.view]());
  const changes = view !== current;
  if (changes) current?.leave?.(place.view === "service" ? `${place.environment}/${place.name}` : null);
  current = view;
  view.enter(place);
  if (changes) fill(main, view.node);
  tick();
  entitle();
  markView(place.view);
  if (!changes && place.view !== "service") return;
  if (moved === "forward") scrollTo(0, 0);
  if (moved) view.focus?.();
}

function entitle() {
  document.title = current?.title ? `${current.title} · Trueup` : "Trueup";
}

installIcons();
startHeader();
watchLine();
followLinks();
startKeys(() => current);
startAges();
show(null);
addEventListener("place", () => show("forward"));
addEventListener("popstate", () => show("back"));
store.addEventListener("fleet", entitle);
addEventListener("entitled", entitle);
store.run();
