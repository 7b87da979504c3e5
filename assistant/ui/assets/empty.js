// Where there is nothing yet: what belongs there, and the next thing to do, with the button that does it.

import { button, h, icon } from "./dom.js";
import { chooseFiles, chooseFolder } from "./upload.js";
import * as api from "./api.js";
import * as store from "./store.js";
import { goTo } from "./tabs.js";

/** A card in the place of what is not there yet. `acts`: {label, run, focus}; the first is the one to take. */
export function emptyCard({ title, says, acts = [] }) {
  const buttons = acts.map(({ label, run, focus }, index) => h("button", { type: "button", class: index ? "plain" : "primary", "data-focus": focus, on: { click: run } }, label));
  return h("div", { class: "empty-card" }, h("h2", {}, title), h("p", {}, says), buttons.length ? h("div", { class: "sheet-actions" }, ...buttons) : null);
}

/** What has to be done before anything can be asked, quizzed or shown: {title, text, label, act}, or null. `why` is a sentence. */
export function firstThings(status, why) {
  if (!status) return null;
  const { empty, indexed, build } = status;
  const toLibrary = () => goTo("Library");
  if (indexed) return null;
  if (build) return { title: "Your notes are being read", text: `${build.says}. This starts by itself as soon as the first note is indexed.`, label: "See the library", act: toLibrary };
  if (empty) return { title: "There are no notes yet", text: why, label: "Add notes", act: toLibrary };
  return { title: "Your notes are not indexed yet", text: "They are read once; after that, only changes are read.", label: "Index them now", act: () => api.call("library/update") };
}

/** The card of `firstThings`, or null. */
export function firstCard(why) {
  const first = firstThings(store.get("status"), why);
  return first && emptyCard({ title: first.title, says: first.text, acts: [{ label: first.label, run: first.act, focus: true }, ...sampleAct(first)] });
}

function sampleAct({ label }) {
  return label === "Add notes" && store.get("sample") ? [{ label: "Try the sample course", run: () => api.call("library/add_sample") }] : [];
}

/** Where notes are dropped or chosen. */
export function dropCard() {
  return h(
    "div",
    { class: "drop-card" },
    icon("drop"),
    h("p", { class: "drop-title" }, "Drop a file or a folder here"),
    h("p", { class: "drop-kinds" }, "Markdown, text, PDF, Word, PowerPoint, Excel, web pages, EPUB, notebooks"),
    h("div", { class: "drop-actions" }, button("Choose files", { class: "primary", on: { click: chooseFiles } }), button("Choose a folder", { class: "plain", on: { click: chooseFolder } })),
    store.get("sample") ? h("p", {}, "or ", h("button", { type: "button", class: "link", on: { click: () => api.call("library/add_sample") } }, "try the sample course")) : null
  );
}
