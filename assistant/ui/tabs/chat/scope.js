// The left panel: which part of the notes is searched. The conversations below it have a module of their own.

import { button, h, icon, redraw } from "../../assets/dom.js";
import * as store from "../../assets/store.js";

const ALL = { label: "All notes", scope: "", kind: "all", children: [] };
const opened = new Set();
let pick;

export function scope(root, { trigger }) {
  const tree = h("div", { class: "scope-tree" });
  const close = button("", { class: "quiet-icon drawer-close", "aria-label": "Close", on: { click: () => (document.body.dataset.drawer = "") } }, "close");
  root.append(h("div", { class: "panel-head" }, h("h2", { class: "panel-title", id: "scope-title" }, "Search in"), close), tree);
  pick = (entry) => {
    store.set("scope", { label: entry.label, scope: entry.scope });
    trigger("pick", { scope: entry.scope });
    document.body.dataset.drawer = "";
  };
  const draw = () => redraw(tree, [store.get("contents")?.tree, store.get("scope"), [...opened]], () => [list([ALL, ...(store.get("contents")?.tree ?? [])], draw)]);
  store.set("scope", { label: ALL.label, scope: "" });
  store.on("contents", draw);
  store.on("scope", draw);
  draw();
  return null;
}

function list(entries, draw) {
  return h("ul", { class: "tree" }, ...entries.map((entry) => item(entry, draw)));
}

function item(entry, draw) {
  const chosen = store.get("scope")?.scope === entry.scope;
  const open = opened.has(entry.scope) || (!chosen && holdsChosen(entry));
  const label = h(
    "button",
    { type: "button", class: `tree-label kind-${entry.kind}`, "aria-pressed": String(chosen), title: entry.label, on: { click: () => pick(entry) } },
    h("span", {}, entry.label)
  );
  const row = h("div", { class: "tree-row" }, entry.children.length ? toggle(entry, open, draw) : h("span", { class: "tree-space" }), label);
  return h("li", {}, row, open && entry.children.length ? list(entry.children, draw) : null);
}

function holdsChosen(entry) {
  const chosen = store.get("scope")?.scope;
  return entry.children.some((child) => child.scope === chosen || holdsChosen(child));
}

function toggle(entry, open, draw) {
  const flip = () => {
    if (open) opened.delete(entry.scope);
    else opened.add(entry.scope);
    draw();
    document.querySelector(`[data-toggle="${CSS.escape(entry.scope)}"]`)?.focus();
  };
  const attrs = { class: "tree-toggle", "data-toggle": entry.scope, "aria-expanded": String(open), "aria-label": `${open ? "Close" : "Open"} ${entry.label}` };
  const made = button("", { ...attrs, on: { click: flip } });
  made.append(icon("chevron"));
  return made;
}
