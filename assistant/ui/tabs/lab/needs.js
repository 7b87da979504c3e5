// What is missing before the laboratory can show something, with the one thing to do about it.

import { button, h, redraw } from "../../assets/dom.js";
import { firstThings } from "../../assets/empty.js";
import * as store from "../../assets/store.js";

const shown = new Set();

/** Makes a place that says what is missing, as long as it is; `model` for a lesson that needs the model that writes. */
export function needs({ model = false } = {}) {
  const element = h("div", { class: "lab-needs", role: "status" });
  element.again = () => {
    const found = missing(store.get("status"), model);
    redraw(element, found && [found.title, found.text, found.label], () => (found ? card(found) : []));
  };
  shown.add(element);
  element.again();
  return element;
}

let listening = false;

/** Has every place that is still on the page look again when the state of notes, index or model changes. */
export function watchNeeds() {
  if (listening) return;
  listening = true;
  store.on("status", () => {
    for (const element of shown) {
      if (element.isConnected) element.again();
      else if (element.wasShown) shown.delete(element);
      element.wasShown = element.isConnected;
    }
  });
}

function missing(status, model) {
  if (!status) return null;
  const first = firstThings(status, "The laboratory works on your own notes.");
  if (first) return first;
  const { engine } = status;
  if (model && engine.state === "loading") return { title: "The model is being loaded", text: "This lesson needs it. It starts by itself." };
  if (model && engine.state !== "ready") return { title: "This lesson needs the model that writes", text: engine.mend || engine.means, label: "Continue without it: all lessons", act: () => store.get("labHome")() };
  return null;
}

function card({ title, text, label, act }) {
  return h("div", { class: "lab-notice" }, h("div", {}, h("p", { class: "notice-message" }, title), h("p", { class: "notice-hint" }, text)), label ? button(label, { class: "primary", on: { click: act } }) : null);
}

/** What a failed call of a lesson can be mended with, or null. */
export function remedy() {
  const found = missing(store.get("status"), false);
  return found?.label ? button(found.label, { class: "primary", on: { click: found.act } }) : null;
}
