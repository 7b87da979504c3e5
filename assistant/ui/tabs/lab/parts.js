// The controls of the lessons. Each is an element with its label, works by keyboard, and tells `on` its value 120 ms after
// the last change. `element.value()` is what it stands at; `element.set(value)` changes it without telling.

import { button as plain, h } from "../../assets/dom.js";

const PAUSE_MS = 120;
let made = 0;

/** Calls `told` with the last value, once there was none for a moment. */
export function debounced(told, ms = PAUSE_MS) {
  let timer = null;
  return (value) => {
    clearTimeout(timer);
    timer = setTimeout(() => told(value), ms);
  };
}

function newId() {
  made += 1;
  return `lab-control-${made}`;
}

/** A number from a range. `unit` stands behind it. */
export function slider({ label, min, max, step = 1, value = min, unit = "", on = () => {} }) {
  const id = newId();
  const tell = debounced(on);
  const says = (number) => `${number.toLocaleString("en")}${unit ? ` ${unit}` : ""}`;
  const shown = h("output", { for: id });
  const input = h("input", { id, type: "range", min, max, step });
  const show = () => {
    shown.textContent = says(Number(input.value));
    input.setAttribute("aria-valuetext", shown.textContent);
  };
  input.value = String(value);
  input.addEventListener("input", () => {
    show();
    tell(Number(input.value));
  });
  show();
  const element = h("div", { class: "lab-control lab-slider" }, h("div", { class: "control-head" }, h("label", { for: id }, label), shown), input);
  return Object.assign(element, { value: () => Number(input.value), set: (number) => ((input.value = String(number)), show()) });
}

/** One of a few: `options` are texts or {value, label}. `value` null begins with none chosen. */
export function choice({ label, options, value = null, on = () => {} }) {
  const name = newId();
  const tell = debounced(on);
  const all = options.map((option) => (typeof option === "object" ? option : { value: option, label: String(option) }));
  let chosen = value;
  const inputs = all.map((option) => {
    const input = h("input", { type: "radio", name });
    input.checked = option.value === value;
    input.addEventListener("change", () => {
      chosen = option.value;
      tell(chosen);
    });
    return input;
  });
  const element = h("fieldset", { class: "lab-control lab-choice" }, h("legend", {}, label), h("div", { class: "choice-chips" }, ...all.map((option, place) => h("label", { class: "choice-chip" }, inputs[place], h("span", {}, option.label)))));
  const set = (wanted) => {
    chosen = wanted;
    inputs.forEach((input, place) => (input.checked = all[place].value === wanted));
  };
  return Object.assign(element, { value: () => chosen, set });
}

/** A text. */
export function field({ label, value = "", placeholder = "", multiline = false, rows = 3, on = () => {} }) {
  const id = newId();
  const tell = debounced(on);
  const attributes = { id, placeholder, autocomplete: "off", spellcheck: "false" };
  const input = multiline ? h("textarea", { ...attributes, rows }) : h("input", { ...attributes, type: "text" });
  input.value = value;
  input.addEventListener("input", () => tell(input.value));
  const element = h("div", { class: "lab-control lab-field" }, h("label", { for: id }, label), input);
  return Object.assign(element, { value: () => input.value, set: (text) => (input.value = text), input });
}

/** A button; `primary` for the one thing to do next. */
export function button(label, on, { primary = false } = {}) {
  return plain(label, { class: primary ? "primary" : "plain", on: { click: on } });
}

/** Controls side by side, below one another on a phone. */
export function row(...controls) {
  return h("div", { class: "lab-row" }, ...controls);
}

/** A table of plain values: `columns` are texts, `rows` lists of texts, numbers or elements. */
export function table({ caption, columns, rows }) {
  const head = h("thead", {}, h("tr", {}, ...columns.map((name) => h("th", { scope: "col" }, name))));
  const cell = (value) => h("td", { class: typeof value === "number" ? "number" : null }, typeof value === "number" ? value.toLocaleString("en", { maximumFractionDigits: 4 }) : value);
  const drawn = h("table", { class: "lab-table" }, h("caption", { class: "sr-only" }, caption), head, h("tbody", {}, ...rows.map((cells) => h("tr", {}, ...cells.map(cell)))));
  return h("div", { class: "table-scroll", tabindex: "0", role: "region", "aria-label": caption }, drawn);
}

/** A few words that are said about a picture or a result, for everyone and for screen readers. */
export function remark(text) {
  return h("p", { class: "remark" }, text);
}
