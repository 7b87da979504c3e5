// What changed: the notes that wait to be indexed, and what the last update did, by name.

import { button, h } from "../../assets/dom.js";
import { ago } from "./table.js";
import * as api from "../../assets/api.js";

/** The notes that wait, with the button that indexes them. */
export function changesPart(waiting, changes) {
  const head = h("p", { class: "remark" }, waiting, " ", button("Update now", { class: "link", on: { click: () => api.call("library/update") } }));
  return h("div", { class: "changes" }, head, named("Which?", changes));
}

/** What the last update changed; nothing before the first. */
export function lastPart(last) {
  if (!last) return null;
  return h("div", { class: "changes changes-done" }, named(`Last update, ${ago(Date.parse(last.at))}: ${summary(last.changes)}`, last.changes));
}

function summary(changes) {
  return changes.map(({ word, count }) => `${count.toLocaleString("en")} ${word}`).join(", ");
}

function named(label, changes) {
  if (!changes.length) return null;
  const groups = changes.map(({ word, count, names }) => h("div", {}, h("h3", {}, `${word[0].toUpperCase()}${word.slice(1)} (${count.toLocaleString("en")})`), h("ul", {}, ...names.map((name) => h("li", {}, name)), count > names.length ? h("li", { class: "more" }, `and ${(count - names.length).toLocaleString("en")} more`) : null)));
  return h("details", {}, h("summary", {}, label), h("div", { class: "change-groups" }, ...groups));
}
