// The lesson on sampling: three dials between the model's probabilities and the next token, and the same text five times.

import { button as plain, h } from "../../assets/dom.js";
import { button, choice, field, remark, row, slider } from "./parts.js";
import { follow } from "./watch.js";

const EVERYTHING = 200;

export async function mount(area, lesson) {
  const begun = await lesson.call("begin");
  if (!begun) return;
  const guess = lesson.predict({ ask: "The model writes the same sentence five times, at temperature 1. How many of the five texts will be different?", options: ["1", "2", "3", "4", "5"] });
  const text = field({ label: "The beginning of a sentence", value: begun.examples[1], on: draw });
  const examples = h("p", { class: "ready-texts" }, "Or take: ", ...begun.examples.flatMap((example, place) => [place ? " · " : "", plain(example, { class: "link", on: { click: () => (text.set(example), draw()) } })]));
  const temperature = slider({ label: "Temperature", min: 0, max: 2, step: 0.05, value: 1, on: draw });
  const topK = slider({ label: "Top-k (200 means all)", min: 1, max: EVERYTHING, value: begun.settings.top_k, on: draw });
  const topP = slider({ label: "Top-p", min: 0.05, max: 1, step: 0.05, value: begun.settings.top_p, on: draw });
  const chat = button("As in the chat", () => {
    temperature.set(begun.settings.temperature);
    topK.set(begun.settings.top_k);
    topP.set(begun.settings.top_p);
    draw();
  });
  const status = h("p", { class: "remark", role: "status" });
  const next = h("div", {});
  const seed = choice({ label: "Random numbers", options: [{ value: "new", label: "another seed each time" }, { value: "same", label: "the same seed each time" }], value: "new" });
  const write = button("Write it five times", repeat, { primary: true });
  const stop = button("Stop", () => lesson.call("stop"));
  const told = h("p", { class: "remark", role: "status" });
  const texts = h("ol", { class: "five-texts" });
  stop.hidden = true;
  area.append(text, examples, row(temperature, topK, topP), chat, status, next, h("h3", { class: "section-title" }, "Five times the same prompt"), seed, h("div", { class: "rag-buttons" }, write, stop), told, texts);
  lesson.signal.addEventListener("abort", () => lesson.call("stop"));
  let picture = null;
  let drawnText = null;
  await draw();

  function dials() {
    return { text: text.value(), temperature: temperature.value(), top_k: topK.value() === EVERYTHING ? 0 : topK.value(), top_p: topP.value() };
  }

  async function draw() {
    if (text.value() !== drawnText) status.textContent = "The model reads it; this takes a moment the first time...";
    const wanted = dials();
    const found = await lesson.call("next", wanted);
    if (!found) return;
    drawnText = wanted.text;
    status.textContent = found.kept === 1 ? "Only one token is left: there is nothing to draw." : "";
    if (picture) picture.update(found.figure);
    else next.replaceChildren((picture = lesson.figure(found.figure)));
  }

  async function repeat() {
    const wanted = { ...dials(), seed: 1 + Math.floor(Math.random() * 1e6), same: seed.value() === "same" };
    const started = await lesson.call("repeat", wanted);
    if (!started) return;
    write.disabled = !(stop.hidden = false);
    const end = await follow(lesson, "texts", started, (state) => show(wanted, state));
    write.disabled = !(stop.hidden = true);
    if (!end) return;
    if (end.state === "stopped" || end.texts.length < begun.times) return (told.textContent = "Stopped.");
    told.textContent = verdict(wanted, end.different, begun.times);
    lesson.say(told.textContent);
    const asked = wanted.temperature === 1 && !wanted.same;
    if (asked && (await guess) !== undefined) lesson.reveal({ truth: String(end.different), says: "Each token is drawn, and after the first different token the texts go their own ways." });
  }

  function show(wanted, state) {
    if (state.state === "running") told.textContent = `Writing text ${Math.min(begun.times, Math.max(1, state.texts.length))} of ${begun.times}...`;
    texts.replaceChildren(...state.texts.map((written) => h("li", {}, h("span", { class: "begun" }, wanted.text), written, /[.!?]\s*$/.test(written) ? "" : " …")));
  }
}

function verdict({ temperature, same }, different, times) {
  if (different === 1 && temperature === 0) return `All ${times} are equal: at temperature 0 nothing is drawn.`;
  if (different === 1 && same) return `All ${times} are equal: the same seed gives the same random numbers.`;
  if (different === 1) return `All ${times} are equal, though tokens were drawn: the model is sure of these.`;
  return `${different} of ${times} texts are different.`;
}
