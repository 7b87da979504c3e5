// The Library: the folders, what changed, and a table of all notes. A note opens in reader.js.

import { button, count, h, icon, redraw } from "../../assets/dom.js";
import { dropCard } from "../../assets/empty.js";
import { changesPart, lastPart } from "./changes.js";
import { foldersPart } from "./folders.js";
import { notesTable } from "./table.js";
import { announce, confirmed } from "../../assets/notices.js";
import { closeReader, read, readerAt } from "./reader.js";
import { chooseFiles, chooseFolder } from "../../assets/upload.js";
import * as api from "../../assets/api.js";
import * as store from "../../assets/store.js";
import { goTo } from "../../assets/tabs.js";

export { closeReader };

export function library(root) {
  const [head, news, folders, rest] = [h("div", { class: "shelf-top" }), h("div", { class: "shelf-news" }), foldersPart(), h("div", {})];
  const table = notesTable({ open: (note, link) => read({ path: note.path }, link), remove });
  const shelf = h("div", { class: "shelf" }, head, news, table.element, rest, folders.element);
  const reader = h("div", { class: "reader", hidden: true });
  root.append(shelf, reader);
  readerAt(shelf, reader);
  const draw = () => {
    const [state, status] = [store.get("library"), store.get("status") ?? {}];
    redraw(head, [state?.folder, state?.notes.length, Boolean(status.build)], () => headParts(state, status.build));
    redraw(news, [status.build, status.waiting, status.fault, state?.changes, state?.last], () => newsParts(state, status));
    redraw(rest, [Boolean(state), state?.notes.length > 0], () => restParts(state));
    table.element.hidden = !state?.notes.length;
    table.show(state?.notes ?? []);
  };
  store.on("library", () => (draw(), folders.refresh()));
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

function headParts(state, build) {
  if (!state) return [];
  return h(
    "div",
    { class: "shelf-head" },
    h("div", {}, h("h1", { class: "page-title" }, "Library"), h("p", { class: "page-lead" }, `${count(state.notes.length, "file")} in `, h("code", {}, state.folder))),
    h(
      "div",
      { class: "shelf-actions" },
      button("Add files", { class: "plain", on: { click: chooseFiles } }, "plus"),
      button("Add a folder", { class: "plain", on: { click: chooseFolder } }, "folder"),
      button(build ? "Updating…" : "Update index", { class: "primary", disabled: Boolean(build), on: { click: () => api.call("library/update") } })
    )
  );
}

function newsParts(state, { build, waiting, fault }) {
  if (!state) return [];
  if (build) return progressLine(build);
  return [fault ? h("p", { class: "remark shelf-fault", role: "alert" }, fault) : null, waiting ? changesPart(waiting, state.changes) : lastPart(state.last)];
}

function restParts(state) {
  if (!state) return h("p", { class: "panel-empty" }, "Looking at your notes…");
  return state.notes.length ? h("p", { class: "drop-hint" }, icon("drop"), "Drop files or folders anywhere on this page to add them.") : dropCard();
}

function progressLine(build) {
  const value = build.share === null ? {} : { value: String(build.share) };
  return h("div", { class: "build-line" }, h("progress", { max: "1", ...value, "aria-label": "Index" }), h("span", {}, build.says), button("Cancel", { class: "link", on: { click: () => api.call("library/cancel") } }));
}

async function remove(note) {
  const yes = await confirmed({
    title: `Remove “${note.title}”?`,
    text: `${note.path} is moved to the trash folder of your workspace, not erased. You can restore it.`,
    action: "Move to trash",
  });
  if (!yes) return;
  const answer = await api.call("library/remove", { path: note.path });
  if (!answer) return;
  announce(`${note.path} was moved to ${answer.trash}.`, { label: "Undo", run: () => restore(answer.kept) });
  await relist();
}

async function restore(kept) {
  const answer = await api.call("library/restore", { kept });
  if (!answer) return;
  announce(`${answer.restored} is back.`);
  await relist();
}

async function relist() {
  const found = await api.read("library/notes");
  if (found) store.set("library", found);
}
