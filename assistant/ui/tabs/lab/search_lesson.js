// The lesson on search: one question through words, through meaning, and both added; then exact against approximate.

import { h, trail } from "../../assets/dom.js";
import { button, choice, field, remark, row, table } from "./parts.js";
import { passage } from "../../assets/passage.js";

export async function mount(area, lesson) {
  const begun = await lesson.call("begin");
  if (!begun) return;
  const body = h("div", { class: "lab-area" }, remark("Guess first, above; then the search is shown here."));
  area.append(part("One question", body), approximatePart(lesson, begun));
  await guess(lesson, begun);
  body.replaceChildren(...searching(lesson, begun));
}

function part(title, ...content) {
  return h("section", { class: "lab-section" }, h("h3", { class: "section-title" }, title), ...content);
}

const written = (number) => number.toFixed(2);
const signed = (number) => `${number < 0 ? "-" : "+"}${Math.abs(number).toFixed(2)}`;

async function guess(lesson, { question, words, heaviest, says }) {
  if (words.length < 2) return;
  await lesson.predict({ ask: `You search for “${question}”. Which word counts most in the search by words?`, options: [...words].sort() });
  lesson.reveal({ truth: heaviest, says: `It is in the fewest passages. ${says}.` });
}

// -- one question ----------------------------------------------------------------------------------------------------

function searching(lesson, begun) {
  const question = field({ label: "Your question", value: lesson.term || begun.question, on: search });
  const shown = h("div", { class: "lab-area" });
  let chosen = 1;

  async function search() {
    if (!question.value().trim()) return shown.replaceChildren(remark("Write a question, or a few words."));
    const found = await lesson.call("run", { question: question.value() });
    if (!found) return;
    chosen = Math.min(chosen, Math.max(found.steps.length, 1));
    shown.replaceChildren(...byWords(lesson, found), ...together(lesson, found, () => chosen, (place) => (chosen = place)));
    lesson.say(found.steps.length ? `Best passage: ${found.steps[0].trail.at(-1)}` : "Nothing was found.");
  }

  search();
  return [question, shown];
}

function byWords(lesson, { reading, words, grid }) {
  const notes = [
    ...reading.corrections.map(([typed, meant]) => `“${typed}” is not in your notes; it is read as “${meant}”.`),
    reading.missing.length ? `In none of your notes: ${reading.missing.join(", ")}.` : "",
    reading.left_out.length ? `Too common to be searched: ${reading.left_out.join(", ")}.` : "",
  ].filter(Boolean);
  const heading = h("h4", { class: "label" }, "By words (BM25)");
  if (!words.length) return [heading, ...notes.map(remark), remark("No word of the question is searched, so only its meaning counts. Words such as “what” and “is” are left out: they occur everywhere.")];
  const rows = words.map((one) => [one.word, one.stem, one.passages, written(one.idf)]);
  return [
    heading,
    ...notes.map(remark),
    table({ caption: "The words of the question", columns: ["word", "looked for as", "passages with it", "its weight (IDF)"], rows }),
    remark("IDF = ln((N - n + 0.5) / (n + 0.5)): of N passages, n hold the word. A word in more than half of them weighs next to nothing."),
    grid ? lesson.figure(grid) : null,
  ].filter(Boolean);
}

function together(lesson, found, place, choose) {
  const { candidates, chart, steps } = found;
  const heading = h("h4", { class: "label" }, "By meaning (cosine), and both added");
  if (!steps.length) return [heading, remark("Nothing was found.")];
  const opened = h("div", { class: "lab-opened" });
  const lines = h("div", { class: "sum-place" });
  const picked = choice({ label: "How is the score of a passage computed?", options: steps.map((one) => ({ value: one.place, label: `${one.place}` })), value: place(), on: tell });
  const [mean, deviation] = candidates.cosine;
  const [wordMean, wordDeviation] = candidates.bm25;

  function tell(next) {
    choose(next);
    const step = steps[next - 1];
    opened.replaceChildren();
    lines.replaceChildren(h("button", { type: "button", class: "link", on: { click: () => open(step.key) } }, trail(step.trail)), h("ol", { class: "sum-lines" }, ...step.lines.map((line) => h("li", {}, line))));
  }

  async function open(key) {
    const view = await lesson.call("passage", { key });
    if (view) opened.replaceChildren(passage(view));
  }

  tell(place());
  return [
    heading,
    remark(`Of ${candidates.passages.toLocaleString("en")} passages, ${candidates.meaning} were candidates by meaning and ${candidates.words} by words, ${candidates.both} by both. Cosines and BM25 are on different scales, so each is measured in deviations from the candidates' mean (z) before they are added. Cosine: mean ${mean}, deviation ${deviation}. BM25: mean ${wordMean}, deviation ${wordDeviation}. The words count ${written(candidates.weight)} times as much as the meaning: the further the best BM25 stays below the highest that these words could reach, the less they count. A passage that explains, under its own name, what you ask for gets up to 6 more.`),
    lesson.figure(chart, { onChoose: open }),
    table({
      caption: "The best passages",
      columns: ["passage", "cosine (place)", "BM25 (place)", "score", "place by RRF"],
      rows: steps.map((one) => [one.name, `${written(one.cosine)} (${one.meaning_place ?? "-"})`, `${written(one.bm25)} (${one.words_place ?? "-"})`, signed(one.score), one.rrf_place]),
    }),
    remark("RRF, reciprocal rank fusion, is the usual alternative: it adds 1 / (60 + place) of both searches and forgets the scores."),
    picked,
    lines,
    remark("A word adds IDF · f · (k1 + 1) / (f + k1 · (1 - b + b · length / mean length)), with k1 = 1.2 and b = 0.75. f is how often it occurs in the passage and in the headings above it."),
    opened,
  ];
}

// -- exact against approximate ---------------------------------------------------------------------------------------

function approximatePart(lesson, { sizes }) {
  const [own, ...larger] = sizes;
  const options = sizes.map((size) => ({ value: size, label: size === own ? `your ${size.toLocaleString("en")}` : size.toLocaleString("en") }));
  const kind = choice({ label: "Approximate index", options: [{ value: "hnsw", label: "graph (HNSW)" }, { value: "ivf", label: "cells (IVF)" }], value: "hnsw" });
  const size = choice({ label: "Vectors", options, value: larger.at(-1) ?? own });
  const shown = h("div", {});
  const start = button("Measure", measure);
  let picture = null;

  async function measure() {
    start.disabled = true;
    start.firstChild.textContent = "Measuring…";
    const found = await lesson.call("approximate", { kind: kind.value(), size: size.value() });
    start.disabled = false;
    start.firstChild.textContent = "Measure";
    if (!found) return;
    if (picture) picture.update(found.figure);
    else shown.replaceChildren((picture = lesson.figure(found.figure)));
    lesson.say(found.figure.says);
  }

  const why = "Your notes are searched exactly: every vector is compared. With millions of vectors that takes too long, so an approximate index looks at a few and may miss some. What does that cost?";
  const how = larger.length ? "Your notes have too few vectors to show it. The larger numbers are your own, repeated with a little noise." : "";
  return part("Exact or approximate?", remark(`${why} ${how}`), row(kind, size), start, shown);
}
