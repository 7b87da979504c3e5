// The lesson on embeddings: the notes as a map, a text on it, arithmetic with words, and two texts compared.

import { button as plain, h, trail } from "../../assets/dom.js";
import { button, choice, field, remark, row, table } from "./parts.js";
import { passage } from "../../assets/passage.js";

const SUMS = ["king - man + woman", "paris - france + italy", "kitten - cat + dog"];

export async function mount(area, lesson) {
  const begun = await lesson.call("begin");
  if (!begun) return;
  area.append(mapPart(lesson, begun), sumPart(lesson), pairPart(lesson, begun));
}

function part(title, ...content) {
  return h("section", { class: "lab-section" }, h("h3", { class: "section-title" }, title), ...content);
}

const written = (cosine) => cosine.toFixed(2);

// -- the map ---------------------------------------------------------------------------------------------------------

function mapPart(lesson, begun) {
  const text = field({ label: "A word or a sentence of yours", value: lesson.term || begun.example, on: place });
  const kind = choice({ label: "Map", options: [{ value: "pca", label: "PCA" }, { value: "umap", label: "UMAP" }], value: "pca", on: draw });
  const drawn = h("div", { class: "map-place" }, remark("Drawing the map of your notes…"));
  const opened = h("div", { class: "lab-opened" });
  const landed = h("div", { class: "lab-landed" });
  let map = null;
  let picture = null;

  async function draw() {
    const found = await lesson.call("map", { kind: kind.value() });
    if (!found) return;
    map = found.figure;
    if (!picture) drawn.replaceChildren((picture = lesson.figure(map, { onChoose: open })));
    else picture.update(map);
    await place();
  }

  async function place() {
    if (!map) return;
    if (!text.value().trim()) {
      landed.replaceChildren();
      picture.update(map);
      return;
    }
    const found = await lesson.call("place", { text: text.value(), kind: kind.value() });
    if (!found) return;
    picture.update({ ...map, data: [...map.data, starred(found.star, picture)] });
    landed.replaceChildren(...landing(lesson, found, open));
    lesson.say(`Nearest: ${found.neighbours.map((one) => one.trail.at(-1)).join(", ")}`);
  }

  async function open(key) {
    const found = key && (await lesson.call("passage", { key }));
    if (found) opened.replaceChildren(passage(found));
  }

  draw();
  const umap = begun.umap ? kind : null;
  return part("Your notes as a map", row(text, umap), drawn, opened, landed, begun.umap ? null : remark("There is another kind of map, UMAP, which keeps neighbours together better but does not keep distances. It is an extra: install umap-learn and it can be chosen here."));
}

/** The student's own text stands out in the colour of the page's letters. */
function starred(star, place) {
  const style = getComputedStyle(place);
  const marker = { ...star.marker, color: style.getPropertyValue("--ink").trim(), line: { width: 2, color: style.getPropertyValue("--sheet").trim() } };
  return { ...star, name: "your text", showlegend: true, marker };
}

function landing(lesson, found, open) {
  const near = found.neighbours.map((one) =>
    h(
      "li",
      {},
      h("span", { class: "near-cosine" }, written(one.cosine)),
      h("div", { class: "near-words" }, h("button", { type: "button", class: "link", on: { click: () => open(one.key) } }, trail(one.trail)), h("p", {}, one.text))
    )
  );
  return [
    h("h4", { class: "label" }, "Its nearest passages, by cosine"),
    h("ol", { class: "near" }, ...near),
    lesson.figure(found.strip),
    h("p", { class: "numbers" }, `[ ${found.first.join("  ")}  … ]`),
    remark("No single number means anything to a reader. What counts is which other vectors point the same way."),
  ];
}

// -- arithmetic ------------------------------------------------------------------------------------------------------

function sumPart(lesson) {
  const place = h("div", { class: "lab-area" });
  const start = button("Try arithmetic", begin);
  place.append(remark("king - man + woman: take the vector of king, subtract that of man, add that of woman. Which word is nearest?"), start);

  async function begin() {
    start.disabled = true;
    start.firstChild.textContent = "Embedding the words of your notes…";
    const known = await lesson.call("words");
    if (known) place.replaceChildren(...arithmetic(lesson, known.words));
    else {
      start.disabled = false;
      start.firstChild.textContent = "Try arithmetic";
    }
  }

  return part("Arithmetic with words", place);
}

function arithmetic(lesson, words) {
  const text = field({ label: "Words with + and -, separated by spaces", value: SUMS[0], on: solve });
  const inputs = choice({ label: "The words you typed", options: [{ value: false, label: "are left out" }, { value: true, label: "may be the answer" }], value: false, on: solve });
  const ready = h("p", { class: "ready-sums" }, "Or: ", ...SUMS.slice(1).map((sum) => plain(sum, { class: "quiet", on: { click: () => (text.set(sum), solve()) } })));
  const told = h("div", { class: "lab-area" });

  async function solve() {
    const found = await lesson.call("sum", { text: text.value(), with_inputs: inputs.value() });
    if (!found) return;
    const rows = found.answers.map((one, place) => [place + 1, one.word, written(one.cosine)]);
    const typed = found.inputs.map((one) => `${one.word} ${written(one.cosine)}`).join(", ");
    told.replaceChildren(table({ caption: "Nearest words", columns: ["", "word", "cosine"], rows }), remark(`The words you typed, to the same result: ${typed}.`));
    lesson.say(`Nearest word: ${found.answers[0]?.word ?? "none"}`);
  }

  solve();
  return [row(text, inputs), ready, told, remark(`Answers come from ${words.toLocaleString("en")} words: those of your notes, and a few well-known ones. This embedder was trained on sentences, not on single words, so do not expect much. And if you allow the words you typed as answers, one of them usually wins. Many demonstrations do not mention this.`)];
}

// -- two texts -------------------------------------------------------------------------------------------------------

function pairPart(lesson, { pairs }) {
  const body = h("div", { class: "lab-area" }, remark("Guess first, above; then the numbers are shown here."));
  guess(lesson, pairs[0]).then(() => body.replaceChildren(...comparison(lesson, pairs)));
  return part("How alike are two texts?", body);
}

async function guess(lesson, pair) {
  const ask = `“${pair.first}” and “${pair.second}” say the opposite. How alike are they to the embedder? 0 is nothing in common, 1 is the same.`;
  await lesson.predict({ ask, range: { min: 0, max: 1, step: 0.05 } });
  lesson.reveal({ truth: Number(written(pair.cosine)), says: "They are about the same thing, and that is what an embedding measures; one small “not” hardly moves it. So a search by meaning finds a passage that denies what you ask as easily as one that says it." });
}

function comparison(lesson, pairs) {
  const rows = pairs.map((pair) => [`${pair.first} / ${pair.second}`, pair.relation, written(pair.cosine)]);
  const first = field({ label: "A text", value: "The test is not easy.", on: compare });
  const second = field({ label: "Another text", value: "The test is hard.", on: compare });
  const told = h("p", { class: "pair-cosine" });

  async function compare() {
    if (!first.value().trim() || !second.value().trim()) return told.replaceChildren("Write something in both places.");
    const found = await lesson.call("pair", { first: first.value(), second: second.value() });
    if (found) told.replaceChildren("Cosine: ", h("strong", {}, written(found.cosine)));
  }

  compare();
  return [table({ caption: "Pairs of texts", columns: ["texts", "a reader says", "cosine"], rows }), row(first, second), told];
}
