// Everything by keyboard. Single keys work only where nothing is being typed.

import { button, h } from "./dom.js";
import { closeReader } from "../tabs/library/library.js";
import { hidePopover } from "../tabs/chat/popover.js";
import { closeSources } from "../tabs/chat/sources.js";
import * as store from "./store.js";
import { showSettings } from "../tabs/chat/settings.js";
import { goTo, openTab } from "./tabs.js";

const TABS = { c: "Chat", g: "Guide", q: "Quiz", r: "Review", p: "Progress", l: "Library", b: "Lab" };
const GOES_MS = 1500;
let goPressed = 0;

export function startKeys() {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.key === "Escape") return escape(event);
    if (!isTyping(event.target)) single(event);
  });
}

function isTyping(target) {
  return target.closest?.("input, textarea, select, [contenteditable=true], dialog");
}

function single(event) {
  if (performance.now() - goPressed < GOES_MS && TABS[event.key]) {
    goPressed = 0;
    event.preventDefault();
    return goTo(TABS[event.key]);
  }
  if (performance.now() - goPressed < GOES_MS && event.key === "s") {
    goPressed = 0;
    event.preventDefault();
    return showSettings();
  }
  goPressed = event.key === "g" ? performance.now() : 0;
  if (store.get(`keys:${openTab()}`)?.(event)) return event.preventDefault();
  if (event.key === "/") {
    event.preventDefault();
    goTo("Chat");
    requestAnimationFrame(() => document.querySelector("#question textarea")?.focus());
  } else if (event.key === "?") {
    event.preventDefault();
    showKeys();
  }
}

/** Escape closes what is open, the last opened first; with nothing open it stops the answer. */
function escape(event) {
  if (document.querySelector("dialog[open]")) return;
  const popover = document.getElementById("popover");
  hidePopover();
  if (document.body.dataset.drawer === "scope") {
    document.body.dataset.drawer = "";
    document.querySelector("#question textarea")?.focus();
  } else if (closeSources() || closeReader() || popover) {
    event.preventDefault();
  } else if (document.body.dataset.busy === "yes") {
    document.querySelector("#stop")?.click();
  }
}

export function showKeys() {
  const rows = [
    ["/", "Write a question"],
    ["Enter", "Ask it; Shift+Enter begins a new line"],
    ["Esc", "Close what is open, or stop the answer"],
    ["Tab", "From number to number in an answer; Enter shows the passage, Esc leads back"],
    ["1 – 4", "Quiz: choose an answer; Enter sends it, and then shows the next question"],
    ["Space", "Review: show the answer; then 1 – 4 rate it, u takes the last one back"],
    ["g c", "Chat"],
    ["g g", "Guide"],
    ["g q", "Quiz"],
    ["g r", "Review"],
    ["g p", "Progress"],
    ["g l", "Library"],
    ["g b", "Lab"],
    ["g s", "Settings"],
    ["?", "This list"],
  ];
  const before = document.activeElement;
  const keys = (text) => text.split(" ").map((key) => h("kbd", {}, key));
  const dialog = h(
    "dialog",
    { class: "dialog", "aria-labelledby": "keys-title" },
    h("h2", { id: "keys-title" }, "Keyboard"),
    h("dl", { class: "keys" }, ...rows.flatMap(([key, meaning]) => [h("dt", {}, ...keys(key)), h("dd", {}, meaning)])),
    h("div", { class: "dialog-actions" }, button("Close", { class: "plain", autofocus: true, on: { click: () => dialog.close() } }))
  );
  dialog.addEventListener("close", () => {
    dialog.remove();
    before?.focus();
  });
  document.body.append(dialog);
  dialog.showModal();
}
