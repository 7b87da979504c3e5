// Check yourself: three questions of the bank about what a lesson shows, answered where they stand.

import { button, h } from "../../assets/dom.js";
import { rich } from "../../assets/passage.js";
import { answerBox } from "../quiz/answers.js";
import { feedback } from "../quiz/feedback.js";
import * as api from "../../assets/api.js";
import * as store from "../../assets/store.js";

/** Makes the place; the questions come when it is near. Answering all of them finishes the lesson. */
export function check(found, { mark, say }) {
  const list = h("div", { class: "check-list" });
  const element = h("section", { class: "lab-part lab-check" }, h("h2", { class: "label" }, "Check yourself"), list);
  let round = 0;
  let open = 0;
  let waiting = false;

  async function ask() {
    const answer = await api.reach("lab/questions", { lesson: found.id, round });
    if (!answer || answer.error) return list.replaceChildren(none(answer?.error?.message));
    if (answer.writing) waitForBank();
    open = answer.questions.length;
    list.replaceChildren(...(open ? answer.questions.map(question) : [none(answer.says)]), ...(answer.more ? [others()] : []));
  }

  function question(posed, place) {
    const send = button("Answer", { class: "primary", disabled: true, on: { click: submit } });
    const title = h("div", { class: "check-question", id: `check-${found.id}-${place}` }, ...rich(posed.text));
    let box = null;
    const began = performance.now();
    const sheet = h("article", { class: "check-sheet", role: "group", "aria-labelledby": title.id });

    async function submit() {
      const response = box.response();
      if (response === undefined) return;
      send.disabled = true;
      const told = await api.call("lab/answer", { lesson: found.id, item: posed.item, response, took_ms: Math.round(performance.now() - began) });
      if (!told) return (send.disabled = false);
      sheet.replaceChildren(title, feedback(told));
      title.tabIndex = -1;
      title.focus({ preventScroll: true });
      say(`${told.word}. ${told.explanation}`);
      open -= 1;
      if (!open) mark("finished");
    }

    box = answerBox(posed, submit, () => (send.disabled = box?.response() === undefined), `check-${found.id}-${place}-text`);
    sheet.addEventListener("keydown", (event) => {
      if (event.target.closest("input, textarea, .feedback")) return;
      if (box.key(event)) event.preventDefault();
    });
    sheet.append(h("p", { class: "sheet-place" }, posed.name), title, box.element, h("div", { class: "sheet-actions" }, send));
    return sheet;
  }

  function others() {
    return button("Other questions", { class: "quiet", on: { click: () => ((round += 1), ask()) } });
  }

  /** The bank was empty: asks again when it says that it has questions. */
  function waitForBank() {
    if (waiting) return;
    waiting = true;
    store.on("status", (state) => {
      if (!waiting || !state.study?.ready) return;
      waiting = false;
      if (element.isConnected) ask();
    });
  }

  whenNear(element, ask);
  return element;
}

function none(says) {
  return h("p", { class: "remark" }, says ?? "Your notes give no question about this yet.");
}

/** Calls `near` once, when the element is about to be seen. */
export function whenNear(element, near) {
  const watcher = new IntersectionObserver(
    (entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      watcher.disconnect();
      near();
    },
    { rootMargin: "400px" }
  );
  watcher.observe(element);
}
