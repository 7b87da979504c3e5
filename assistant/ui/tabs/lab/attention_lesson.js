// The lesson on attention: who looks at whom in a sentence, in each head of the model that searches.

import { button as plain, h } from "../../assets/dom.js";
import { choice, field, row, slider } from "./parts.js";
import { percent } from "./watch.js";

export async function mount(area, lesson) {
  const begun = await lesson.call("begin");
  if (!begun) return;
  const first = await lesson.call("map", { text: begun.examples[0], layer: 0, head: 0 });
  if (!first) return;
  const guess = lesson.predict({ ask: "Every sentence is enclosed by two marks, [CLS] and [SEP], which have no meaning. Which share of the words' attention goes to them, on average over all heads?", range: { min: 0, max: 100, step: 5, unit: "%" } });
  const text = field({ label: "A sentence", value: begun.examples[0], on: draw });
  const examples = h("p", { class: "ready-texts" }, "Or take: ", ...begun.examples.flatMap((example, place) => [place ? " · " : "", plain(example, { class: "link", on: { click: () => (text.set(example), draw()) } })]));
  const layer = slider({ label: "Layer (0: all)", min: 0, max: begun.layers, value: 0, on: draw });
  const head = slider({ label: "Head (0: all)", min: 0, max: begun.heads, value: 0, on: draw });
  const marks = choice({ label: "Picture", options: [{ value: false, label: "all tokens" }, { value: true, label: "words only" }], value: false, on: draw });
  const words = h("div", { class: "token-line look-words", role: "listbox", "aria-label": "Tokens of the sentence", "aria-orientation": "horizontal" });
  const looked = h("p", { class: "remark", role: "status" });
  const typical = h("ul", { class: "typical" });
  const picture = h("div", {});
  let shown = null;
  let drawn = null;
  let chosen = 1;

  await guess;
  lesson.reveal({ truth: Math.round(100 * first.marks), says: "A head looks there when it finds nothing: large weights do not always mean much." });
  area.append(text, examples, row(layer, head), h("div", {}, h("h3", { class: "section-title" }, "Choose a token: what does it look at?"), words, looked), marks, picture, h("div", {}, h("h3", { class: "section-title" }, "Heads with a clear habit in this sentence"), typical));
  show(first);

  async function draw() {
    const found = await lesson.call("map", { text: text.value(), layer: layer.value(), head: head.value(), words_only: marks.value() });
    if (found) show(found);
  }

  function show(found) {
    shown = found;
    chosen = Math.min(chosen, found.tokens.length - 1);
    drawWords();
    if (drawn) drawn.update(found.figure);
    else picture.replaceChildren((drawn = lesson.figure(found.figure)));
    typical.replaceChildren(...found.heads.map((one) => h("li", {}, plain(`Layer ${one.layer}, head ${one.head}`, { class: "link", on: { click: () => (layer.set(one.layer), head.set(one.head), draw()) } }), ` ${one.says}`)));
  }

  function drawWords(focus = false) {
    const shares = shown.weights[chosen];
    const most = Math.max(...shares);
    words.replaceChildren(
      ...shown.tokens.map((token, place) =>
        h("span", { class: "look-word", role: "option", tabindex: place === chosen ? "0" : "-1", "aria-selected": String(place === chosen), "aria-label": `${token}, ${percent(shares[place])}`, on: { click: () => choose(place) } }, h("span", {}, token), h("span", { class: "look-track", "aria-hidden": "true" }, h("span", { class: "look-bar", style: `height:${(100 * shares[place]) / most}%` })), h("small", {}, percent(shares[place])))
      )
    );
    const best = shares.indexOf(most);
    looked.textContent = `“${shown.tokens[chosen]}” takes most from “${shown.tokens[best]}”: ${percent(most)}.`;
    if (focus) words.children[chosen]?.focus();
  }

  function choose(place) {
    chosen = Math.max(0, Math.min(shown.tokens.length - 1, place));
    drawWords(true);
  }

  words.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    choose(chosen + step);
  });
}
