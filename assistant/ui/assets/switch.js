// A switch with its words, as in the status line: on or off is told by the knob's place, not by colour alone.

import { h } from "./dom.js";

/** Makes a switch. `turn(on)` is called when it is pressed; it turns at once, and `set(on)` turns it back or on. */
export function switchFor(label, on, turn) {
  const element = h("button", { type: "button", role: "switch", class: "switch", "aria-checked": String(on) }, h("span", { class: "knob", "aria-hidden": "true" }), label);
  const set = (value) => element.setAttribute("aria-checked", String(value));
  element.addEventListener("click", () => {
    const wanted = element.getAttribute("aria-checked") !== "true";
    set(wanted);
    turn(wanted);
  });
  return { element, set };
}
