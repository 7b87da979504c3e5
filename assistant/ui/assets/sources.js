// The sources panel: passages of the active answer, the cited words marked between their neighbours.

import { build, button, h, redraw, scrollWithin, trail } from "./dom.js";
import * as store from "./store.js";

const LINES_ABOVE_PX = 64;
let panel, back;

export function sources(root) {
  panel = h("div", { class: "cards" });
  const close = button("", { class: "quiet-icon drawer-close", "aria-label": "Close sources", on: { click: () => closeSources() } }, "close");
  root.append(h("div", { class: "panel-head" }, h("h2", { class: "panel-title" }, "Sources"), close), panel);
  store.set("showNumber", showNumber);
  store.set("showKey", showKey);
  store.on("active", draw);
  draw(store.get("active"));
  return null;
}

function draw(active) {
  const fresh = redraw(panel, active, () => (active ? parts(active) : [emptyPanel()]));
  if (fresh) for (const card of panel.querySelectorAll(".card.cited, .card.peek")) settle(card);
}

/** A card shows its marked words and a little around them; the rest is one click away. */
function settle(card) {
  const excerpt = card.querySelector(".excerpt");
  const mark = excerpt.querySelector("mark");
  if (!mark) return;
  const above = mark.getBoundingClientRect().top - excerpt.getBoundingClientRect().top;
  excerpt.scrollTop = Math.max(0, above - LINES_ABOVE_PX);
  excerpt.classList.toggle("more-above", excerpt.scrollTop > 0);
  excerpt.classList.toggle("more-below", excerpt.scrollTop + excerpt.clientHeight < excerpt.scrollHeight - 1);
  const more = card.querySelector(".card-more");
  if (more) more.hidden = excerpt.clientHeight >= excerpt.scrollHeight - 1;
}

function toggleCard(card) {
  const open = card.classList.toggle("open");
  card.querySelector(".card-more span").textContent = open ? "Show less" : "Show more";
  if (!open) settle(card);
}

function emptyPanel() {
  return h("p", { class: "panel-empty" }, "The passages that an answer rests on appear here, before its first word.");
}

function parts({ sources: { cited, found }, final, abstained }) {
  const unnamed = abstained ? "Nearest passages" : cited.length ? "Also found" : "Found in your notes";
  return [
    ...cited.map(citedCard),
    found.length ? h("h3", { class: "panel-sub" }, unnamed) : null,
    ...found.map((card) => foundCard(card, !final && !cited.length)),
    !cited.length && !found.length ? emptyPanel() : null,
  ];
}

function badge(n) {
  return h("span", { class: "cite-mark", "data-n": n }, String(n));
}

function body(card) {
  const inner = h("div", { class: "note-text" }, ...card.body.map((node) => build(node, badge)));
  return h("div", { class: `excerpt ${card.starts ? "" : "goes-before"} ${card.ends ? "" : "goes-on"}` }, inner);
}

function openNote(card) {
  const open = () => store.get("openNote")({ path: card.note });
  return button("Open the note", { class: "quiet", on: { click: open } }, "note");
}

function citedCard(card) {
  const more = button("Show more", { class: "quiet card-more", on: { click: (event) => toggleCard(event.currentTarget.closest(".card")) } });
  return h(
    "section",
    { class: "card cited", tabindex: "-1", "data-key": card.key, "data-numbers": card.numbers.join(" "), "aria-label": `Source ${card.numbers.join(", ")}` },
    h("header", {}, h("span", { class: "numbers" }, ...card.numbers.map(badge)), trail(card.trail, card.page)),
    body(card),
    h("footer", {}, more, openNote(card))
  );
}

function foundCard(card, open) {
  return h(
    "details",
    { class: `card found ${open ? "peek" : ""}`, "data-key": card.key, open },
    h("summary", {}, trail(card.trail, card.page), h("span", { class: "how" }, card.read ? `${card.how} · read by the model` : card.how)),
    body(card),
    h("footer", {}, openNote(card))
  );
}

function showNumber(n, from) {
  const card = [...panel.querySelectorAll(".card.cited")].find((item) => item.dataset.numbers.split(" ").includes(String(n)));
  show(card, card?.querySelector(`mark[data-n="${n}"]`), from);
}

function showKey(key, from) {
  const card = [...panel.querySelectorAll(".card")].find((item) => item.dataset.key === key);
  if (card?.matches("details")) {
    card.open = true;
    card.classList.remove("peek");
  }
  show(card, card?.querySelector("mark"), from);
}

/** Brings a passage into view and gives it the focus; Escape then leads back to where the student came from. */
function show(card, mark, from) {
  if (!card) return;
  back = from;
  document.body.dataset.drawer = "sources";
  for (const other of panel.querySelectorAll(".active")) other.classList.remove("active");
  card.classList.add("active");
  if (card.matches(".cited:not(.open)")) toggleCard(card);
  const n = mark?.dataset.n;
  for (const piece of card.querySelectorAll("mark")) piece.classList.toggle("active", piece === mark || (n !== undefined && piece.dataset.n === n));
  (card.matches("details") ? card.querySelector("summary") : card).focus({ preventScroll: true });
  scrollWithin(panel.closest("#right"), mark ?? card, "middle");
}

/** Closes the panel's drawer and gives the focus back. Returns whether there was anything to close. */
export function closeSources() {
  const open = document.body.dataset.drawer === "sources" || panel?.contains(document.activeElement);
  document.body.dataset.drawer = "";
  for (const other of panel?.querySelectorAll(".active") ?? []) other.classList.remove("active");
  if (back?.isConnected) back.focus();
  back = null;
  return Boolean(open);
}
