// What came of an answer: right or wrong in a word and a shape, why, the passage, and what can be done about it.

import { button, h, shape } from "../../assets/dom.js";
import { passage, rich } from "../../assets/passage.js";
import * as store from "../../assets/store.js";
import { goTo } from "../../assets/tabs.js";

/** Draws the feedback on a question. `acts` may hold `report()` and `appeal()`. */
export function feedback(told, acts = {}) {
  return h(
    "div",
    { class: `feedback outcome-${told.outcome}` },
    verdict(told),
    told.explanation ? h("p", { class: "explanation" }, told.explanation) : null,
    points(told.points),
    ...told.passages.map((found) => passage(found, "The proof")),
    h(
      "div",
      { class: "feedback-actions" },
      button("Ask about this", { class: "plain", on: { click: () => askInChat(told.ask) } }),
      acts.report ? button("Bad question", { class: "plain", on: { click: acts.report } }) : null,
      acts.appeal && told.outcome !== "right" && told.outcome !== "open" ? button("My answer is right", { class: "plain", on: { click: acts.appeal } }) : null
    ),
    fair(told.checks)
  );
}

export function outcome({ word, shape: form, appeal }) {
  return h("span", { class: "outcome" }, shape(form), appeal ? "Right, after your appeal" : word);
}

function verdict(told) {
  return h(
    "div",
    { class: "verdict-line" },
    h("p", { class: "verdict-word" }, outcome(told)),
    told.appeal ? h("p", { class: "remark" }, `Your reason: ${told.appeal}`) : null,
    comparison(told)
  );
}

/** What was given beside what is right, in the form of the question. */
function comparison(told) {
  if (told.form === "option") return options(told);
  if (told.pairs.length) return pairs(told.pairs);
  if (told.steps.length) return h("div", {}, h("p", { class: "label" }, "The right order"), h("ol", { class: "steps" }, ...told.steps.map((step) => h("li", {}, step))), told.outcome === "right" ? null : given(told));
  return h("div", {}, given(told), told.outcome === "right" && told.kind === "cloze" ? null : h("p", { class: "right-answer" }, h("span", { class: "label" }, told.kind === "short" ? "A good answer: " : "Right: "), told.right));
}

function given(told) {
  return told.given ? h("p", { class: "given" }, h("span", { class: "label" }, "You: "), told.given) : null;
}

function options(told) {
  const said = { right: "Right answer", wrong: "Your answer" };
  const one = (option, place) => {
    const mark = told.marks[place];
    const own = option === told.given;
    const words = mark === "right" ? (own ? "Your answer, right" : said.right) : said[mark];
    return h("li", { class: `option told mark-${mark || "other"}` }, mark ? shape(mark === "right" ? "check" : "cross") : h("span", { class: "no-mark" }), h("span", {}, option), mark ? h("span", { class: "option-says" }, words) : null);
  };
  const correction = told.kind === "true_false" && told.right.startsWith("False") ? h("p", { class: "right-answer" }, h("span", { class: "label" }, "Your notes say: "), told.right.replace(/^False: /, "")) : null;
  return h("div", {}, h("ul", { class: "options" }, ...told.options.map(one)), correction);
}

function pairs(all) {
  return h("ul", { class: "steps pairs-told" }, ...all.map(({ left, right, hit }) => h("li", {}, shape(hit ? "check" : "cross"), h("span", {}, h("span", { class: "sr-only" }, hit ? "You had this right: " : "You had this wrong: "), h("strong", {}, left), `: ${right}`))));
}

function points(all) {
  if (!all.length) return null;
  const one = (point) => h("li", {}, h("p", {}, h("span", { class: "outcome" }, shape(point.shape), point.word), " ", point.text), h("p", { class: "remark" }, point.reason, " ", h("q", {}, point.quote)));
  return h("div", { class: "key-points" }, h("h3", { class: "label" }, "What the answer has to contain"), h("ul", {}, ...all.map(one)));
}

function fair(checks) {
  if (!checks.length) return null;
  return h("details", { class: "why" }, h("summary", {}, "Why is this fair?"), h("ul", { class: "checks" }, ...checks.map(({ passed, says }) => h("li", {}, shape(passed ? "check" : "cross"), h("span", {}, says)))));
}

/** Opens the chat with a question in its input, to be sent or changed. */
export function askInChat(question) {
  goTo("Chat");
  requestAnimationFrame(() => {
    const input = document.querySelector("#question textarea");
    if (!input) return;
    input.value = question;
    input.dispatchEvent(new Event("input", { bubbles: true }));
    input.focus();
  });
}

store.set("askInChat", askInChat);

export function questionText(question) {
  return h("div", { class: "quiz-question", id: "quiz-question", tabindex: "-1" }, ...rich(question.text));
}
