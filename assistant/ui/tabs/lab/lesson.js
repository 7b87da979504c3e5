// The frame of a lesson: its words, the guess before the reveal, the place to try things, the check at the end.
// What a lesson's own module is given is described in README.md.

import { button, h } from "../../assets/dom.js";
import { check } from "./check.js";
import { figure } from "./figure.js";
import { needs, remedy } from "./needs.js";
import { passages } from "./passages.js";
import { predictor } from "./predict.js";
import { rich } from "../../assets/passage.js";
import * as api from "../../assets/api.js";

/** Makes the page of a lesson and has the lesson's module draw into it. Returns {element, key, close}. */
export async function openLesson(found, { term, open, home }) {
  const closing = new AbortController();
  const spoken = h("div", { class: "sr-only", role: "status", "aria-live": "polite" });
  const faults = h("div", { class: "lab-faults" });
  const area = h("div", { class: "lab-area" });
  const guess = predictor({ onGuess: () => mark("predicted"), say });
  const go = { next: found.next && (() => open(found.next.id)), previous: found.previous && (() => open(found.previous.id)) };

  const lesson = {
    id: found.id,
    term,
    signal: closing.signal,
    predict: guess.predict,
    reveal: guess.reveal,
    call: latest(`lab/${found.id}`, faults, closing.signal),
    figure,
    say,
    open: (id, from = "") => open(id, from),
  };
  const element = h(
    "article",
    { class: `lesson lesson-${found.id}`, "aria-labelledby": "lesson-title" },
    head(found, home),
    section("Idea", "idea", ...rich(found.idea)),
    needs({ model: found.needs_model }),
    guess.element,
    section("Try", "try", faults, area),
    section("What this leaves out", "leaves-out", ...rich(found.leaves_out)),
    check(found, { mark, say }),
    passages(found),
    foot(found, go, async () => {
      await mark("finished");
      (go.next ?? home)();
    }),
    spoken
  );

  function say(text) {
    spoken.textContent = text;
  }

  function mark(what) {
    return api.reach("lab/mark", { lesson: found.id, what }); // a tick that cannot be kept must not stop a lesson
  }

  mark("opened");
  await draw(found.id, area, lesson);
  return { element, key: keys(home), close: () => closing.abort() };
}

async function draw(id, area, lesson) {
  const fail = (error) => area.replaceChildren(notice({ message: "This lesson cannot be shown.", hint: String(error.message ?? error) }));
  try {
    const module = await import(`./${id}_lesson.js`);
    Promise.resolve(module.mount(area, lesson)).catch(fail); // it may wait for a guess
  } catch (error) {
    fail(error);
  }
}

function section(title, name, ...content) {
  return h("section", { class: `lab-part lab-${name}` }, h("h2", { class: "label" }, title), ...content);
}

function head(found, home) {
  return h(
    "header",
    { class: "lesson-head" },
    button("All lessons", { class: "quiet", id: "lesson-back", on: { click: home } }, "chevron"),
    h("h1", { class: "page-title", id: "lesson-title", tabindex: "-1", "data-focus": true }, found.title),
    h("p", { class: "lesson-question" }, found.question)
  );
}

function foot(found, go, finish) {
  const label = found.next ? `Done. Next: ${found.next.title}` : "Done";
  return h(
    "footer",
    { class: "lesson-foot" },
    go.previous ? button(`Back: ${found.previous.title}`, { class: "plain", on: { click: go.previous } }) : h("span"),
    button(label, { class: "primary", id: "lesson-done", on: { click: finish } })
  );
}

function keys(home) {
  return (event) => {
    if (event.key !== "Backspace") return false;
    home();
    return true;
  };
}

/**
 * Makes the lesson's way to the program: of several calls of one name only the newest is answered. One is under way at a
 * time, so that a slider that is drawn across does not leave a queue behind.
 */
function latest(area, faults, signal) {
  const lanes = new Map();

  async function call(name, request = {}) {
    const lane = lanes.get(name) ?? { busy: false, waiting: null };
    lanes.set(name, lane);
    if (lane.busy && !(await turn(lane))) return null;
    lane.busy = true;
    const answer = await api.reach(`${area}/${name}`, request, { signal: signal.aborted ? undefined : signal }); // what a closed lesson asks for is a stop
    const next = lane.waiting;
    lane.waiting = null;
    lane.busy = Boolean(next);
    next?.(true);
    return next ? null : shown(name, answer);
  }

  /** Waits for the lane. Resolves to false for a call that a newer one has overtaken. */
  function turn(lane) {
    lane.waiting?.(false);
    return new Promise((resolve) => (lane.waiting = resolve));
  }

  function shown(name, answer) {
    faults.querySelector(`[data-call="${name}"]`)?.remove();
    if (!answer?.error) return answer;
    const told = notice(answer.error);
    told.dataset.call = name;
    faults.append(told);
    return null;
  }

  return call;
}

/** Says what stands in the way of a lesson, with the one thing to do about it. */
export function notice({ message, hint }) {
  return h("div", { class: "lab-notice", role: "alert" }, h("div", {}, h("p", { class: "notice-message" }, message), hint ? h("p", { class: "notice-hint" }, hint) : null), remedy());
}
