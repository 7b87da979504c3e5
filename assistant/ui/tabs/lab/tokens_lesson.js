// The lesson on tokens: one text as two models read it, what that costs, and what makes it cost more.

import { count, h } from "../../assets/dom.js";
import { choice, field, row, slider } from "./parts.js";

const TEXT = "Tokenization isn't magic: the tokenizer knows “learning”, but not “Xylophonkonzert”. 🎉";
const TINTS = 5;

export async function mount(area, lesson) {
  const start = await lesson.call("examples");
  const first = start && (await lesson.call("split", { text: TEXT }));
  if (!first) return;
  await lesson.predict({ ask: `How many tokens does the model that writes make of this? ${TEXT}`, range: { min: 5, max: TEXT.length, step: 1, unit: "tokens" } });
  lesson.reveal({ truth: first.writer.count, says: `That is ${first.writer.chars_per_token.toFixed(1)} characters in each.` });

  const text = field({ label: "Your text", value: TEXT, multiline: true, rows: 3, on: draw });
  const panes = h("div", { class: "token-panes" });
  const cost = bill(lesson);
  const chart = compare(lesson, () => text.value());
  area.append(text, examples(start.examples, (example) => (text.set(example), draw())), panes, cost.element, chart.element);
  show(first);

  async function draw() {
    const found = await lesson.call("split", { text: text.value() });
    if (!found) return;
    show(found);
    lesson.say(`${found.writer.count} tokens for the model that writes, ${found.searcher.count} for the model that searches.`);
  }

  function show({ writer, searcher }) {
    panes.replaceChildren(pane("The model that writes", writer), pane("The model that searches", searcher));
    cost.read(writer.count);
    chart.draw();
  }
}

function examples(all, onChoose) {
  const chips = all.map(({ name, text }) => h("button", { type: "button", class: "plain", on: { click: () => onChoose(text) } }, name));
  return h("div", { class: "token-examples", role: "group", "aria-label": "Texts to try" }, h("span", { class: "remark" }, "Or try:"), ...chips);
}

function pane(title, split) {
  const detail = h("p", { class: "piece-detail", "aria-live": "polite" }, "Point at a piece, or go there with the arrow keys.");
  let number = 0;
  const pieces = split.pieces.map((piece) => {
    if (piece.id !== null) number += 1;
    return token(piece, number, (words) => (detail.textContent = words));
  });
  const box = h("div", { class: "pieces", role: "list", "aria-label": `Tokens of ${split.name}`, on: { keydown: walk } }, ...pieces);
  const firstPiece = box.querySelector("[tabindex]");
  if (firstPiece) firstPiece.tabIndex = 0;
  return h(
    "section",
    { class: "token-pane" },
    h("h3", {}, title),
    h("p", { class: "remark model-name" }, split.name),
    h("p", { class: "token-count" }, h("strong", {}, split.count.toLocaleString("en")), ` tokens, ${split.chars_per_token.toFixed(1)} characters each`),
    split.unknown ? h("p", { class: "remark" }, `${count(split.unknown, "token")} only ${split.unknown === 1 ? "says" : "say"} “unknown”: this model cannot tell them apart.`) : null,
    box,
    split.left ? h("p", { class: "remark" }, `${count(split.left, "piece")} more are counted and not drawn.`) : null,
    detail
  );
}

function token(piece, number, tell) {
  if (piece.id === null) return h("span", { class: "piece-gap", role: "presentation" }, ...runs(piece));
  const words = says(piece, number);
  const whole = !piece.runs.some(([text]) => text.includes("\n")); // kept in one line
  const classes = ["piece", `tint-${number % TINTS}`, piece.unknown ? "piece-unknown" : "", whole ? "piece-whole" : ""].filter(Boolean).join(" ");
  const content = piece.runs.length ? runs(piece) : [h("span", { class: "piece-none" }, piece.token)];
  return h("span", { class: classes, role: "listitem", tabindex: "-1", "aria-label": words, on: { focus: () => tell(words), mouseenter: () => tell(words) } }, ...content);
}

/** The text of a piece with its blanks to be seen, and the bytes of a broken character as numbers. */
function runs(piece) {
  return piece.runs.flatMap(([text, isText]) => (isText ? visible(text) : [h("span", { class: "piece-bytes" }, text)]));
}

function visible(text) {
  const marks = { " ": "·", "\n": "⏎\n", "\t": "⇥\t", "\r": "␍" };
  return text.split(/([ \n\t\r])/).map((part) => (marks[part] ? h("span", { class: "blank" }, marks[part]) : part));
}

function says(piece, number) {
  const text = piece.runs.map(([run, isText]) => (isText ? `“${run.replaceAll("\n", "⏎")}”` : `bytes ${run}`)).join(" and ");
  const parts = [`Token ${number}`, `id ${piece.id}`, text || "no text of its own"];
  if (piece.token && piece.token !== text.slice(1, -1)) parts.push(`in the vocabulary: ${piece.token}`);
  if (piece.inside) parts.push(`a part of “${piece.inside}”`);
  parts.push(`${count(piece.bytes ? piece.bytes.split(" ").length : 0, "byte")}`);
  return parts.join(" · ");
}

/** The arrow keys go from piece to piece: one stop for the Tab key, however long the text. */
function walk(event) {
  const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 1, ArrowUp: -1 }[event.key];
  const pieces = [...event.currentTarget.querySelectorAll(".piece")];
  const target = step ? pieces[pieces.indexOf(document.activeElement) + step] : null;
  if (!target) return;
  event.preventDefault();
  event.stopPropagation();
  document.activeElement.tabIndex = -1;
  target.tabIndex = 0;
  target.focus();
}

function bill(lesson) {
  const input = (label, value) => field({ label, value, on: draw });
  const priceRead = input("Price of a million tokens read", "0.50");
  const priceWritten = input("Price of a million tokens written", "1.50");
  const written = slider({ label: "Length of the answer", min: 0, max: 1000, step: 50, value: 200, unit: "tokens", on: draw });
  const result = h("p", { class: "bill", role: "status" });
  const bar = h("div", { class: "context-bar", "aria-hidden": "true" }, h("span", {}));
  let tokens = 0;

  async function draw() {
    const found = await lesson.call("bill", { read: tokens, written: written.value(), price_read: priceRead.value(), price_written: priceWritten.value() });
    if (!found) return;
    bar.firstChild.style.width = `${Math.min(100, found.share * 100)}%`;
    const share = `Text and answer fill ${(found.share * 100).toFixed(1)} % of the ${found.context.toLocaleString("en")} tokens that the model can hold; `;
    const fits = found.fits === 0 ? "the text does not fit." : `such a text fits ${found.fits.toLocaleString("en")} ${found.fits === 1 ? "time" : "times"} beside the answer.`;
    result.replaceChildren(h("strong", {}, `${money(found.cost)} for one question, ${money(found.cost * 1000)} for a thousand.`), ` ${share}${tokens ? fits : ""}`);
  }

  const element = h("section", { class: "token-bill" }, h("h3", {}, "What it costs"), row(priceRead, priceWritten, written), result, bar, h("p", { class: "remark" }, "The price is what a provider would charge, in your currency. On your own computer the same count is time."));
  return { element, read: (number) => ((tokens = number), draw()) };
}

function money(value) {
  return value.toLocaleString("en", { maximumSignificantDigits: 3 });
}

function compare(lesson, text) {
  const options = [{ value: "premium", label: "The same sentence, written differently" }, { value: "density", label: "Your text among others" }];
  const which = choice({ label: "Compare", options, value: "premium", on: () => draw(true) });
  const place = h("div", {});
  let picture = null;
  let drawn = null;

  async function draw(anew = false) {
    if (!anew && drawn === "premium") return; // it does not depend on the text
    const of = which.value();
    const found = await lesson.call("chart", { of, text: text() });
    if (!found) return;
    drawn = of;
    if (picture) picture.update(found.figure);
    else place.append((picture = lesson.figure(found.figure)));
  }

  return { element: h("section", {}, h("h3", {}, "What makes a text expensive"), which, place), draw };
}
