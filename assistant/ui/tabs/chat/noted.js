// What is noted of an answer: a question in vain as a gap of the notes, and, if the student says that it is right, the
// question with its proof. Both can be taken back where they are said.

import { button, h } from "../../assets/dom.js";
import * as api from "../../assets/api.js";
import * as store from "../../assets/store.js";
import { goTo } from "../../assets/tabs.js";

const undone = new Set(); // turn ids whose gap was taken back
const kept = new Map(); // turn id -> id of the kept question

/** The line under an answer that was not given: it is on the list of gaps, and can be taken off. */
export function gapLine(turn) {
  const line = h("p", { class: "noted", role: "status" });
  const draw = () =>
    line.replaceChildren(
      ...(undone.has(turn.id)
        ? ["Removed from your gaps."]
        : ["Added to your gaps. ", button("Undo", { class: "link", on: { click: undo } }), " ", button("See all gaps", { class: "link", on: { click: seeGaps } })])
    );
  async function undo() {
    if (!(await api.call("questions/undo_gap", { gap: turn.gap }))) return;
    undone.add(turn.id);
    draw();
  }
  draw();
  return line;
}

function seeGaps() {
  goTo("Progress");
  store.get("showGaps")?.();
}

/** The quiet button under an answer with sources, and what it says once the question is kept. */
export function keepQuestion(turn) {
  const slot = h("span", { class: "keep" });
  const means = "It is used to measure how well your notes are found: assistant eval run mine";
  const draw = () => {
    const id = kept.get(turn.id);
    if (id === undefined) return slot.replaceChildren(button("This is right: keep the question", { class: "quiet", title: means, on: { click: keep } }, "check"));
    return slot.replaceChildren(h("span", { class: "kept", title: means }, "Question kept. "), button("Undo", { class: "link", on: { click: () => drop(id) } }));
  };
  async function keep() {
    const done = await api.call("questions/keep", turn.keep);
    if (!done) return;
    kept.set(turn.id, done.id);
    draw();
    slot.querySelector("button")?.focus();
  }
  async function drop(id) {
    if (!(await api.call("questions/drop", { id }))) return;
    kept.delete(turn.id);
    draw();
    slot.querySelector("button")?.focus();
  }
  draw();
  return slot;
}
