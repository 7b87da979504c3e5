// The guided tour: one question of the student's own, followed to the answer, one idea a step.

import { button, count, h, trail } from "../../assets/dom.js";
import { figure } from "./figure.js";
import { notice } from "./lesson.js";
import { field } from "./parts.js";
import { rich } from "../../assets/passage.js";
import * as api from "../../assets/api.js";
import * as store from "../../assets/store.js";

const STEPS = [
  { title: "A question", lesson: null, idea: "In five minutes you follow one question through the machine: from your keyboard to the words that the model reads. Take a question that your notes suggest, or write your own.", draw: question },
  { title: "Tokens", lesson: "tokens", call: "lab/tour/tokens", idea: "A model cannot read letters. Your question is first cut into pieces, called tokens: a frequent word is one piece, a rare word several. Each piece has a number, and only the numbers go on.", draw: tokens },
  { title: "Chunks", lesson: "chunking", call: "lab/tour/passages", idea: "Your notes are too long to read at once. They were cut into short passages, called chunks, along their headings. This is the passage that fits your question best, between its neighbours.", draw: passages },
  { title: "Vectors", lesson: "embeddings", call: "lab/tour/vector", idea: "A small model turns each passage, and your question, into a long list of numbers: a vector. It is trained so that texts about the same thing point in nearly the same direction.", draw: vector },
  { title: "Search", lesson: "search", call: "lab/tour/search", idea: "Two searches run side by side: one looks for your words, the other for near vectors. A passage that is good in both comes first.", draw: hits },
  { title: "The answer", lesson: "rag", call: "lab/tour/prompt", idea: "The best sections are put in front of the model, with your question behind them. It writes its answer from what it reads there, one token after another. That is all of retrieval-augmented generation, in short RAG.", draw: prompt },
];

/** Makes the tour. Returns {element, key}. `acts`: home(), open(lesson). */
export function tour(acts) {
  const element = h("article", { class: "lesson tour", "aria-labelledby": "tour-title" });
  const spoken = h("div", { class: "sr-only", role: "status", "aria-live": "polite" });
  let place = 0;
  let asked = "";

  async function go(to) {
    place = Math.min(Math.max(to, 0), STEPS.length - 1);
    const step = STEPS[place];
    const area = h("div", { class: "lab-area", "aria-busy": "true" }, h("p", { class: "remark" }, "Looking…"));
    element.replaceChildren(head(step), h("section", { class: "lab-part lab-try", "aria-label": step.title }, area), foot(step), spoken);
    document.getElementById("lab-tab")?.scrollTo({ top: 0 });
    element.querySelector("#tour-title").focus({ preventScroll: true });
    const here = place;
    const found = await api.reach(step.call ?? "lab/tour/question", { question: asked });
    if (here !== place || !area.isConnected) return;
    area.removeAttribute("aria-busy");
    area.replaceChildren(...(found.error ? [notice(found.error)] : step.draw(found, { asked, ask: (text) => (asked = text), next })));
    spoken.textContent = found.error?.message ?? "";
  }

  function next() {
    if (place || asked.trim()) go(place + 1);
  }

  function head(step) {
    const dots = STEPS.map(({ title }, index) => h("li", { class: index < place ? "dot-right" : index === place ? "dot-open current" : "dot-open" }, h("span", { class: "sr-only" }, `${title}${index === place ? ", this one" : ""}`)));
    return h(
      "header",
      { class: "lesson-head" },
      button("All lessons", { class: "quiet", id: "lesson-back", on: { click: acts.home } }, "chevron"),
      h("div", { class: "tour-where" }, h("p", { class: "label" }, `Step ${place + 1} of ${STEPS.length}`), h("ol", { class: "dots", "aria-label": "Steps" }, ...dots)),
      h("h1", { class: "page-title", id: "tour-title", tabindex: "-1", "data-focus": true }, step.title),
      place && asked ? h("p", { class: "tour-asked" }, "Your question: ", h("q", {}, asked)) : null,
      h("p", { class: "tour-idea" }, step.idea)
    );
  }

  function foot(step) {
    const last = place === STEPS.length - 1;
    return h(
      "footer",
      { class: "lesson-foot" },
      place ? button("Back", { class: "plain", id: "tour-back", on: { click: () => go(place - 1) } }) : h("span"),
      step.lesson ? button("More in the lesson", { class: "quiet", on: { click: () => acts.open(step.lesson) } }) : null,
      last ? button("See it answered in Chat", { class: "primary", id: "tour-next", on: { click: () => store.get("askInChat")(asked) } }) : button("Next", { class: "primary", id: "tour-next", on: { click: next } })
    );
  }

  function key(event) {
    if (event.target.closest?.("button, a, summary") && event.key === "Enter") return false;
    if (event.key === "ArrowRight" || event.key === "Enter") next();
    else if (event.key === "ArrowLeft" && place) go(place - 1);
    else return false;
    return true;
  }

  go(0);
  return { element, key };
}

function question({ examples }, { asked, ask, next }) {
  const text = field({ label: "Your question", value: asked || examples[0], rows: 2 });
  ask(text.value());
  text.input.addEventListener("input", () => ask(text.value()));
  text.input.addEventListener("keydown", (event) => event.key === "Enter" && !event.isComposing && next());
  const take = (example) => {
    text.set(example);
    ask(example);
  };
  return [text, h("div", { class: "sheet-actions" }, ...examples.map((example) => button(example, { class: "plain", on: { click: () => take(example) } })))];
}

function tokens({ pieces, count: number }) {
  const piece = ({ text, id }) => h("li", {}, h("span", { class: "piece" }, text), h("span", { class: "piece-id" }, String(id)));
  return [h("ol", { class: "tour-pieces", "aria-label": "Tokens with their numbers" }, ...pieces.map(piece)), h("p", {}, `${count(number, "token")}. Below each piece is its number in the model's vocabulary.`)];
}

function passages({ notes, passages: number, around }) {
  if (!around.length) return [nothing()];
  const one = ({ body, best }) => h("div", { class: `tour-passage ${best ? "best" : ""}` }, best ? h("p", { class: "label" }, "The best passage for your question") : null, words(body));
  return [h("p", {}, `Your ${count(notes, "note")} became ${count(number, "passage")}.`), h("p", { class: "tour-trail" }, trail(around.find((each) => each.best).trail)), h("div", { class: "tour-column" }, ...around.map(one))];
}

function vector({ size, numbers, figure: json }) {
  if (!json) return [nothing()];
  return [h("p", {}, `Your question, as the first ${numbers.length} of ${size} numbers:`), h("p", { class: "tour-numbers" }, `[${numbers.map((number) => number.toFixed(3)).join(", ")}, …]`), figure(json)];
}

function hits({ hits: found }) {
  if (!found.length) return [nothing()];
  const place = (rank, by) => h("li", {}, rank ? `${by}: place ${rank}` : `${by}: not among the best`);
  const one = ({ body, trail: parts, by_words, by_meaning }) => h("li", { class: "tour-passage" }, h("p", { class: "tour-trail" }, trail(parts)), words(body), h("ul", { class: "tour-ranks" }, place(by_words, "By words"), place(by_meaning, "By meaning")));
  return [h("ol", { class: "tour-hits" }, ...found.map(one))];
}

function prompt({ system, sections, question: last }) {
  const part = (title, text, open = false) => h("details", { class: "tour-part", open }, h("summary", {}, title), h("p", { class: "tour-text" }, text));
  const parts = sections.map(({ trail: steps, text }, index) => part(`Section ${index + 1}: ${steps.at(-1)}`, text, index === 0));
  return [h("p", {}, "What the model reads, from top to bottom:"), part("Its instructions", system), ...parts, part("Your question", last, true)];
}

function words(body) {
  return h("div", { class: "note-text tour-words" }, ...rich(body));
}

function nothing() {
  return h("p", { class: "remark" }, "There are no passages in your notes yet.");
}
