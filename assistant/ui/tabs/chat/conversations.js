// The kept conversations, in the left panel: list, search, name, save, delete. And where this browser tab was before it
// was loaded anew: each tab remembers its own conversation.

import { fillIn } from "../../assets/dialogs.js";
import { button, h, redraw } from "../../assets/dom.js";
import { saveText } from "../../assets/files.js";
import { announce, confirmed } from "../../assets/notices.js";
import { showSettings } from "./settings.js";
import * as api from "../../assets/api.js";
import * as store from "../../assets/store.js";

const KEPT = "conversation"; // in sessionStorage, which belongs to one tab
const PAUSE_MS = 150;
const GONE = "They are erased from the file on this computer, which cannot be undone. Cards, gaps and questions that you kept from them stay.";
let go, field, list, shown, opened, everything, asked;

export function threads(root, { trigger }) {
  go = (id) => trigger("open", { id });
  field = h("input", { type: "search", class: "thread-search", placeholder: "Search conversations", "aria-label": "Search conversations", autocomplete: "off", on: { input: later } });
  list = h("div", { class: "thread-list" });
  root.append(h("section", { class: "kept", "aria-labelledby": "kept-title" }, h("h2", { class: "panel-title", id: "kept-title" }, "Conversations"), field, list));
  root.firstChild.hidden = true;
  store.on("thread", remember);
  store.on("thread", refresh);
  store.on("settings", refresh);
  document.addEventListener("visibilitychange", () => document.hidden || refresh());
  comeBack();
  return null;
}

/** Goes back to the conversation that was open in this tab, once the program answers. */
function comeBack() {
  const key = sessionStorage.getItem(KEPT);
  let back = !key;
  store.on("status", () => {
    if (!back) go(key);
    else if (back && !shown) refresh();
    back = true;
  });
}

function remember({ key }) {
  if (key) sessionStorage.setItem(KEPT, key);
  else sessionStorage.removeItem(KEPT);
}

function later() {
  clearTimeout(asked);
  asked = setTimeout(refresh, PAUSE_MS);
}

/** Asks for the list; what comes back for an older search is left aside. */
async function refresh() {
  const query = field.value.trim();
  const found = await api.reach("conversations/search", { query, all: everything === true });
  if (query !== field.value.trim()) return;
  shown = found.error ? { groups: [], found: 0, left: 0, kept: 0, on: true, fault: `${found.error.message} ${found.error.hint}` } : found;
  draw();
}

function draw() {
  const { key, local = [] } = store.get("thread") ?? {};
  const { groups, kept, found, left, on, fault } = shown;
  const query = field.value.trim();
  field.closest(".kept").hidden = !kept && !local.length && on && !fault;
  field.hidden = !kept;
  redraw(list, [shown, key, local, opened, query], () => [
    fault ? h("p", { class: "thread-fault", role: "alert" }, fault) : null,
    on ? null : h("p", { class: "thread-remark" }, "New ones are not kept. ", h("button", { type: "button", class: "link", on: { click: () => showSettings() } }, "Settings")),
    ...(query ? [] : localGroup(local)),
    query && !found ? h("p", { class: "thread-remark", role: "status" }, "No conversation contains all of these words.") : null,
    ...groups.flatMap(({ label, conversations }) => [h("h3", { class: "thread-day" }, label), h("ul", { class: "threads" }, ...conversations.map((one) => entry(one, key)))]),
    left ? h("button", { type: "button", class: "link thread-remark", on: { click: () => ((everything = true), refresh()) } }, `Show ${left} more`) : null,
    kept > 1 && !query ? h("div", { class: "thread-all" }, button("Save all", { class: "quiet", on: { click: () => save("conversations/save_all") } }, "save"), button("Delete all", { class: "quiet", on: { click: () => removeAll(kept) } }, "trash")) : null,
  ]);
}

/** Conversations of this tab only: keeping is switched off. */
function localGroup(local) {
  if (!local.length) return [];
  const one = ({ id, title }) => h("li", {}, h("button", { type: "button", class: "thread", title, on: { click: () => go(id) } }, title));
  return [h("h3", { class: "thread-day" }, "In this tab only"), h("ul", { class: "threads" }, ...local.map(one))];
}

function entry(one, key) {
  const open = opened === one.id;
  const toggle = () => {
    opened = open ? null : one.id;
    draw();
  };
  return h(
    "li",
    { class: `thread-entry ${open ? "open" : ""}`, "data-thread": one.id },
    h("button", { type: "button", class: "thread", title: `${one.title}\n${one.says}`, "aria-current": one.id === key ? "true" : null, on: { click: () => choose(one.id) } }, one.title),
    button("", { class: "thread-more", "aria-label": `More for: ${one.title}`, "aria-expanded": String(open), on: { click: toggle } }, "more"),
    one.excerpt ? h("p", { class: "thread-excerpt" }, one.excerpt) : null,
    open ? actions(one) : null
  );
}

function actions(one) {
  return h(
    "div",
    { class: "thread-actions" },
    h("span", { class: "thread-says" }, one.says),
    button("Rename", { class: "quiet", on: { click: () => rename(one) } }, "pen"),
    button("Save", { class: "quiet", title: "As a Markdown file, with the sources", on: { click: () => save("conversations/save", { id: one.id }) } }, "save"),
    button("Delete", { class: "quiet", on: { click: () => remove(one) } }, "trash")
  );
}

function choose(id) {
  document.body.dataset.drawer = "";
  go(id);
}

async function rename(one) {
  const filled = await fillIn({ title: "Rename this conversation", fields: [{ name: "title", label: "Name; empty for its first question", value: one.title, optional: true }], action: "Rename" });
  if (!filled || !(await api.call("conversations/rename", { id: one.id, title: filled.title }))) return;
  opened = null;
  await refresh();
  focusOn(one.id);
}

async function save(call, request = {}) {
  const file = await api.call(call, request);
  if (!file) return;
  saveText(file.name, file.text);
  announce(`Saved as ${file.name}, with the sources.`);
}

async function remove(one) {
  if (!(await confirmed({ title: "Delete this conversation?", text: `“${one.title}”: ${one.says}. ${GONE.replace("They are", "It is").replace("from them", "from it")}`, action: "Delete" }))) return;
  if (!(await api.call("conversations/delete", { id: one.id }))) return;
  leave([one.id]);
  announce("The conversation is deleted.");
}

async function removeAll(number) {
  if (!(await confirmed({ title: `Delete all ${number} conversations?`, text: GONE, action: "Delete all" }))) return;
  const done = await api.call("conversations/delete_all");
  if (!done) return;
  leave([store.get("thread")?.key]);
  announce(`${done.deleted} conversations are deleted.`);
}

/** After a deletion: the page shows a new conversation where it showed what is gone. */
async function leave(ids) {
  opened = null;
  if (ids.includes(store.get("thread")?.key)) document.querySelector("#new")?.click();
  await refresh();
  (list.querySelector(".thread") ?? document.querySelector("#new"))?.focus();
}

function focusOn(id) {
  list.querySelector(`[data-thread="${CSS.escape(id)}"] .thread`)?.focus();
}
