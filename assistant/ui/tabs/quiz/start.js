// The start card of a quiz: about what, how many, which kinds, practice or exam.

import { button, h } from "../../assets/dom.js";
import * as store from "../../assets/store.js";

const COUNTS = [5, 10, 20];
const PART = "part";
const WORDS = "words";
let choice = { about: "", part: "", words: "", count: 10, kinds: null, difficulty: "any", exam: false }; // kept while the page is open

/** Chooses what the next quiz is about. */
export function choosePart(topic) {
  choice = { ...choice, about: PART, part: topic };
}

/** Draws the card. `acts`: start(request), resume(id), end(id). */
export function startCard(home, acts) {
  const send = (event) => {
    event.preventDefault();
    acts.start({ topic: topic(), count: choice.count, kinds: choice.kinds ?? [], difficulty: choice.difficulty, exam: choice.exam });
  };
  return h(
    "div",
    {},
    h("div", { class: "shelf-head" }, h("div", {}, h("h1", { class: "page-title" }, "Quiz"), h("p", { class: "page-lead start-lead" }, readyText(home.ready)))),
    home.open ? leftOpen(home.open, acts) : null,
    h(
      "form",
      { class: "study-sheet start-card", on: { submit: send } },
      about(home),
      counts(),
      kinds(home),
      difficulty(home),
      mode(),
      h("div", { class: "sheet-actions" }, h("button", { type: "submit", class: "primary big", "data-focus": true }, "Start", h("kbd", { "aria-hidden": "true" }, "Enter")))
    )
  );
}

export function readyText(number) {
  return number ? `${number.toLocaleString("en")} questions from your notes are ready. Each of them was checked.` : "The first questions are written from your notes when you start.";
}

function leftOpen({ id, says }, acts) {
  return h(
    "div",
    { class: "study-sheet left-open" },
    h("p", {}, says),
    h("div", { class: "sheet-actions" }, button("Go on", { class: "primary", "data-focus": true, on: { click: () => acts.resume(id) } }), button("End it", { class: "plain", on: { click: () => acts.end(id) } }))
  );
}

function topic() {
  return { [PART]: choice.part, [WORDS]: choice.words.trim(), wrong: "wrong" }[choice.about] ?? "";
}

function radio(group, value, label, extra = null, disabled = false) {
  const input = h("input", { type: "radio", name: group, value, checked: String(choice[group]) === String(value), disabled });
  input.addEventListener("change", () => (choice[group] = value));
  return h("div", { class: "choice-row" }, h("label", { class: "choice" }, input, h("span", {}, label)), extra);
}

function about(home) {
  const select = h("select", { "aria-label": "Part of my notes" }, ...entries());
  if (choice.part) select.value = choice.part;
  if (select.selectedIndex >= 0 && !choice.part) choice.part = select.value;
  const words = h("input", { type: "text", "aria-label": "Topic in my own words", placeholder: "in your own words", autocomplete: "off" });
  words.value = choice.words;
  const rows = [
    radio("about", "", "Everything"),
    radio("about", "wrong", home.mistakes ? `What I got wrong (${home.mistakes})` : "What I got wrong (nothing so far)", null, !home.mistakes),
    radio("about", PART, "A part of my notes", select),
    radio("about", WORDS, "A topic in my own words", words),
  ];
  const mark = (value) => {
    choice.about = value;
    for (const row of rows) row.querySelector("input[type=radio]").checked = row.querySelector("input[type=radio]").value === value;
  };
  select.addEventListener("change", () => ((choice.part = select.value), mark(PART)));
  words.addEventListener("input", () => ((choice.words = words.value), mark(WORDS)));
  return h("fieldset", {}, h("legend", {}, "About"), ...rows);
}

/** The outline of the notes as options, headings set in below their notes. */
function entries() {
  const flat = (entry, depth) => [h("option", { value: entry.scope }, `${"\u2003".repeat(depth)}${entry.label}`), ...entry.children.flatMap((child) => flat(child, depth + 1))];
  const all = (store.get("contents")?.tree ?? []).flatMap((entry) => flat(entry, 0));
  if (choice.part && !all.some((option) => option.value === choice.part)) all.unshift(h("option", { value: choice.part }, choice.part.split(/[#>]/).at(-1).trim()));
  return all;
}

function counts() {
  return h("fieldset", { class: "inline" }, h("legend", {}, "Questions"), ...COUNTS.map((number) => radio("count", number, String(number))));
}

function kinds(home) {
  const box = ({ kind, name }) => {
    const input = h("input", { type: "checkbox", value: kind, checked: !choice.kinds || choice.kinds.includes(kind) });
    input.addEventListener("change", () => {
      const on = [...input.closest("fieldset").querySelectorAll("input:checked")].map((one) => one.value);
      choice.kinds = on.length === home.kinds.length ? null : on;
    });
    return h("label", { class: "choice" }, input, h("span", {}, name));
  };
  return h("fieldset", { class: "inline" }, h("legend", {}, "Kinds"), ...home.kinds.map(box));
}

function difficulty(home) {
  return h("fieldset", { class: "inline" }, h("legend", {}, "Difficulty"), ...home.difficulties.map(({ value, name }) => radio("difficulty", value, name)));
}

function mode() {
  return h("fieldset", { class: "inline" }, h("legend", {}, "How"), radio("exam", false, "Practice: each answer is explained at once"), radio("exam", true, "Exam: timed, explained at the end"));
}
