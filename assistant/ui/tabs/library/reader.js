// One note, open: its text, its outline, its passages as brackets in the margin, and the cards made from it.

import { build, button, count, h, scrollWithin } from "../../assets/dom.js";
import { brackets } from "./brackets.js";
import { liveInNote } from "../lab/live.js";
import * as api from "../../assets/api.js";
import { openPage } from "../../assets/page_picture.js";
import * as store from "../../assets/store.js";
import { switchFor } from "../../assets/switch.js";
import { goTo } from "../../assets/tabs.js";

let shelf, reader, opener, page;

/** Takes the two places of the tab: the list of notes, and where one is read. */
export function readerAt(list, place) {
  [shelf, reader] = [list, place];
}

/** Opens a note: {path} and, to go to a stretch of it, {start, end} or {place}, a heading or ^block. */
export async function read(wanted, from = null) {
  store.set("wanted", null);
  opener = from ?? (reader.hidden ? null : opener);
  const { place, ...request } = wanted;
  const note = await api.call("library/read", request);
  if (!note) return;
  shelf.hidden = true;
  reader.hidden = false;
  draw(note);
  if (place) toPlace(note, place);
}

/** Closes the open note. Returns whether there was one. */
export function closeReader() {
  if (!reader || reader.hidden) return false;
  reader.hidden = true;
  shelf.hidden = false;
  page?.stop();
  if (opener?.isConnected) opener.focus();
  return true;
}

function draw(note) {
  page?.stop();
  const text = h("div", { class: "note-text reader-text" }, ...note.body.map((node) => build(node, () => document.createTextNode(""))));
  const back = button("All notes", { class: "quiet", id: "reader-back", on: { click: closeReader } }, "chevron");
  const live = h("span", { class: "reader-live" });
  liveInNote(note.path).then((chips) => live.replaceChildren(...chips));
  const sheet = h("article", { class: "reader-page" }, known(note), text, note.cut ? h("p", { class: "remark" }, `${note.cut.toLocaleString("en")} more characters are in the file.`) : null);
  page = brackets(sheet, text, note.passages);
  reader.replaceChildren(
    h("div", { class: "reader-head" }, back, h("span", { class: "note-path" }, note.path), live),
    h("div", { class: "reader-columns" }, side(note, text), sheet)
  );
  page.place();
  back.focus();
  const mark = text.querySelector("mark:not(.highlight)");
  if (mark) requestAnimationFrame(() => scrollWithin(pane(), mark, "middle"));
}

function pane() {
  return document.getElementById("library-tab");
}

function side(note, text) {
  const headings = [...text.querySelectorAll("h3, h4, h5, h6")];
  const goes = note.outline.map((entry, index) => h("li", { class: `level-${entry.level}` }, h("button", { type: "button", class: "outline-link", on: { click: () => toHeading(headings, index, entry.label) } }, entry.label)));
  return h(
    "div",
    { class: "reader-side" },
    goes.length ? h("nav", { class: "outline", "aria-label": "Outline" }, h("h2", { class: "panel-title" }, "Outline"), h("ul", {}, ...goes)) : null,
    note.pictured ? pagesPart(note) : null,
    note.passages.length ? passagesPart(note) : null,
    cardsPart(note)
  );
}

/** What the note says of itself: its tags, and its other names; and that it was read in pictures. */
function known({ tags, aliases, scan }) {
  if (!tags.length && !aliases.length && !scan) return null;
  const named = aliases.length ? h("span", {}, `Also called ${aliases.join(", ")}`) : null;
  return h("p", { class: "note-known" }, ...tags.map((tag) => h("span", { class: "note-tag" }, `#${tag}`)), named, scan ? h("span", { class: "note-scan" }, scan) : null);
}

/** Where the pages of a note are opened as they look. */
function pagesPart({ path, pages }) {
  const many = pages > 1;
  const number = h("input", { type: "number", min: "1", max: String(pages), value: "1", "aria-label": `Page, 1 to ${pages}` });
  const open = () => openPage({ note: path, page: many ? Math.min(pages, Math.max(1, Math.round(number.valueAsNumber) || 1)) : 1 });
  number.addEventListener("keydown", (event) => event.key === "Enter" && open());
  const show = button(many ? "Show the page" : "Show the picture", { class: "plain", on: { click: open } });
  return h(
    "section",
    { class: "reader-part" },
    h("h2", { class: "panel-title" }, many ? "Pages" : "As it looks"),
    h("div", { class: "page-pick" }, many ? number : null, many ? h("span", { class: "page-of" }, `of ${pages}`) : null, show)
  );
}

function passagesPart(note) {
  const shown = switchFor(`Show ${count(note.passages.length, "passage")}`, true, (on) => page.show(on));
  return h(
    "section",
    { class: "reader-part" },
    h("h2", { class: "panel-title" }, "Passages"),
    shown.element,
    h("p", { class: "reader-hint" }, "Each bracket in the margin is one: what a search finds.")
  );
}

function cardsPart(note) {
  const quiz = button("Quiz me on this note", { class: "link", on: { click: () => (store.get("quizOn")(note.path), goTo("Quiz")) } });
  const guide = button("Study guide of this note", { class: "link", on: { click: () => store.get("guideOn")(note.path) } });
  const cards = note.cards.map((card) => h("li", {}, h("details", {}, h("summary", {}, ...rich(card.front)), h("div", { class: "card-back" }, ...rich(card.back)), h("p", { class: "reader-hint" }, STATES[card.state] ?? card.state))));
  return h(
    "section",
    { class: "reader-part" },
    h("h2", { class: "panel-title" }, "Cards"),
    cards.length ? h("ul", { class: "note-cards" }, ...cards) : h("p", { class: "reader-hint" }, "None yet. Cards come from answers, quiz questions and lines such as “Question :: Answer”."),
    note.passages.length ? h("p", {}, quiz) : null,
    note.passages.length ? h("p", {}, guide) : null
  );
}

const STATES = { new: "Not asked yet", learning: "Being learned", review: "Known, comes back", relearning: "Being learned again", stale: "The passage has changed", suspended: "Suspended", leech: "Suspended: forgotten too often", retired: "The passage is gone" };

function rich(nodes) {
  return nodes.map((node) => build(node, () => document.createTextNode("")));
}

function toHeading(headings, index, label) {
  const named = headings.find((heading) => heading.textContent.trim() === label);
  const target = headings[index]?.textContent.trim() === label ? headings[index] : named;
  if (target) scrollWithin(pane(), target, "top");
}

/** Goes to a heading that a link names, whatever its case. */
function toPlace(note, place) {
  const index = note.outline.findIndex(({ label }) => label.toLowerCase() === place.toLowerCase());
  if (index >= 0) toHeading([...reader.querySelectorAll(".reader-text :is(h3, h4, h5, h6)")], index, note.outline[index].label);
}
