// Progress: what is known, topic by topic; what falls due; how it went. Every topic is a link to a quiz about it.

import { h, redraw, shape } from "../../assets/dom.js";
import { emptyCard, firstCard } from "../../assets/empty.js";
import { gapsPart } from "./gaps.js";
import * as api from "../../assets/api.js";
import * as store from "../../assets/store.js";
import { goTo, whenShown } from "../../assets/tabs.js";

const WORDS = { known: "known", fading: "fading", "not yet": "not yet" };

export function progress(element) {
  const root = h("div", { class: "study-page progress-page" });
  const gaps = gapsPart();
  element.append(root);
  const refresh = async () => {
    const [found] = await Promise.all([api.read("progress/overview"), gaps.refresh()]);
    if (found) redraw(root, [found, store.get("status")?.indexed], () => page(found, gaps));
    gaps.reveal();
  };
  whenShown(element, refresh);
  store.on("contents", () => root.checkVisibility() && refresh());
  return null;
}

function page(found, gaps) {
  const head = h("div", { class: "shelf-head" }, h("div", {}, h("h1", { class: "page-title" }, "Progress"), h("p", { class: "page-lead" }, "What you know of your notes, and what comes next.")));
  const first = found.empty ? firstCard("Here you see what you know of your notes, topic by topic.") : null;
  if (first) return [head, first];
  return [head, ...(found.empty ? [nothingYet()] : answered(found)), gaps, h("h2", { class: "section-title" }, "Your notes"), legend(), ...found.notes.map(note), ...confused(found.pairs)];
}

function nothingYet() {
  const acts = [
    { label: "Start a quiz", run: () => goTo("Quiz") },
    { label: "Write a card", run: () => store.get("makeCard")({ title: "A card of your own" }) },
  ];
  return emptyCard({ title: "Nothing answered yet", says: "This page fills as you take quizzes and review cards: what you know, what you are forgetting, and what is due.", acts });
}

function answered(found) {
  return [
    h("dl", { class: "figures" }, ...found.figures.map(({ number, label }) => h("div", {}, h("dt", {}, label), h("dd", {}, number)))),
    h("div", { class: "charts" }, chart("Due in the next 14 days", found.forecast, "Day", "Cards", "Nothing is due: there are no cards in review yet."), chart("Right answers, day by day", found.accuracy, "Day", "Right", "No answers yet.")),
  ];
}

/** A table that is drawn as bars: the numbers are there for everyone. */
function chart(title, { says, bars }, day, value, none) {
  const row = (bar) =>
    h("tr", { title: bar.says || null }, h("th", { scope: "row" }, bar.day), h("td", { style: `--share:${bar.share}` }, h("span", { class: "bar", "aria-hidden": "true" }), h("span", { class: "bar-value" }, bar.value), bar.says ? h("span", { class: "sr-only" }, ` (${bar.says})`) : null));
  const drawn = h(
    "table",
    { class: "bars" },
    h("caption", { class: "sr-only" }, title),
    h("thead", { class: "sr-only" }, h("tr", {}, h("th", { scope: "col" }, day), h("th", { scope: "col" }, value))),
    h("tbody", {}, ...bars.map(row))
  );
  return h("section", { class: "chart" }, h("h2", { class: "section-title" }, title), h("p", { class: "page-lead" }, says || none), says ? drawn : null);
}

function legend() {
  const entries = [["known", "full"], ["fading", "half"], ["not yet", "none"]];
  return h("p", { class: "legend" }, ...entries.map(([state, form]) => h("span", { class: `state-${state.replace(" ", "-")}` }, shape(form), WORDS[state])), h("span", {}, "Choose a topic to be quizzed on it."));
}

function note({ title, topic, counts, topics }) {
  return h(
    "section",
    { class: "mastery" },
    h("h3", {}, h("button", { type: "button", class: "note-link", on: { click: () => quizThis(topic) } }, title), h("span", { class: "note-counts" }, counts.join(" · "))),
    h("ul", { class: "heat" }, ...topics.filter((cell) => cell.label !== title).map(cell))
  );
}

function cell({ label, level, state, shape: form, recall, topic, says }) {
  return h(
    "li",
    { class: `level-${Math.min(level, 4)}` },
    h(
      "button",
      { type: "button", class: `cell state-${state.replace(" ", "-")}`, style: `--recall:${recall ?? 0}`, title: says, "data-topic": topic, "aria-label": `${label}: ${state}, ${says}. Quiz this.`, on: { click: () => quizThis(topic) } },
      shape(form),
      h("span", { class: "cell-label" }, label),
      h("span", { class: "cell-state" }, state)
    )
  );
}

function confused(pairs) {
  if (!pairs.length) return [];
  const one = (pair) =>
    h("li", {}, h("button", { type: "button", class: "pair", "aria-label": `${pair.asked}, confused with ${pair.chosen}, ${pair.times}. Quiz this.`, on: { click: () => quizThis(pair.topic) } }, h("strong", {}, pair.asked), h("span", { class: "pair-mid" }, "confused with"), h("strong", {}, pair.chosen), h("span", { class: "pair-times" }, pair.times)));
  return [h("h2", { class: "section-title" }, "Most confused"), h("ul", { class: "pairs" }, ...pairs.map(one))];
}

function quizThis(topic) {
  store.get("quizOn")(topic);
  goTo("Quiz");
}
