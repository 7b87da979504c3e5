// What if? The same question without notes, with other instructions, and without one of the passages.

import { count, h } from "../../assets/dom.js";
import { button, field, remark } from "./parts.js";
import { alternatives, follow, sentenceList, tokenLine } from "./watch.js";

/** The experiments on a question that was followed. `element.begin(journey)` shows them. */
export function experiments(lesson, system) {
  const instructions = field({ label: "Instructions (the system prompt)", value: system, multiline: true, rows: 4 });
  const alone = draft(lesson, "Without your notes", "The same question and instructions, but nothing is retrieved. What the model writes now comes from its training, or is made up.", "Take the notes away", () => ({ notes: false, system }));
  const told = draft(lesson, "With other instructions", "The same sections, but you tell the model how to answer. Try: “Answer like a pirate”, “Answer in ten words” or “Explain it to a child, with an example”.", "Answer with these instructions", () => ({ notes: true, system: instructions.value() }), instructions);
  const away = passages(lesson);
  const element = h("div", { class: "spoil" }, h("h3", { class: "section-title" }, "Now break it"), alone.element, told.element, away.element);
  return Object.assign(element, {
    begin(journey) {
      element.hidden = false;
      alone.clear();
      told.clear();
      away.begin(journey);
    },
  });
}

function draft(lesson, title, says, label, ask, ...controls) {
  const status = h("p", { class: "remark", role: "status" });
  const chosen = h("div", { class: "chosen-token", "aria-live": "polite" });
  let last = null;
  const line = tokenLine(`${title}: tokens`, (place) => chosen.replaceChildren(alternatives(last.choices[place])));
  const sentences = h("div", {});
  const go = button(label, run);
  const stop = button("Stop", () => lesson.call("stop"));
  const result = h("div", { class: "step-parts", hidden: true }, line, chosen, sentences);
  const element = h("section", { class: "change" }, h("h4", {}, title), remark(says), ...controls, h("div", { class: "rag-buttons" }, go, stop), status, result);
  stop.hidden = true;

  async function run() {
    const started = await lesson.call("change", ask());
    if (!started) return;
    clear();
    stop.hidden = result.hidden = false;
    status.textContent = "Reading...";
    const end = await follow(lesson, "changed", started, show);
    stop.hidden = true;
    if (!end) return (status.textContent = "");
    const claims = end.sentences.filter((sentence) => sentence.claim);
    const bare = claims.filter((sentence) => !sentence.supported).length;
    status.textContent = end.state === "stopped" ? "Stopped." : `${bare} of ${count(claims.length, "claim")} ${bare === 1 ? "has" : "have"} no support in the sections that were found for your question.`;
    lesson.say(status.textContent);
  }

  function show(state) {
    last = state;
    if (state.choices.length) status.textContent = `Writing token ${state.choices.length}...`;
    line.update(state.choices);
    sentences.replaceChildren(...(state.sentences.length ? [sentenceList(state.sentences)] : []));
  }

  function clear() {
    status.textContent = "";
    result.hidden = true;
    chosen.replaceChildren();
    sentences.replaceChildren();
    line.update([]);
  }

  return { element, clear };
}

function passages(lesson) {
  const status = h("p", { class: "remark", role: "status" });
  const list = h("ul", { class: "passage-list" });
  const picture = h("div", {});
  const stop = button("Stop", () => lesson.call("stop"));
  const says = "The model is made to write the very same answer, but one passage is missing from what it reads. If the answer becomes improbable, it was written because of that passage; if not, the model would have written it anyway.";
  const element = h("section", { class: "change" }, h("h4", {}, "Without one passage"), remark(says), list, h("div", { class: "rag-buttons" }, stop), status, picture);
  stop.hidden = true;

  async function begin(journey) {
    list.replaceChildren();
    picture.replaceChildren();
    status.textContent = "";
    if (!journey.choices.length) return (status.textContent = "The assistant wrote nothing, so there is nothing to weigh.");
    const found = await lesson.call("passages");
    if (found) list.replaceChildren(...found.passages.map(entry));
  }

  function entry({ key, trail, text, cited }) {
    const taken = button("Take away", () => drop(key, item));
    taken.setAttribute("aria-label", `Take away: ${trail.join(", ")}: ${text.slice(0, 60)}`);
    const item = h("li", { class: "passage-entry" }, h("div", { class: "hit" }, h("span", { class: "proof-trail" }, trail.join(" › "), cited ? h("strong", { class: "cited" }, " cited") : ""), h("span", { class: "proof-text" }, text)), taken);
    return item;
  }

  async function drop(key, item) {
    const started = await lesson.call("drop", { passage: key });
    if (!started) return;
    [...list.children].forEach((each) => each.classList.toggle("taken", each === item));
    stop.hidden = false;
    const end = await follow(lesson, "dropped", started, ({ done, total }) => (status.textContent = done ? `Weighing token ${done} of ${total}...` : "Reading the notes without this passage; this takes some seconds..."));
    stop.hidden = true;
    status.textContent = end?.state === "stopped" ? "Stopped." : "";
    if (!end?.figure) return;
    const drawn = picture.firstElementChild;
    if (drawn) drawn.update(end.figure);
    else picture.replaceChildren(lesson.figure(end.figure));
    lesson.say(end.figure.says);
  }

  return { element, begin };
}
