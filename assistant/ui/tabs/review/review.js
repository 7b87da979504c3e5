// Review: one card at a time. Space shows the back, 1 to 4 rate it, u takes the last answer back.

import { button, count, h } from "../../assets/dom.js";
import { fillInCard } from "../../assets/dialogs.js";
import { emptyCard, firstCard } from "../../assets/empty.js";
import { announce } from "../../assets/notices.js";
import { passage, rich, sideBySide } from "../../assets/passage.js";
import * as api from "../../assets/api.js";
import * as store from "../../assets/store.js";
import { goTo, whenShown } from "../../assets/tabs.js";
import { importCards } from "./card_imports.js";

const KEPT = "sitting";
let root, spoken, table;
let revealed = false;
let busy = false;
let began = 0;

export function review(element) {
  root = h("div", { class: "study-page review" });
  spoken = h("div", { class: "sr-only", role: "status", "aria-live": "polite" });
  element.append(root, spoken);
  whenShown(element, () => open());
  store.on("contents", () => table?.rest && draw());
  store.set("keys:Review", key);
  return null;
}

async function open(wanted = {}) {
  await act("review/open", { ...wanted });
}

/** Calls the program about this sitting and shows what lies on the table then. */
async function act(name, request = {}) {
  if (busy) return null;
  busy = true;
  const answer = await api.call(name, { sitting: sessionStorage.getItem(KEPT) ?? "", ...request });
  busy = false;
  if (answer) show(answer);
  return answer;
}

function show(state) {
  const same = table?.card && state.card && table.card.id === state.card.id && table.left === state.left;
  sessionStorage.setItem(KEPT, state.sitting);
  if (same && JSON.stringify({ ...table, remark: 0 }) === JSON.stringify({ ...state, remark: 0 })) return;
  if (!same) {
    revealed = false;
    began = performance.now();
  }
  table = state;
  draw();
  spoken.textContent = state.remark || (state.card ? `${count(state.left, "card")} left.` : state.rest.says);
}

function draw() {
  root.replaceChildren(head(), ...(table.remark ? [h("p", { class: "remark" }, table.remark)] : []), ...(table.card ? [sheet(table.card)] : [rest()]));
  if (root.checkVisibility() && !document.querySelector("dialog[open]")) root.querySelector("[data-focus]")?.focus({ preventScroll: true });
}

function head() {
  const left = table.card ? `${count(table.left, "card")} left${table.cram ? ", going through all of them: their schedule stays as it is" : ""}` : table.done.says;
  const undo = table.can_undo ? button("Undo", { class: "plain", "aria-keyshortcuts": "u", title: "Take the last answer back (u)", on: { click: undoLast } }) : null;
  return h(
    "div",
    { class: "shelf-head" },
    h("div", {}, h("h1", { class: "page-title" }, "Review"), left ? h("p", { class: "page-lead" }, left) : null),
    h("div", { class: "shelf-actions" }, undo, table.cram ? button("Stop going through all", { class: "plain", on: { click: () => open({ anew: true }) } }) : null, button("Import cards", { class: "plain", title: "From Anki, Quizlet or a table", on: { click: bring } }, "drop"), button("Write a card", { class: "plain", on: { click: write } }, "plus"))
  );
}

function sheet(card) {
  return h(
    "article",
    { class: "study-sheet", "aria-label": "Card" },
    card.place ? h("p", { class: "sheet-place" }, card.place.trail.join(" › ")) : null,
    h("div", { class: "side front" }, ...rich(card.front)),
    revealed ? back(card) : h("div", { class: "sheet-actions" }, h("button", { type: "button", class: "primary big", "data-focus": true, "aria-keyshortcuts": "Space", on: { click: reveal } }, "Show the answer", h("kbd", { "aria-hidden": "true" }, "Space")))
  );
}

function back(card) {
  return h(
    "div",
    { class: "back" },
    h("div", { class: "side", tabindex: "-1", "data-focus": true, role: "group", "aria-label": "Answer" }, ...rich(card.back)),
    card.then ? changed(card) : h("div", {}, ...card.passages.map((found) => passage(found))),
    ratings()
  );
}

/** The passage of the card was changed: both versions, and what to do about it. */
function changed(card) {
  return h(
    "section",
    { class: "stale", "data-card": card.id, "aria-label": "The passage was changed" },
    h("p", { class: "stale-title" }, "Your note has changed since this card was made."),
    sideBySide(["It said", h("blockquote", { class: "passage-text then" }, card.then)], ["It says now", h("div", {}, ...card.passages.map((found) => passage(found, "It says now")))]),
    h(
      "div",
      { class: "sheet-actions" },
      button("Keep: it is still right", { class: "plain", on: { click: () => act("review/keep_card", { card: card.id }) } }),
      button("Fix the card", { class: "plain", on: { click: () => edit("review/fix_card", "Fix the card", card) } })
    )
  );
}

function ratings() {
  const one = ({ rating, name, interval }) =>
    h(
      "button",
      { type: "button", class: "rating", "data-rating": rating, "aria-keyshortcuts": String(rating), "aria-label": `${name}${interval ? `, comes back in ${interval}` : ""}`, on: { click: () => rate(rating) } },
      h("span", { class: "rating-name" }, h("kbd", { "aria-hidden": "true" }, String(rating)), name),
      interval ? h("span", { class: "rating-interval" }, interval) : null
    );
  return h("div", { class: "ratings", role: "group", "aria-label": "How well did you know it?" }, ...table.ratings.map(one));
}

function rest() {
  const { title, says, cards } = table.rest;
  const acts = [
    { label: "Quiz something", run: () => goTo("Quiz"), focus: true },
    ...(cards ? [{ label: "Go through all cards", run: () => open({ anew: true, cram: true }) }] : []),
    { label: "Make cards from the Question::Answer lines in my notes", run: scan },
  ];
  const first = cards ? null : firstCard("Cards come from your notes, from quizzes and from answers; or you write them yourself.");
  return h(
    "div",
    {},
    first ?? emptyCard({ title, says: cards ? `${says} Quiz something?` : says, acts }),
    table.stale.length ? h("h2", { class: "section-title" }, `${count(table.stale.length, "card")} whose passage was changed`) : null,
    ...table.stale.map((card) => h("article", { class: "study-sheet" }, h("div", { class: "side front" }, ...rich(card.front)), h("div", { class: "side" }, ...rich(card.back)), changed(card)))
  );
}

function reveal() {
  revealed = true;
  draw();
}

function rate(rating) {
  return act("review/rate", { card: table.card.id, rating, took_ms: Math.round(performance.now() - began) });
}

function undoLast() {
  return act("review/undo");
}

async function edit(name, title, card) {
  const sides = await fillInCard(title, card.sides, "Save");
  if (sides) await act(name, { card: card.id, ...sides });
}

async function write() {
  const sides = await fillInCard("A card of your own");
  if (!sides || !(await api.call("review/add_card", sides))) return;
  announce("The card is made.");
  await open();
}

function bring() {
  importCards(() => open({ anew: true }));
}

async function scan() {
  const done = await api.call("review/scan_notes");
  if (!done) return;
  announce(done.says);
  await open({ anew: true });
}

/** Returns whether the key meant something here. */
function key(event) {
  if (!table?.card) return false;
  const onControl = event.target.closest?.("a, summary, button") && !event.target.closest?.("[data-focus]");
  if (event.key === " " && !revealed && !onControl) reveal();
  else if (revealed && "1234".includes(event.key) && event.key.length === 1) rate(Number(event.key));
  else if (event.key === "u" && table.can_undo) undoLast();
  else if (event.key === "e" && revealed) edit(table.card.then ? "review/fix_card" : "review/edit_card", "Change the card", table.card);
  else return false;
  return true;
}

/** Makes a card of something else on the page, after the student has seen it. */
store.set("makeCard", async ({ title, front, back, ...source }) => {
  const sides = await fillInCard(title, { front, back });
  if (sides && (await api.call("review/add_card", { ...source, ...sides }))) announce("The card is made. It waits in Review.");
});
