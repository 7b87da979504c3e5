// A passage of a note with the words that prove something marked between their neighbours.

import { build, button, h, trail } from "./dom.js";
import { pageButton } from "./page_picture.js";
import { liveChip } from "../tabs/lab/live.js";
import * as store from "./store.js";

/** Draws a passage as `passage_views` describes it, with the way to it, a link into its note, and one to its lesson. */
export function passage(found, label = "From your notes", { live = true } = {}) {
  const text = h("div", { class: "note-text" }, ...found.body.map((node) => build(node, () => document.createTextNode(""))));
  const excerpt = h("div", { class: `passage-text ${found.starts ? "" : "goes-before"} ${found.ends ? "" : "goes-on"}`, tabindex: "0", role: "group", "aria-label": "Passage" }, text);
  for (const part of [excerpt, text]) sizes.observe(part);
  return h(
    "section",
    { class: "passage", "aria-label": `${label}: ${found.trail.join(", ")}` },
    h("header", {}, trail(found.trail, found.page, found.scan)),
    excerpt,
    found.gone ? h("p", { class: "remark" }, "These words are no longer in your notes.") : h("div", { class: "passage-links" }, openLink(found), pageButton(found), live ? liveChip(found) : null)
  );
}

/** Passages whose size changes: drawn at last, unfolded, or in a narrower window. */
const sizes = new ResizeObserver((changes) => changes.forEach(({ target }) => toMark(target.closest(".passage-text"))));

/** Scrolls a passage that does not fit its box so that the marked words are seen; the rest is there for the keyboard too. */
function toMark(excerpt) {
  const fits = excerpt.scrollHeight <= excerpt.clientHeight && excerpt.scrollWidth <= excerpt.clientWidth;
  if (fits || excerpt.dataset.shown) return;
  excerpt.dataset.shown = "mark";
  const mark = excerpt.querySelector("mark");
  if (mark) excerpt.scrollTop = mark.getBoundingClientRect().top - excerpt.getBoundingClientRect().top - excerpt.clientHeight / 3;
}

/** A button that opens the note where the passage stands. */
export function openLink(found, content = null) {
  const open = () => store.get("openNote")({ path: found.note, start: found.start, end: found.end });
  return content ? h("button", { type: "button", class: "link", on: { click: open } }, content) : button("Open in the note", { class: "quiet", on: { click: open } }, "note");
}

/** Two passages side by side, each under its own title. */
export function sideBySide(...columns) {
  return h("div", { class: "side-by-side" }, ...columns.map(([title, content]) => h("div", {}, h("h3", { class: "label" }, title), content)));
}

export function rich(nodes) {
  return nodes.map((node) => build(node, () => document.createTextNode("")));
}
