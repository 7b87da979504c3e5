// Dialogs with something to fill in. They hold the focus, Escape closes them, and the focus goes back.

import { button, h } from "./dom.js";

let made = 0;

/** Asks for texts. Resolves to {name: text}, or to null if it was closed. `fields`: {name, label, value, rows, optional}. */
export function fillIn({ title, text, fields, action }) {
  return new Promise((resolve) => {
    const before = document.activeElement;
    made += 1;
    const inputs = fields.map((field) => input(field, `field-${made}-${field.name}`));
    const form = h(
      "form",
      { method: "dialog" },
      h("h2", { id: `fill-in-${made}` }, title),
      text ? h("p", {}, text) : null,
      ...inputs.map(({ label, control }) => h("div", { class: "field" }, label, control)),
      h(
        "div",
        { class: "dialog-actions" },
        button("Cancel", { class: "plain", on: { click: () => dialog.close("no") } }),
        h("button", { type: "submit", class: "primary", value: "yes" }, action)
      )
    );
    const dialog = h("dialog", { class: "dialog fill-in", "aria-labelledby": `fill-in-${made}` }, form);
    form.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit(form.querySelector("[type=submit]"));
    });
    dialog.addEventListener("close", () => {
      dialog.remove();
      if (before?.isConnected) before.focus();
      resolve(dialog.returnValue === "yes" ? Object.fromEntries(inputs.map(({ name, control }) => [name, control.value])) : null);
    });
    document.body.append(dialog);
    dialog.showModal();
    inputs[0].control.focus();
  });
}

/** Asks for one of several answers, each one tap. `choices`: {value, label}. Resolves to a value, or to null if it was closed. */
export function choose({ title, text, choices }) {
  return new Promise((resolve) => {
    const before = document.activeElement;
    made += 1;
    const answers = choices.map(({ value, label }) => h("button", { type: "submit", class: "choice", value }, label));
    const form = h(
      "form",
      { method: "dialog" },
      h("h2", { id: `choose-${made}` }, title),
      text ? h("p", {}, text) : null,
      h("div", { class: "choices" }, ...answers),
      h("div", { class: "dialog-actions" }, button("Cancel", { class: "plain", on: { click: () => dialog.close("") } }))
    );
    const dialog = h("dialog", { class: "dialog", "aria-labelledby": `choose-${made}` }, form);
    dialog.addEventListener("close", () => {
      dialog.remove();
      if (before?.isConnected) before.focus();
      resolve(dialog.returnValue || null);
    });
    document.body.append(dialog);
    dialog.showModal();
    answers[0].focus();
  });
}

function input({ name, label, value = "", rows = 1, optional = false }, id) {
  const control = rows > 1 ? h("textarea", { id, rows, required: !optional }) : h("input", { id, type: "text", autocomplete: "off", required: !optional });
  control.value = value;
  return { name, label: h("label", { for: id }, label), control };
}

/** Asks for the two sides of a card. */
export function fillInCard(title, { front = "", back = "" } = {}, action = "Make the card") {
  const fields = [
    { name: "front", label: "Front: the question", value: front, rows: 3 },
    { name: "back", label: "Back: the answer", value: back, rows: 5 },
  ];
  return fillIn({ title, fields, action });
}
