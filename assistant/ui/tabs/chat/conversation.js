// The conversation: questions, answers as they are written, what they rest on, and the ways in when there is none yet.

import { button, build, h, patch, redraw, scrollWithin, shape, trail } from "../../assets/dom.js";
import { hidePopover, showPopover } from "./popover.js";
import { announce, announceError } from "../../assets/notices.js";
import { gapLine, keepQuestion } from "./noted.js";
import * as store from "../../assets/store.js";
import { goTo } from "../../assets/tabs.js";
import { welcomeParts, welcomeState } from "./welcome.js";
import { why } from "./why.js";

const drawn = new Map(); // turn id -> its article
const turns = new Map(); // turn id -> what it shows
let list, welcome, spoken, scroller, ask;
let thread = null;
let early = null; // what is being written, where it came before the conversation was built

export function conversation(root, { element, trigger }) {
  ask = (question) => trigger("ask", { question });
  store.set("ask", ask);
  welcome = h("div", { class: "welcome" });
  list = h("div", { class: "turns" });
  spoken = h("div", { class: "sr-only", role: "status", "aria-live": "polite" });
  root.append(h("h1", { class: "sr-only" }, "Chat"), welcome, list, spoken);
  scroller = element.closest("#conversation-view") ?? root;
  scroller.setAttribute("tabindex", "-1");
  for (const name of ["status", "contents", "sample"]) store.on(name, drawWelcome);
  if (early) drawLive(early);
  return (value) => {
    if (value.id === undefined) return drawWelcome();
    if (thread !== null && value.id !== thread) clear();
    thread = value.id;
    const finished = JSON.parse(value.turns);
    finished.forEach(drawTurn);
    endWithLive(new Set(finished.map((turn) => turn.id)));
    store.set("thread", { key: value.key, local: value.local, turns: turns.size });
    return drawWelcome();
  };
}

/** What is being written and came before the finished ones stands behind them all the same. */
function endWithLive(finished) {
  const articles = [...drawn.keys()].filter((id) => !finished.has(id)).map((id) => drawn.get(id).article);
  if (articles.some((article, at) => list.children[finished.size + at] !== article)) list.append(...articles);
}

/**
 * The answer that is being written arrives apart from the finished ones, so that little travels for each word. On a slow
 * computer it may arrive before the conversation is built, and waits.
 */
export function live() {
  return (value) => {
    if (value.refused) announceError(value.refused);
    document.body.dataset.busy = value.turn ? "yes" : "no";
    if (list) drawLive(value);
    else early = value;
    drawWelcome();
  };
}

function drawLive(value) {
  if (value.turn) drawTurn({ ...JSON.parse(value.turn), sources: JSON.parse(value.sources) });
}

function clear() {
  drawn.clear();
  turns.clear();
  list?.replaceChildren();
  store.set("active", null);
}

function isFinal(turn) {
  return turn.phase === "done" || turn.phase === "failed";
}

function drawTurn(turn) {
  const before = turns.get(turn.id);
  if (before && isFinal(before) && !isFinal(turn)) return;
  const follow = nearBottom();
  turns.set(turn.id, turn);
  if (!drawn.has(turn.id)) {
    drawn.set(turn.id, newTurn(turn));
    list.append(drawn.get(turn.id).article);
    document.body.dataset.drawer = "";
    bringToTop(drawn.get(turn.id).article);
  }
  const parts = drawn.get(turn.id);
  parts.article.dataset.phase = turn.phase;
  parts.article.setAttribute("aria-busy", String(!isFinal(turn)));
  redraw(parts.status, [turn.phase, turn.status, turn.progress], () => statusLine(turn));
  redraw(parts.corrections, turn.corrections, () => turn.corrections || "");
  patch(parts.answer, turn.body, (n) => chip(turn.id, n));
  redraw(parts.quotes, turn.quotes, () => alsoInNotes(turn));
  redraw(parts.verdict, [turn.badge, turn.nearest, turn.missing, turn.stopped, turn.truncated, turn.why, turn.study, turn.gap, turn.keep], () => verdict(turn));
  redraw(parts.error, turn.error, () => errorBox(turn));
  store.set("active", { id: turn.id, sources: turn.sources, final: isFinal(turn), abstained: turn.badge?.state === "abstained" });
  if (isFinal(turn) && before && !isFinal(before)) spoken.textContent = turn.spoken || turn.error?.message || "Stopped.";
  if (follow && !isFinal(turn)) scroller.scrollTop = scroller.scrollHeight;
}

function newTurn(turn) {
  const parts = {};
  for (const name of ["status", "corrections", "answer", "quotes", "verdict", "error"]) parts[name] = h("div", { class: name });
  const title = h("h2", { class: "question", id: `question-${turn.id}` }, turn.question);
  parts.article = h(
    "article",
    { class: "turn", "data-id": turn.id, "aria-labelledby": title.id, on: { focusin: () => activate(turn.id) } },
    title,
    parts.corrections,
    parts.status,
    parts.answer,
    parts.quotes,
    parts.error,
    parts.verdict
  );
  return parts;
}

/** The sources panel shows the sources of the turn in which the student is. */
function activate(id) {
  const turn = turns.get(id);
  if (turn) store.set("active", { id, sources: turn.sources, final: isFinal(turn), abstained: turn.badge?.state === "abstained" });
}

function nearBottom() {
  return scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 80;
}

function bringToTop(article) {
  requestAnimationFrame(() => scrollWithin(scroller, article, "top"));
}

function statusLine(turn) {
  if (!turn.status) return [];
  const bar = turn.progress === null ? null : h("progress", { max: "1", value: String(turn.progress), "aria-label": "Reading" });
  return [h("span", { class: "pulse", "aria-hidden": "true" }), h("span", {}, turn.status), bar];
}

function chip(id, n) {
  const cite = turns.get(id)?.cites?.[n] ?? { quote: "", trail: [] };
  return h(
    "a",
    {
      class: "cite",
      href: `#source-${n}`,
      "data-n": n,
      "aria-label": `Source ${n}: ${cite.trail.join(", ")}`,
      on: {
        mouseenter: (event) => showPopover(event.currentTarget, n, currentCite(id, n)),
        focus: (event) => showPopover(event.currentTarget, n, currentCite(id, n)),
        mouseleave: hidePopover,
        blur: hidePopover,
        click: (event) => openSource(event, id, n),
      },
    },
    String(n)
  );
}

function currentCite(id, n) {
  return turns.get(id)?.cites?.[n];
}

function openSource(event, id, n) {
  event.preventDefault();
  hidePopover();
  activate(id);
  store.get("showNumber")(n, event.currentTarget);
}

/** What the best passage says beyond the answer, in the words of the notes. */
function alsoInNotes(turn) {
  if (!turn.quotes?.length) return [];
  const cite = (n) => chip(turn.id, n);
  const lines = turn.quotes.map(({ n, item, body }) => h("li", {}, item ? h("span", { class: "under" }, item) : null, ...body.map((node) => build(node, cite)), cite(n)));
  return [h("p", { class: "label" }, "Also in your notes"), h("ul", { class: "quoted-lines" }, ...lines)];
}

function verdict(turn) {
  if (!isFinal(turn)) return [];
  const abstained = turn.badge?.state === "abstained";
  return [
    turn.stopped && !turn.badge ? h("p", { class: "remark" }, turn.body.length ? "You stopped this answer." : "You stopped this before anything was written.") : null,
    turn.truncated ? h("p", { class: "remark" }, "This answer reached its length limit. Ask “go on” for more.") : null,
    turn.badge ? badgeLine(turn) : null,
    abstained ? abstention(turn) : null,
    turn.gap ? gapLine(turn) : null,
    turn.study ? studyButtons(turn) : null,
    turn.why ? h("div", { class: "verdict-actions" }, why(turn, (event, n) => openSource(event, turn.id, n)), quietActions(turn)) : null,
  ];
}

function quietActions(turn) {
  return h("div", { class: "quiet-actions" }, turn.keep && !turn.stopped ? keepQuestion(turn) : null, copyButton(turn));
}

function badgeLine(turn) {
  const badge = h("span", { class: `badge badge-${turn.badge.state}` }, shape(turn.badge.shape), turn.badge.word);
  return h("div", { class: "badge-line" }, badge, h("span", { class: "badge-detail" }, turn.badge.detail));
}

function studyButtons({ question, study }) {
  const quiz = () => {
    store.get("quizOn")(study.topic);
    goTo("Quiz");
  };
  const card = () => store.get("makeCard")({ title: "A card from this answer", front: question, back: study.back, question, anchor: study.anchor });
  return h("div", { class: "study-actions" }, button("Quiz me on this", { class: "plain", on: { click: quiz } }), button("Make a card", { class: "plain", on: { click: card } }));
}

function copyButton(turn) {
  return turn.body.length ? button("Copy", { class: "quiet", on: { click: () => copyAnswer(turn) } }, "copy") : null;
}

function abstention(turn) {
  const missing = turn.missing.map((word) => h("span", { class: "missing-word" }, word));
  const nearest = turn.nearest.map((place) =>
    h("li", {}, h("button", { type: "button", class: "link", on: { click: (event) => openNearest(event, turn.id, place.key) } }, trail(place.trail)))
  );
  return h(
    "div",
    { class: "abstention" },
    turn.unread ? h("p", { class: "unread" }, unreadText(turn.unread), button("Ask again", { class: "link", on: { click: () => ask(turn.question) } })) : null,
    missing.length ? h("p", {}, "These words do not occur in your notes: ", ...missing.flatMap((word, i) => (i ? [" ", word] : [word]))) : null,
    nearest.length ? h("p", { class: "label" }, "Nearest in your notes") : null,
    nearest.length ? h("ul", { class: "nearest" }, ...nearest) : null
  );
}

function unreadText(number) {
  return number === 1 ? "One of your notes was not indexed yet when you asked; it may be there. " : `${number} of your notes were not indexed yet when you asked; it may be in one of them. `;
}

function openNearest(event, id, key) {
  activate(id);
  store.get("showKey")(key, event.currentTarget);
}

function errorBox(turn) {
  if (!turn.error) return [];
  return h(
    "div",
    { class: "error-box", role: "alert" },
    h("p", { class: "notice-message" }, turn.error.message),
    turn.error.hint ? h("p", { class: "notice-hint" }, turn.error.hint) : null,
    button("Ask again", { class: "plain", on: { click: () => ask(turn.question) } })
  );
}

/** Copies an answer with its numbered sources below it. */
async function copyAnswer(turn) {
  const article = drawn.get(turn.id).article;
  const lines = Object.entries(turn.cites).map(([n, cite]) => `[${n}] ${cite.trail.join(" > ")}: “${cite.quote}”`);
  const text = plainAnswer(article.querySelector(".answer"));
  try {
    await navigator.clipboard.writeText([turn.question, text, lines.join("\n")].filter(Boolean).join("\n\n"));
    announce("Answer and sources copied.");
  } catch {
    announceError({ message: "The browser did not allow copying.", hint: "Select the answer and copy it with the keyboard." });
  }
}

function plainAnswer(answer) {
  const copy = answer.cloneNode(true);
  for (const cite of copy.querySelectorAll(".cite")) cite.textContent = ` [${cite.dataset.n}]`;
  return [...copy.children].map((child) => child.textContent.trim()).join("\n\n");
}

// ---- nothing asked yet ----

function drawWelcome() {
  if (!welcome) return;
  welcome.hidden = turns.size > 0;
  if (welcome.hidden) return;
  const state = welcomeState();
  redraw(welcome, state, () => welcomeParts(state, ask));
}
