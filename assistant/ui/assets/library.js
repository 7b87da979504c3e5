// The Library: every file of the notes folder, adding and removing, and reading a note with its outline.

import { build, button, count, h, icon, redraw, scrollWithin, shape } from "./dom.js";
import { liveInNote } from "./live.js";
import { announce, confirmed } from "./notices.js";
import { chooseFiles, chooseFolder } from "./upload.js";
import * as store from "./store.js";
import { goTo } from "./tabs.js";

const KINDS = { markdown: "Markdown", text: "Text", pdf: "PDF", docx: "Word", pptx: "PowerPoint", xlsx: "Excel", html: "Web page", epub: "EPUB", ipynb: "Notebook", csv: "Table" };
const STATE_SHAPES = { ready: "full", waiting: "half", unreadable: "none" };
const DAY_MS = 86_400_000;
let shelf, reader, opener;

export function library(root) {
  shelf = h("div", { class: "shelf" });
  reader = h("div", { class: "reader", hidden: true });
  root.append(shelf, reader);
  const draw = () => redraw(shelf, [store.get("library"), store.get("status")?.build, store.get("status")?.waiting], shelfParts);
  store.on("library", draw);
  store.on("status", draw);
  draw();
  store.set("readerReady", true);
  if (store.get("wanted")) read(store.get("wanted"));
  return null;
}

/** Goes to the Library and opens a note, from anywhere on the page. */
store.set("openNote", (wanted) => {
  document.body.dataset.drawer = "";
  store.set("wanted", wanted);
  goTo("Library");
  if (store.get("readerReady")) read(wanted);
});

function shelfParts() {
  const state = store.get("library");
  if (!state) return [h("p", { class: "panel-empty" }, "Looking at your notes…")];
  const { build, waiting } = store.get("status") ?? {};
  return [
    h(
      "div",
      { class: "shelf-head" },
      h("div", {}, h("h1", { class: "page-title" }, "Library"), h("p", { class: "page-lead" }, `${count(state.notes.length, "file")} in `, h("code", {}, state.folder))),
      h(
        "div",
        { class: "shelf-actions" },
        button("Add files", { class: "plain", on: { click: chooseFiles } }, "plus"),
        button("Add a folder", { class: "plain", on: { click: chooseFolder } }, "folder"),
        button(build ? "Updating…" : "Update index", { class: "primary", disabled: Boolean(build), on: { click: () => store.call("update") } })
      )
    ),
    build ? progressLine(build) : waiting ? h("p", { class: "remark" }, waiting) : null,
    state.notes.length ? table(state.notes) : emptyShelf(state),
    state.notes.length ? h("p", { class: "drop-hint" }, icon("drop"), "Drop files or folders anywhere on this page to add them.") : null,
  ];
}

function progressLine(build) {
  const value = build.share === null ? {} : { value: String(build.share) };
  return h("div", { class: "build-line" }, h("progress", { max: "1", ...value, "aria-label": "Index" }), h("span", {}, build.says), button("Cancel", { class: "link", on: { click: () => store.call("cancel") } }));
}

function emptyShelf(state) {
  return h(
    "div",
    { class: "drop-card" },
    icon("drop"),
    h("p", { class: "drop-title" }, "Drop a file or a folder here"),
    state.sample ? h("p", {}, "or ", h("button", { type: "button", class: "link", on: { click: () => store.call("add_sample") } }, "try the sample course")) : null
  );
}

function table(notes) {
  const heads = ["Title", "Kind", "Passages", "State", "Changed"].map((name) => h("th", { scope: "col", class: `col-${name.toLowerCase()}` }, name));
  return h(
    "table",
    { class: "notes-table" },
    h("thead", {}, h("tr", {}, ...heads, h("th", { scope: "col", class: "col-actions" }, h("span", { class: "sr-only" }, "Actions")))),
    h("tbody", {}, ...notes.map(row))
  );
}

function row(note) {
  const open = note.state === "ready"
    ? h("button", { type: "button", class: "note-link", on: { click: (event) => read({ path: note.path }, event.currentTarget) } }, note.title)
    : h("span", { class: "note-unread" }, note.title);
  return h(
    "tr",
    { "data-path": note.path },
    h("td", { class: "col-title" }, open, h("span", { class: "note-path" }, note.path)),
    h("td", { class: "col-kind" }, KINDS[note.kind] ?? note.kind),
    h("td", { class: "col-passages" }, note.passages ? note.passages.toLocaleString("en") : "–"),
    h("td", { class: "col-state" }, h("span", { class: `note-state state-${note.state}` }, shape(STATE_SHAPES[note.state] ?? "none"), note.says), note.reason ? h("span", { class: "note-reason" }, note.reason) : null),
    h("td", { class: "col-changed" }, h("time", { datetime: new Date(note.modified_at * 1000).toISOString() }, ago(note.modified_at * 1000))),
    h("td", { class: "col-actions" }, button("", { class: "quiet-icon", "aria-label": `Remove ${note.title}`, title: "Remove", on: { click: () => remove(note) } }, "trash"))
  );
}

function ago(then) {
  const day = (time) => Math.floor((time - new Date().getTimezoneOffset() * 60_000) / DAY_MS);
  const days = day(Date.now()) - day(then);
  if (days <= 0) return new Date(then).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  if (days === 1) return "Yesterday";
  return new Date(then).toLocaleDateString([], { day: "numeric", month: "short", year: days > 300 ? "numeric" : undefined });
}

async function remove(note) {
  const yes = await confirmed({
    title: `Remove “${note.title}”?`,
    text: `${note.path} is moved to the trash folder of your workspace, not erased. You can move it back from there.`,
    action: "Move to trash",
  });
  if (!yes) return;
  const answer = await store.call("remove", { path: note.path });
  if (!answer) return;
  announce(`${note.path} was moved to ${answer.trash}.`);
  const library = await store.call("notes");
  if (library) store.set("library", library);
}

async function read(wanted, from = null) {
  store.set("wanted", null);
  opener = from;
  const note = await store.call("read", wanted);
  if (!note) return;
  shelf.hidden = true;
  reader.hidden = false;
  drawReader(note);
}

function drawReader(note) {
  const text = h("div", { class: "note-text reader-text" }, ...note.body.map((node) => build(node, () => document.createTextNode(""))));
  const headings = [...text.querySelectorAll("h3, h4, h5, h6")];
  const goes = note.outline.map((entry, index) => h("li", { class: `level-${entry.level}` }, h("button", { type: "button", class: "outline-link", on: { click: () => toHeading(headings, index, entry) } }, entry.label)));
  const back = button("All notes", { class: "quiet", id: "reader-back", on: { click: closeReader } }, "chevron");
  const live = h("span", { class: "reader-live" });
  liveInNote(note.path).then((chips) => live.replaceChildren(...chips));
  reader.replaceChildren(
    h("div", { class: "reader-head" }, back, h("span", { class: "note-path" }, note.path), live),
    h(
      "div",
      { class: "reader-columns" },
      goes.length ? h("nav", { class: "outline", "aria-label": "Outline" }, h("h2", { class: "panel-title" }, "Outline"), h("ul", {}, ...goes)) : null,
      h("article", { class: "reader-page" }, text, note.cut ? h("p", { class: "remark" }, `${note.cut.toLocaleString("en")} more characters are in the file.`) : null)
    )
  );
  back.focus();
  const mark = text.querySelector("mark");
  if (mark) requestAnimationFrame(() => scrollWithin(document.getElementById("library-tab"), mark, "middle"));
}

function toHeading(headings, index, entry) {
  const named = headings.filter((heading) => heading.textContent.trim() === entry.label);
  const target = headings[index]?.textContent.trim() === entry.label ? headings[index] : named[0];
  if (target) scrollWithin(document.getElementById("library-tab"), target, "top");
}

/** Closes the open note. Returns whether there was one. */
export function closeReader() {
  if (!reader || reader.hidden) return false;
  reader.hidden = true;
  shelf.hidden = false;
  if (opener?.isConnected) opener.focus();
  return true;
}
