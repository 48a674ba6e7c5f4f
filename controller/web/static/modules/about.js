// What a service is and runs, and where AWS shows it.
import { h, outward } from "./dom.js";
import { age } from "./times.js";
import { short, who } from "./words.js";

/** The column beside: commit, images, names, links. */
export function drawAbout(detail) {
  const { commit, running, images, links } = detail;
  return h("section", { class: "card facts-card" },
    h("h2", {}, "Wanted"),
    commit && h("p", { class: "wanted" }, h("q", {}, commit.subject || short(commit.id)), h("span", { class: "quiet" }, h("code", { title: commit.id }, short(commit.id)), commit.author && ` by ${commit.author}`, ", ", age(commit.committedAt))),
    imageList(images, running?.images ?? {}),
    running && [h("h2", {}, "Running"), h("p", { class: "wanted" }, h("code", { title: running.taskDefinition }, tail(running.taskDefinition)), registered(running)), imageList(running.images, images)],
    h("h2", {}, "Where"),
    h("dl", { class: "names" }, [["Cluster", detail.cluster], ["Service", detail.service], ["Region", detail.region], ["Manifest", detail.source]].filter(([, value]) => value).map(([name, value]) => [h("dt", {}, name), h("dd", { title: value }, h("code", {}, value))]), release(detail.release)),
    links.length ? [h("h2", {}, "In AWS"), h("ul", { class: "outlinks" }, links.map(({ title, url }) => h("li", {}, outward(url, title))))] : null);
}

/** The digest of all that one rollout ships; the chain names the revision's, of the task definition alone. */
function release(digest) {
  const what = "Of the task definition and what else one rollout ships; the chain's is of the task definition alone";
  return digest && [h("dt", { title: what }, "Release digest"), h("dd", { title: digest }, h("code", {}, digest.slice(0, 15)))];
}

function registered({ registeredBy, registeredAt }) {
  if (!registeredBy && registeredAt === null) return null;
  return h("span", { class: "quiet" }, " registered ", age(registeredAt), registeredBy && [" by ", who(registeredBy)]);
}

/** Images by container; one that the other side has otherwise stands out. */
function imageList(images, other) {
  const rows = Object.entries(images).map(([name, image]) => {
    const differs = name in other ? other[name] !== image : Object.keys(other).length > 0;
    const cut = image.search(/[:@][^/]*$/);
    const [place, tag] = cut < 0 ? [image, ""] : [image.slice(0, cut), image.slice(cut)];
    return [h("dt", {}, name), h("dd", { class: differs ? "differs" : null, title: image }, h("code", {}, place.slice(place.lastIndexOf("/") + 1), h("b", {}, tag.slice(0, 20))))];
  });
  return rows.length ? h("dl", { class: "names" }, rows) : null;
}

function tail(arn) {
  return arn.slice(arn.lastIndexOf("/") + 1);
}
