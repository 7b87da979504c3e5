// The end of a quiz: the score, by topic, what to read again, what was taken for what, and what to do next.

import { button, h, trail } from "../../assets/dom.js";
import { openLink, passage, rich, sideBySide } from "../../assets/passage.js";
import { feedback, outcome } from "./feedback.js";

/** Draws the result. `acts`: retry(), cards(), again(). */
export function resultPage(quiz, acts) {
  const { result } = quiz;
  return h(
    "div",
    { class: "result" },
    h("h1", { class: "page-title", tabindex: "-1", "data-focus": true }, result.says),
    h("p", { class: "page-lead" }, `${quiz.exam ? "Exam" : "Quiz"} on ${quiz.topic}, ${result.took}.`),
    result.count ? h("progress", { class: "score", max: "1", value: String(result.score), "aria-label": `Score ${Math.round(100 * result.score)}%` }) : null,
    h(
      "div",
      { class: "sheet-actions" },
      result.wrong ? h("button", { type: "button", class: "primary", on: { click: acts.retry } }, "Retry wrong ones") : null,
      result.count ? button(result.wrong ? "Make cards from these" : "Make cards from all", { class: "plain", on: { click: acts.cards } }) : null,
      h("button", { type: "button", class: result.wrong ? "plain" : "primary", on: { click: acts.again } }, "Another quiz")
    ),
    ...topics(result.topics),
    ...readAgain(result.read_again),
    ...confusions(result.confusions),
    ...answers(result.answers)
  );
}

function topics(all) {
  if (!all.length) return [];
  const row = (topic) => h("tr", {}, h("th", { scope: "row" }, trail(topic.trail)), h("td", { style: `--share:${topic.share}` }, h("span", { class: "bar", "aria-hidden": "true" }), h("span", { class: "bar-value" }, topic.says)));
  return [h("h2", { class: "section-title" }, "By topic"), h("table", { class: "bars topics" }, h("caption", { class: "sr-only" }, "Score by topic"), h("tbody", {}, ...all.map(row)))];
}

function readAgain(all) {
  if (!all.length) return [];
  const one = (found) => h("li", {}, openLink(found, trail(found.trail, found.page)));
  return [h("h2", { class: "section-title" }, "Read again"), h("ul", { class: "read-again" }, ...all.map(one))];
}

function confusions(all) {
  if (!all.length) return [];
  const none = () => h("p", { class: "remark" }, "Your notes do not say this in one place.");
  const one = (found) =>
    h(
      "article",
      { class: "study-sheet confusion" },
      h("p", { class: "confusion-question" }, found.question),
      sideBySide([`Asked: ${found.right}`, passage(found.asked, "Asked")], [`You chose: ${found.chosen}`, found.instead ? passage(found.instead, "You chose") : none()])
    );
  return [h("h2", { class: "section-title" }, "Confused with each other"), ...all.map(one)];
}

function answers(all) {
  if (!all.length) return [];
  const one = (told) =>
    h("details", { class: "answer-told" }, h("summary", {}, outcome(told), h("span", { class: "told-question" }, ...rich(told.text).flatMap((node) => [...node.childNodes]))), feedback(told));
  return [h("h2", { class: "section-title" }, "All answers"), ...all.map(one)];
}
