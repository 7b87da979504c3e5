// The gaps of the notes: questions that they did not answer, each to be asked again, removed, copied or saved.

import { button, h, redraw, trail } from "../../assets/dom.js";
import { announce, announceError } from "../../assets/notices.js";
import * as api from "../../assets/api.js";
import * as store from "../../assets/store.js";
import { goTo } from "../../assets/tabs.js";

const FILE = "gaps.md";
let wanted = false; // the student came to see the gaps

/** Makes the part of the Progress tab. `refresh()` asks for the list anew, `reveal()` shows it if the student came for it. */
export function gapsPart() {
  const root = h("section", { class: "gaps", "aria-labelledby": "gaps-title", tabindex: "-1" });
  const show = (found) => found && redraw(root, found, () => page(found, changed));
  const changed = (found) => {
    if (found) api.outdate("questions/gaps");
    show(found);
  };
  root.refresh = async () => show(await api.read("questions/gaps"));
  root.reveal = () => {
    if (wanted) root.scrollIntoView({ block: "start" });
    wanted = false;
  };
  store.set("showGaps", () => (wanted = true));
  return root;
}

function page(found, changed) {
  const title = h("h2", { class: "section-title", id: "gaps-title" }, "What your notes do not cover");
  if (!found.open.length && !found.closed.length) return [title, h("p", { class: "page-lead" }, "No gaps yet. A question that your notes do not answer is kept here, so that you know what to add. "), button("Ask your notes", { class: "plain", on: { click: askSomething } })];
  const lead = found.open.length ? "Questions that your notes did not answer. Add what is missing, then ask again." : "Your notes now answer every question that was open. The next one without an answer appears here.";
  return [
    h("div", { class: "gaps-head" }, title, found.open.length ? h("div", { class: "gaps-actions" }, button("Copy as Markdown", { class: "quiet", on: { click: () => copy(found.markdown) } }, "copy"), button("Save as a file", { class: "quiet", on: { click: () => save(found.markdown) } }, "note")) : null),
    h("p", { class: "page-lead" }, lead),
    h("ul", { class: "gap-list" }, ...found.open.map((gap) => entry(gap, changed))),
    found.closed.length ? h("details", { class: "gaps-closed" }, h("summary", {}, `Answered since: ${found.closed.length}`), h("ul", { class: "gap-list" }, ...found.closed.map((gap) => entry(gap, changed)))) : null,
  ];
}

function entry(gap, changed) {
  const nearest = gap.nearest.map((place) => h("li", {}, h("button", { type: "button", class: "link", on: { click: () => openPlace(place) } }, trail(place.trail))));
  return h(
    "li",
    { class: "gap-card", "data-gap": gap.id },
    h("p", { class: "gap-question" }, gap.question),
    h("p", { class: "gap-why" }, gap.why),
    h("p", { class: "gap-says" }, gap.says, gap.recheck ? h("strong", { class: "gap-recheck" }, " Your notes changed since.") : null),
    nearest.length ? h("details", { class: "gap-nearest" }, h("summary", {}, "Nearest in your notes"), h("ul", { class: "nearest" }, ...nearest)) : null,
    h(
      "div",
      { class: "gap-actions" },
      button("Ask again", { class: "plain", on: { click: () => askAgain(gap.question) } }),
      button("Remove", { class: "quiet", "aria-label": `Remove: ${gap.question}`, on: { click: () => remove(gap, changed) } }, "trash")
    )
  );
}

function openPlace(place) {
  store.get("openNote")({ path: place.note, start: place.start, end: place.end });
}

function askSomething() {
  goTo("Chat");
  requestAnimationFrame(() => document.querySelector("#question textarea")?.focus());
}

function askAgain(question) {
  goTo("Chat");
  store.get("ask")(question);
}

async function remove(gap, changed) {
  const found = await api.call("questions/remove_gap", { gap: gap.id });
  if (!found) return;
  changed(found);
  document.querySelector(".gaps")?.focus({ preventScroll: true });
  announce(`Removed: ${gap.question}`, { label: "Undo", run: async () => changed(await api.call("questions/add_gap", { gap: gap.id })) });
}

async function copy(markdown) {
  try {
    await navigator.clipboard.writeText(markdown);
    announce("Your gaps are copied, as a Markdown list.");
  } catch {
    announceError({ message: "The browser did not allow copying.", hint: "Save them as a file instead." });
  }
}

function save(markdown) {
  const address = URL.createObjectURL(new Blob([markdown], { type: "text/markdown" }));
  h("a", { href: address, download: FILE }).click();
  URL.revokeObjectURL(address);
}
