// The Quiz tab: start, one question a screen, what came of it, result. Every answer is stored at once by the program; this
// browser tab remembers which quiz it shows, so that a reload goes on where it was.

import { button, count, h } from "../../assets/dom.js";
import { choose, fillIn } from "../../assets/dialogs.js";
import { firstCard, firstThings } from "../../assets/empty.js";
import { announce, confirmed } from "../../assets/notices.js";
import { answerBox } from "./answers.js";
import { askInChat, feedback, questionText } from "./feedback.js";
import { resultPage } from "./result.js";
import { choosePart, readyText, startCard } from "./start.js";
import * as api from "../../assets/api.js";
import * as store from "../../assets/store.js";
import { openTab, returnTo, whenShown } from "../../assets/tabs.js";

const KEPT = "quiz";
const TOLD = "quiz-told"; // the number of the question whose feedback is being read
const DOTS = { right: "right", partly: "partly right", wrong: "wrong", answered: "answered", open: "open" };
const WHY = "Quizzes are made of questions from your own notes.";
let root, quiz, box, home;
let waitsFor = null; // what has to be done first, as the start page says it
let telling = false;
let busy = false;
let began = 0;
let clock = null;

export function quizTab(element) {
  root = h("div", { class: "study-page quiz" });
  element.append(root);
  store.set("keys:Quiz", key);
  whenShown(element, arrive);
  store.on("status", showReady);
  return null;
}

/** Has the next start card ask about a part of the notes; a quiz that goes on stays. */
store.set("quizOn", (topic) => {
  choosePart(topic);
  if (quiz && !quiz.over) announce("You are in the middle of a quiz. Finish or end it; the next one is about what you chose.");
  else if (quiz) leave();
  else if (home) goHome();
});

export function returnToQuiz() {
  if (sessionStorage.getItem(KEPT)) returnTo("Quiz");
}

async function arrive() {
  if (quiz) return;
  const id = sessionStorage.getItem(KEPT);
  if (!id) return goHome();
  const told = Number(sessionStorage.getItem(TOLD) ?? "-1");
  const found = await api.call("quiz/open", { quiz: id });
  if (!found) return leave();
  show(found, found.feedback?.number === told);
}

async function goHome() {
  stopClock();
  const found = await api.read("quiz/home");
  if (!found || quiz) return;
  home = found;
  waitsFor = before();
  const first = waitsFor && firstCard(WHY);
  if (first) root.replaceChildren(h("div", { class: "shelf-head" }, h("h1", { class: "page-title" }, "Quiz")), first);
  else root.replaceChildren(startCard(home, { start, resume: (id) => act("quiz/open", { quiz: id }), end: (id) => act("quiz/finish", { quiz: id }) }));
  focus();
}

/** What the student has to do before there can be questions, as text; null if there are some, or a quiz goes on. */
function before() {
  const first = home.open || home.ready ? null : firstThings(store.get("status"), WHY);
  return first && [first.title, first.text, store.get("sample")].join();
}

/** Says on the start card how many questions are ready, while they are being written too. */
function showReady() {
  if (!quiz && home && before() !== waitsFor) return void goHome();
  const lead = quiz ? null : root.querySelector(".start-lead");
  if (lead) lead.textContent = readyText(store.get("status")?.study?.ready ?? home.ready);
}

function leave() {
  quiz = null;
  for (const name of [KEPT, TOLD]) sessionStorage.removeItem(name);
  return goHome();
}

async function start(request) {
  root.querySelector("[type=submit]")?.setAttribute("aria-busy", "true");
  await act("quiz/start", request);
  if (quiz && quiz.count < request.count) announce(`Your notes give ${count(quiz.count, "question")} on this so far.`);
}

/** Calls the program and shows the quiz that it returns. */
async function act(name, request, tell = false) {
  if (busy) return;
  busy = true;
  const found = await api.call(name, request);
  busy = false;
  root.querySelector("[aria-busy]")?.removeAttribute("aria-busy");
  if (found) show(found, tell && Boolean(found.feedback));
}

function show(found, tell) {
  quiz = found;
  telling = tell;
  sessionStorage.setItem(KEPT, quiz.id);
  if (telling) sessionStorage.setItem(TOLD, String(quiz.feedback.number));
  else sessionStorage.removeItem(TOLD);
  draw();
}

function draw() {
  box = null;
  stopClock();
  if (telling) root.replaceChildren(head(quiz.feedback.number), told());
  else if (quiz.over) root.replaceChildren(resultPage(quiz, { retry: () => act("quiz/retry", { quiz: quiz.id }), cards: makeCards, again: leave }));
  else root.replaceChildren(head(quiz.question.number), asked());
  startClock();
  focus();
  document.getElementById("quiz-tab")?.scrollTo({ top: 0 });
}

function focus() {
  if (openTab() !== "Quiz" || document.querySelector("dialog[open]")) return;
  (root.querySelector("[data-focus]") ?? document.getElementById("quiz-question"))?.focus({ preventScroll: true });
}

function head(number) {
  const dots = quiz.dots.map((state, index) => h("li", { class: `dot-${state} ${index === number ? "current" : ""}` }, h("span", { class: "sr-only" }, `Question ${index + 1}: ${DOTS[state]}${index === number ? ", this one" : ""}`)));
  return h(
    "header",
    { class: "quiz-head" },
    h("p", { class: "quiz-where" }, h("strong", {}, `Question ${number + 1} of ${quiz.count}`), h("span", {}, quiz.topic), quiz.seconds_left === null ? null : h("span", { class: "timer", role: "timer", "aria-label": "Time left" })),
    h("ol", { class: "dots", "aria-label": "Progress" }, ...dots),
    button(quiz.exam ? "End the exam" : "End the quiz", { class: "quiet", on: { click: end } })
  );
}

function asked() {
  const { question } = quiz;
  began = performance.now();
  const send = h("button", { type: "button", class: "primary big", disabled: true, on: { click: submit } }, "Answer", h("kbd", { "aria-hidden": "true" }, "Enter"));
  box = answerBox(question, submit, () => (send.disabled = box?.response() === undefined));
  return h(
    "article",
    { class: "study-sheet", "aria-labelledby": "quiz-question" },
    h("p", { class: "sheet-place" }, question.name),
    questionText(question),
    box.element,
    h("div", { class: "sheet-actions" }, send, button("Bad question", { class: "quiet", on: { click: () => report(question.item) } }))
  );
}

function told() {
  const { feedback: answer } = quiz;
  const last = quiz.over;
  return h(
    "article",
    { class: "study-sheet", "aria-label": `Question ${answer.number + 1}: ${answer.word}` },
    h("p", { class: "sheet-place" }, answer.name),
    questionText(answer),
    h("div", { role: "status", "aria-live": "polite", class: "sr-only" }, `${answer.word}. ${answer.explanation}`),
    feedback(answer, { report: () => report(answer.item), appeal }),
    h("div", { class: "sheet-actions next" }, h("button", { type: "button", class: "primary big", "data-focus": true, on: { click: next } }, last ? "See the result" : "Next", h("kbd", { "aria-hidden": "true" }, "Enter")))
  );
}

/** Ends the quiz early. An exam asks first: what is open counts as wrong in it. */
async function end() {
  const open = quiz.dots.filter((state) => state === "open").length;
  const sure = !quiz.exam || (await confirmed({ title: "End the exam?", text: `${count(open, "question")} without an answer will count as wrong.`, action: "End it" }));
  if (sure) await act("quiz/finish", { quiz: quiz.id });
}

function submit() {
  const response = box?.response();
  if (response === undefined) return;
  act("quiz/answer", { quiz: quiz.id, number: quiz.question.number, response, took_ms: Math.round(performance.now() - began) }, true);
}

function next() {
  telling = false;
  sessionStorage.removeItem(TOLD);
  draw();
}

const REASONS = ["The answer is wrong, or another one is right too", "I cannot tell what is asked", "The answer is given away", "It is not worth asking"];
const OTHER = "Something else";

async function report(item) {
  const title = "What is wrong with this question?", text = "It is removed for good and does not count.";
  let reason = await choose({ title, text, choices: [...REASONS, OTHER].map((label) => ({ value: label, label })) });
  if (reason === OTHER) reason = (await fillIn({ title, text, fields: [{ name: "reason", label: "Reason" }], action: "Remove it" }))?.reason;
  if (!reason) return;
  await act("quiz/report", { quiz: quiz.id, item, reason });
  announce("The question was removed. Thank you.");
}

async function appeal() {
  const said = await fillIn({ title: "Why is your answer right?", text: "It then counts as right, with your reason.", fields: [{ name: "reason", label: "Reason" }], action: "Count it as right" });
  if (said) await act("quiz/appeal", { quiz: quiz.id, number: quiz.feedback.number, ...said }, true);
}

async function makeCards() {
  const done = await api.call("quiz/cards", { quiz: quiz.id });
  if (done) announce(done.says);
}

// ---- the time of an exam ----

function startClock() {
  const shown = root.querySelector(".timer");
  if (!shown || quiz.seconds_left === null) return;
  const ends = performance.now() + 1000 * quiz.seconds_left;
  const tick = () => {
    const left = Math.max(0, Math.round((ends - performance.now()) / 1000));
    shown.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")} left`;
    shown.classList.toggle("soon", left < 60);
    if (left > 0) return;
    stopClock();
    announce("Time is up.");
    act("quiz/finish", { quiz: quiz.id });
  };
  clock = setInterval(tick, 1000);
  tick();
}

function stopClock() {
  clearInterval(clock);
  clock = null;
}

/** Returns whether the key meant something here. */
function key(event) {
  const onControl = event.target.closest?.("a, summary, button:not([role=radio])");
  if (telling) {
    if (event.key === "Enter" && !onControl) next();
    else if (event.key === "a") askInChat(quiz.feedback.ask);
    else if (event.key === "b") report(quiz.feedback.item);
    else return false;
    return true;
  }
  if (!box) return false;
  if (box.key(event)) return true;
  if (event.key !== "Enter" || (onControl && !onControl.closest(".options, .slot-list"))) return false;
  if (box.response() === undefined) return false;
  submit();
  return true;
}
