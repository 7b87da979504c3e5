// Short messages at the edge of the page: what happened, and what to do about it.

import { button, h } from "./dom.js";

const SHOWN_MS = 12000;

function tray() {
  const existing = document.getElementById("notices");
  if (existing) return existing;
  const made = h("div", { id: "notices", role: "status", "aria-live": "polite" });
  document.body.append(made);
  return made;
}

function show(kind, message, hint, action = null) {
  const notice = h(
    "div",
    { class: `notice notice-${kind}` },
    h("div", {}, h("p", { class: "notice-message" }, message), hint ? h("p", { class: "notice-hint" }, hint) : null, action ? button(action.label, { class: "link", on: { click: () => (notice.remove(), action.run()) } }) : null),
    button("", { class: "quiet-icon", "aria-label": "Close this message", on: { click: () => notice.remove() } }, "close")
  );
  tray().append(notice);
  setTimeout(() => notice.remove(), SHOWN_MS);
}

export function announceError({ message, hint }) {
  show("error", message, hint);
}

/** Says what was done; `action` is {label, run}, such as a way to take it back. */
export function announce(message, action = null) {
  show("done", message, "", action);
}

/** Asks before something is done. Resolves to whether it may be. */
export function confirmed({ title, text, action }) {
  return new Promise((resolve) => {
    const before = document.activeElement;
    const dialog = h(
      "dialog",
      { class: "dialog", "aria-labelledby": "dialog-title" },
      h("h2", { id: "dialog-title" }, title),
      h("p", {}, text),
      h(
        "div",
        { class: "dialog-actions" },
        button("Cancel", { class: "plain", autofocus: true, on: { click: () => dialog.close("no") } }),
        button(action, { class: "primary", on: { click: () => dialog.close("yes") } })
      )
    );
    dialog.addEventListener("close", () => {
      dialog.remove();
      before?.focus();
      resolve(dialog.returnValue === "yes");
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}
