// The ways to answer, each usable by keyboard alone. A box is {element, response(), key(event)}: `response()` is undefined
// while there is nothing to send; `key()` returns whether the key meant something here. What is typed into gets the focus.

import { h } from "../../assets/dom.js";

/** Makes the box for a question. `submit` sends what is chosen; `changed` hears of every change; `id` is that of a text field. */
export function answerBox(question, submit, changed, id = "quiz-text") {
  if (question.form === "option") return choices(question, submit, changed);
  if (question.form === "places") return slots(question, changed);
  return text(question, submit, changed, id);
}

function choices({ kind, options }, submit, changed) {
  let chosen;
  const buttons = options.map((option, place) =>
    h("button", { type: "button", role: "radio", class: "option", "aria-checked": "false", tabindex: place ? "-1" : "0", on: { click: () => choose(place) } }, h("kbd", { "aria-hidden": "true" }, String(place + 1)), h("span", {}, option))
  );
  const element = h("div", { class: "options", role: "radiogroup", "aria-label": "Answers" }, ...buttons);

  function choose(place) {
    chosen = place;
    buttons.forEach((one, index) => {
      one.setAttribute("aria-checked", String(index === place));
      one.tabIndex = index === place ? 0 : -1;
    });
    buttons[place].focus();
    changed();
  }

  function key(event) {
    const place = kind === "true_false" && "tf".includes(event.key) ? "tf".indexOf(event.key) : Number(event.key) - 1;
    if (Number.isInteger(place) && place >= 0 && place < options.length) choose(place);
    else if (event.key === "ArrowDown" || event.key === "ArrowRight") choose(((chosen ?? -1) + 1) % options.length);
    else if (event.key === "ArrowUp" || event.key === "ArrowLeft") choose(((chosen ?? 0) + options.length - 1) % options.length);
    else if (event.key === "Enter" && event.target.closest?.('[role="radio"]')) {
      choose(buttons.indexOf(event.target.closest('[role="radio"]')));
      submit();
    } else return false;
    return true;
  }

  return { element, key, response: () => chosen };
}

/** Terms or places that want an option each: press the number of an option and it goes to the next free one. */
function slots({ kind, options, lefts }, changed) {
  const matches = lefts.length > 0;
  const names = matches ? lefts : options.map((_, place) => `${place + 1}.`);
  const filled = names.map(() => null);
  let active = 0;
  const places = names.map((name, slot) => h("button", { type: "button", class: "slot", on: { click: () => activate(slot) } }, h("span", { class: "slot-name" }, name), h("span", { class: "slot-value" })));
  const choices = options.map((option, place) =>
    h("button", { type: "button", class: "option", on: { click: () => put(place) } }, h("kbd", { "aria-hidden": "true" }, String(place + 1)), h("span", {}, option))
  );
  const help = matches ? "Press the number of the description for the marked term, one after another; Backspace takes one back." : "Press the numbers in the right order; Backspace takes one back.";
  const element = h(
    "div",
    { class: `slots slots-${kind}` },
    h("p", { class: "how" }, help),
    h("div", { class: "slot-list", role: "group", "aria-label": matches ? "Terms" : "Your order" }, ...places),
    h("div", { class: "options", role: "group", "aria-label": matches ? "Descriptions" : "Steps" }, ...choices)
  );

  function activate(slot) {
    active = slot;
    filled[slot] = null;
    draw();
  }

  function put(place) {
    const before = filled.indexOf(place);
    if (before >= 0) filled[before] = null;
    const slot = filled[active] === null ? active : filled.indexOf(null);
    if (slot < 0) return;
    filled[slot] = place;
    const after = filled.findIndex((value, index) => value === null && index > slot);
    active = after >= 0 ? after : Math.max(filled.indexOf(null), 0);
    draw();
  }

  function takeBack() {
    const last = filled.findLastIndex((value, index) => value !== null && (index < active || filled.every((one) => one !== null)));
    if (last < 0) return;
    activate(last);
  }

  function draw() {
    places.forEach((element, slot) => {
      const value = filled[slot];
      const said = value === null ? "not chosen yet" : options[value];
      element.classList.toggle("active", slot === active && filled.includes(null));
      element.classList.toggle("filled", value !== null);
      element.querySelector(".slot-value").textContent = value === null ? "" : matches ? `${value + 1}  ${options[value]}` : options[value];
      element.setAttribute("aria-label", `${names[slot]} ${said}`);
    });
    choices.forEach((element, place) => {
      const used = filled.includes(place);
      element.classList.toggle("used", used);
      element.setAttribute("aria-pressed", String(used));
    });
    changed();
  }

  function key(event) {
    const place = Number(event.key) - 1;
    if (event.key !== " " && Number.isInteger(place) && place >= 0 && place < options.length) put(place);
    else if (event.key === "Backspace") takeBack();
    else return false;
    return true;
  }

  queueMicrotask(draw);
  return { element, key, response: () => (filled.includes(null) ? undefined : filled) };
}

function text({ kind }, submit, changed, id) {
  const short = kind === "short";
  const control = short ? h("textarea", { rows: 4, id, "data-focus": true }) : h("input", { type: "text", id, "data-focus": true, autocomplete: "off", autocapitalize: "off", spellcheck: "false" });
  control.addEventListener("input", changed);
  control.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    submit();
  });
  const element = h("div", { class: "field" }, h("label", { for: id }, short ? "Your answer, in your own words" : "What fills the gap?"), control);
  return { element, key: () => false, response: () => control.value.trim() || undefined };
}
