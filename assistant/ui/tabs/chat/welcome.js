// The chat before the first question: what this is, three questions to begin with, and what else there is to do.

import { button, h, icon } from "../../assets/dom.js";
import { dropCard } from "../../assets/empty.js";
import * as api from "../../assets/api.js";
import * as store from "../../assets/store.js";
import { goTo } from "../../assets/tabs.js";

const WAYS = [
  { tab: "Quiz", icon: "check", label: "Quiz yourself", says: "questions made from your notes" },
  { tab: "Review", icon: "note", label: "Review", says: "cards, just before you forget them" },
  { tab: "Lab", icon: "search", label: "Look inside", says: "how this finds and writes its answers" },
];

/** What the welcome is drawn from; it is drawn again when this changes. */
export function welcomeState() {
  const { model, engine, notes, empty, indexed, waiting, build } = store.get("status") ?? {};
  return { model, engine, notes, empty, indexed, waiting, build, examples: store.get("contents")?.examples ?? [], sample: store.get("sample") };
}

/** Draws it. `ask` asks a question. */
export function welcomeParts(state, ask) {
  if (!state.model && !state.engine) return [];
  if (state.empty && !state.build) return noNotes();
  if (!state.indexed) return notIndexed(state);
  const chips = state.examples.map((question) => h("li", {}, button(question, { class: "example", on: { click: () => ask(question) } })));
  return [
    h("h2", { class: "welcome-title" }, "What would you like to understand?"),
    h("p", { class: "welcome-lead" }, "Ask your notes. The answer is written on this computer, and every sentence shows where it is in your notes."),
    trouble(state),
    chips.length ? h("p", { class: "label" }, "For example, from your notes") : null,
    chips.length ? h("ul", { class: "examples", "aria-label": "Questions to start with" }, ...chips) : null,
    notesLine(state),
    ways(),
  ];
}

/** The state of the notes, and the way to more of them. */
function notesLine({ notes, waiting, build }) {
  const progress = build ? `${build.says}.` : waiting ? `${waiting} ` : "";
  const update = waiting && !build ? button("Update now", { class: "link", on: { click: () => api.call("library/update") } }) : null;
  return h(
    "div",
    { class: "welcome-notes" },
    icon("folder"),
    h("p", {}, h("span", { class: "welcome-count" }, `${notes}, ready to ask about. `), progress, update),
    button("Add your notes", { class: "plain", on: { click: () => goTo("Library") } }, "plus")
  );
}

function ways() {
  const one = (way) => h("li", {}, h("button", { type: "button", class: "way", on: { click: () => goTo(way.tab) } }, icon(way.icon), h("span", {}, h("strong", {}, way.label), h("span", { class: "way-says" }, way.says))));
  return h("ul", { class: "ways", "aria-label": "What else you can do" }, ...WAYS.map(one));
}

function notIndexed({ build, waiting }) {
  if (!build) {
    const update = button("Index them now", { class: "primary", on: { click: () => api.call("library/update") } });
    return [h("h2", { class: "welcome-title" }, "Your notes are waiting"), h("p", { class: "welcome-lead" }, waiting || "Nothing is indexed yet."), update];
  }
  const value = build.share === null ? {} : { value: String(build.share) };
  return [
    h("h2", { class: "welcome-title" }, "Reading your notes"),
    h("p", { class: "welcome-lead" }, "This is done once. You can ask as soon as the first note is in."),
    h("div", { class: "build-line" }, h("progress", { max: "1", ...value, "aria-label": "Index" }), h("span", {}, build.says)),
  ];
}

function noNotes() {
  return [
    h("h2", { class: "welcome-title" }, "Begin with your notes"),
    h("p", { class: "welcome-lead" }, "Then ask them: each sentence of an answer shows where it is in your notes. Quiz yourself, and review what you are about to forget. Nothing leaves this computer."),
    dropCard(),
  ];
}

function trouble(state) {
  if (!["missing", "failed"].includes(state.engine?.state)) return null;
  return h(
    "div",
    { class: "error-box" },
    h("p", { class: "notice-message" }, state.engine.means),
    state.engine.mend ? h("p", { class: "notice-hint" }, state.engine.mend) : null,
    h("p", {}, "Quiz, Review and Progress work without it.")
  );
}
