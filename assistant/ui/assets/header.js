// The header, and the line below the input.

import { button, h, icon, redraw } from "./dom.js";
import { showKeys } from "./keys.js";
import { showSettings } from "../tabs/chat/settings.js";
import * as store from "./store.js";

export function header(root) {
  const offline = "Everything happens on this computer: your notes, questions and answers are not sent anywhere, and this page cannot load anything from the internet.";
  let shown = {};
  const draw = () => {
    const { title, sends_to: host } = shown;
    const leaves = `Your questions and passages go to ${host}`;
    redraw(root, [title, host], () => [
      h("div", { class: "brand" }, h("span", { class: "brand-mark", "aria-hidden": "true" }, icon("logo")), h("span", { class: "brand-name" }, title ?? "")),
      h(
        "div",
        { class: "tools" },
        host
          ? h("span", { class: "leaving", role: "note" }, leaves)
          : h("span", { class: "offline", title: offline, tabindex: "0", role: "note", "aria-label": `Offline. ${offline}` }, icon("lock"), h("span", {}, "Offline")),
        button("", { class: "quiet-icon", id: "settings", "aria-label": "Settings", title: "Settings (g s)", on: { click: showSettings } }, "gear"),
        button("", { class: "quiet-icon", id: "help", "aria-label": "Keyboard shortcuts", title: "Keyboard shortcuts (?)", on: { click: showKeys } }, "help")
      ),
    ]);
  };
  store.on("status", ({ sends_to }) => {
    if (sends_to === shown.sends_to) return;
    shown = { ...shown, sends_to };
    draw();
  });
  return (given) => {
    shown = { ...shown, ...given };
    draw();
  };
}

/** Below the input: where the search looks, and on a phone the two drawers. */
export function dock(root) {
  const draw = () => {
    const scope = store.get("scope")?.label ?? "All notes";
    const sources = store.get("active")?.sources;
    const number = sources ? sources.cited.length || sources.found.length : 0;
    redraw(root, [scope, number], () => [
      button(`In: ${scope}`, { class: "dock-button", "aria-label": `Search in: ${scope}`, on: { click: () => openDrawer("scope") } }, "scope"),
      button(number ? `Sources ${number}` : "Sources", { class: "dock-button", on: { click: () => openDrawer("sources") } }, "sources"),
      h("span", { class: "dock-hint" }, `Searching in ${scope === "All notes" ? "all notes" : `“${scope}”`}`, h("span", { class: "dock-keys" }, " · Enter to ask, Shift+Enter for a new line")),
    ]);
  };
  store.on("scope", draw);
  store.on("active", draw);
  draw();
  return null;
}

document.addEventListener("pointerdown", (event) => {
  const drawer = { scope: "#left", sources: "#right" }[document.body.dataset.drawer];
  const onPhone = matchMedia("(max-width: 60rem)").matches;
  if (drawer && onPhone && !event.target.closest(`${drawer}, .cite, .dock-button`)) document.body.dataset.drawer = "";
});

function openDrawer(name) {
  document.body.dataset.drawer = document.body.dataset.drawer === name ? "" : name;
  if (document.body.dataset.drawer) document.querySelector(name === "scope" ? "#left button" : "#right .drawer-close")?.focus();
}
