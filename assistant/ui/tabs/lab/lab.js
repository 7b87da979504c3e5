// The Lab tab: the path of lessons, and the lesson that is open. A lesson is drawn by `<id>_lesson.js`.

import { button, count, h, shape } from "../../assets/dom.js";
import { openLesson } from "./lesson.js";
import { needs, watchNeeds } from "./needs.js";
import { tour } from "./tour_lesson.js";
import * as api from "../../assets/api.js";
import * as store from "../../assets/store.js";
import { goTo, openTab, returnTo, whenShown } from "../../assets/tabs.js";

const KEPT = "lesson";
const TOUR = "tour"; // kept in the place of a lesson's id
const STATES = { new: ["none", "not opened yet"], opened: ["half", "begun"], finished: ["check", "done"] };
let root, shown;
let steps = 0; // what was gone to so far: an answer about an earlier one comes too late

export function lab(element) {
  root = h("div", { class: "study-page lab" });
  element.append(root);
  store.set("keys:Lab", key);
  store.set("labHome", goHome);
  watchNeeds();
  whenShown(element, arrive);
  return null;
}

/** Goes to the Lab and opens a lesson, from anywhere on the page; `term` is what the student came from. */
store.set("openLesson", (id, term = "") => {
  goTo("Lab");
  open(id, term);
});

export function returnToLab() {
  if (sessionStorage.getItem(KEPT)) returnTo("Lab");
}

function arrive() {
  if (shown) return;
  const id = sessionStorage.getItem(KEPT);
  if (id === TOUR) startTour();
  else if (id) open(id);
  else goHome();
}

/** Shows something in the tab in the place of what was there, which is told to end. */
function show(page, kept = "") {
  shown?.close?.();
  shown = page;
  if (kept) sessionStorage.setItem(KEPT, kept);
  else sessionStorage.removeItem(KEPT);
  root.replaceChildren(page.element);
  document.getElementById("lab-tab")?.scrollTo({ top: 0 });
  if (openTab() === "Lab") root.querySelector("[data-focus]")?.focus({ preventScroll: true });
}

async function open(id, term = "") {
  const mine = ++steps;
  const found = await api.call("lab/open", { lesson: id });
  if (mine !== steps) return;
  if (!found) return goHome();
  const lesson = await openLesson(found, { term, open, home: goHome });
  if (mine === steps) show(lesson, id);
  else lesson.close?.();
}

function startTour() {
  steps += 1;
  show(tour({ home: goHome, open }), TOUR);
}

async function goHome() {
  const mine = ++steps;
  const found = await api.call("lab/home");
  if (found && mine === steps) show({ element: home(found) });
}

function home(found) {
  const done = found.lessons.filter((one) => one.state === "finished").length;
  return h(
    "div",
    {},
    h(
      "div",
      { class: "shelf-head" },
      h(
        "div",
        {},
        h("h1", { class: "page-title", tabindex: "-1", "data-focus": true }, "Lab"),
        h("p", { class: "page-lead" }, "See how this assistant works, on your own notes: guess first, then try.", done ? ` ${done} of ${count(found.lessons.length, "lesson")} done.` : "")
      ),
      h("div", { class: "shelf-actions" }, button("Start here: the five-minute tour", { class: "plain", id: "lab-tour", on: { click: startTour } }), found.next ? button(resume(found), { class: "primary", id: "lab-continue", on: { click: () => open(found.next) } }) : null)
    ),
    needs(),
    h("ol", { class: "lab-path" }, ...found.lessons.map(step))
  );
}

function resume({ lessons, next }) {
  const title = lessons.find((one) => one.id === next).title;
  return lessons.some((one) => one.state !== "new") ? `Continue: ${title}` : `Begin: ${title}`;
}

function step({ id, title, question, minutes, state }) {
  const [form, means] = STATES[state];
  return h(
    "li",
    { class: `lab-step step-${state}` },
    h(
      "button",
      { type: "button", class: "lab-card", "data-lesson": id, "aria-label": `${title}: ${question} ${count(minutes, "minute")}, ${means}`, on: { click: () => open(id) } },
      h("span", { class: "step-mark" }, shape(form)),
      h("span", { class: "step-words" }, h("strong", {}, title), h("span", {}, question)),
      h("span", { class: "step-minutes" }, `${minutes} min`)
    )
  );
}

/** Returns whether the key meant something here: the arrows go from lesson to lesson, Escape leads back to the path. */
function key(event) {
  return shown?.key?.(event) ?? false;
}
