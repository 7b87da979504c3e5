// How many sections the model has read ahead, and the switch for it. It is drawn once and then changed in place, so that
// the switch keeps the focus while the numbers run.

import { h } from "./dom.js";
import * as api from "./api.js";

/** Returns the element, and a function that shows a state in it. */
export function warming() {
  const says = h("span", { class: "warm-says" });
  const toggle = h("button", { type: "button", role: "switch", class: "switch", on: { click: turn } }, h("span", { class: "knob", "aria-hidden": "true" }), "Prepare sections while idle");
  const element = h("span", { class: "warm", hidden: true }, says, toggle);

  function show({ says: text, means, on }) {
    element.hidden = false;
    element.title = means;
    if (says.textContent !== text) says.textContent = text;
    toggle.setAttribute("aria-checked", String(on));
  }

  async function turn() {
    const warm = await api.call("page/warming", { on: toggle.getAttribute("aria-checked") !== "true" });
    if (warm) show(warm);
  }

  return { element, show };
}
