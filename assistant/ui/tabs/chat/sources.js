// The sources panel: passages of the active answer, the cited words marked between their neighbours.

import { build, button, h, scrollWithin, trail } from "../../assets/dom.js";
import { pageButton, pageStrip } from "../../assets/page_picture.js";
import { liveChip } from "../lab/live.js";
import * as store from "../../assets/store.js";

const LINES_ABOVE_PX = 64;
let panel, back, cameFrom, shown, reading;

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

/** Draws the panel again where it changed: a card that the student reads stays as it is while others arrive. */
function draw(active) {
  if (active?.id !== shown) {
    shown = active?.id;
    panel.replaceChildren();
  }
  const wanted = active ? parts(active) : [["empty", "", emptyPanel]];
  const before = new Map([...panel.children].map((child) => [child.dataset.part, child]));
  const children = wanted.map(([part, state, make]) => reuse(before.get(part), state) ?? replacement(before.get(part), part, state, make));
  const focused = panel.querySelector(".active")?.contains(document.activeElement);
  if (children.length !== panel.children.length || children.some((child, index) => panel.children[index] !== child)) panel.replaceChildren(...children);
  if (focused) panel.querySelector(".active")?.focus({ preventScroll: true });
  for (const card of panel.querySelectorAll(".card.cited:not(.open), .card.peek")) settle(card);
}

function reuse(old, state) {
  return old && old.drawnFrom === JSON.stringify(state) ? old : null;
}

/** Makes a part; one that was open or being read before stays so. */
function replacement(old, part, state, make) {
  const made = make(state);
  made.dataset.part = part;
  made.drawnFrom = JSON.stringify(state);
  if (old?.classList.contains("open")) toggleCard(made);
  if (old?.classList.contains("active")) {
    made.classList.add("active");
    markActive(made, reading);
    showStrip(made);
  }
  return made;
}

function markActive(card, n) {
  for (const mark of card.querySelectorAll("mark")) mark.classList.toggle("active", n === undefined || mark.dataset.n === String(n));
}

/** A card shows its marked words and a little around them; the rest is one click away. */
function settle(card) {
  const excerpt = card.querySelector(".excerpt");
  const mark = excerpt.querySelector("mark");
  if (!mark) return;
  const above = excerpt.scrollTop + mark.getBoundingClientRect().top - excerpt.getBoundingClientRect().top;
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
  return h("p", { class: "panel-empty" }, "The passages that support an answer appear here, before its first word.");
}

/** What the panel holds, top to bottom: a name for each part, what it is drawn from, and how. */
function parts({ sources: { cited, found }, final, abstained }) {
  const title = abstained ? "Nearest passages" : cited.length ? "Also found" : "Found in your notes";
  const open = !final && !cited.length;
  return [
    ...cited.map((card) => [`cited-${card.numbers[0]}`, card, citedCard]),
    ...(found.length ? [["title", title, (text) => h("h3", { class: "panel-sub" }, text)]] : []),
    ...found.map((card) => [`found-${card.key}`, { ...card, open }, foundCard]),
    ...(cited.length || found.length ? [] : [["empty", "", emptyPanel]]),
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
  const drawn = h(
    "section",
    { class: "card cited", tabindex: "-1", "data-key": card.key, "data-numbers": card.numbers.join(" "), "aria-label": `Source ${card.numbers.join(", ")}` },
    h("header", {}, h("span", { class: "numbers" }, ...card.numbers.map(badge)), trail(card.trail, card.page, card.scan)),
    card.gone ? h("p", { class: "remark gone" }, "Your notes changed since: these words are no longer there. Ask again for an answer from your notes as they are now.") : null,
    body(card),
    h("footer", {}, more, card.gone ? null : openNote(card), pageButton(card), card.gone ? null : liveChip(card))
  );
  drawn.shows = card.spans.length ? card : null;
  return drawn;
}

function foundCard(card) {
  return h(
    "details",
    { class: `card found ${card.open ? "peek" : ""}`, "data-key": card.key, open: card.open },
    h("summary", {}, trail(card.trail, card.page, card.scan), h("span", { class: "how" }, card.read ? `${card.how} · read by the model` : card.how)),
    body(card),
    h("footer", {}, openNote(card), pageButton(card), liveChip(card))
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

/** Where the source is a PDF or a scan, its page is shown as it looks. */
function showStrip(card) {
  if (card.shows && !card.querySelector(".page-strip")) card.querySelector(".excerpt").before(pageStrip(card.shows));
}

/** Brings a passage into view and gives it the focus; Escape then leads back to where the student came from. */
function show(card, mark, from) {
  if (!card) return;
  back = from;
  cameFrom = from.closest(".turn")?.querySelector(".answer");
  document.body.dataset.drawer = "sources";
  for (const other of panel.querySelectorAll(".active")) other.classList.remove("active");
  card.classList.add("active");
  if (card.matches(".cited:not(.open)") && !card.shows) toggleCard(card);
  showStrip(card);
  reading = mark?.dataset.n;
  markActive(card, reading);
  (card.matches("details") ? card.querySelector("summary") : card).focus({ preventScroll: true });
  scrollWithin(panel.closest("#right"), card.shows ? card : (mark ?? card), "middle");
}

/** Closes the panel's drawer and gives the focus back. Returns whether there was anything to close. */
export function closeSources() {
  const open = document.body.dataset.drawer === "sources" || panel?.contains(document.activeElement);
  document.body.dataset.drawer = "";
  for (const other of panel?.querySelectorAll(".active") ?? []) other.classList.remove("active");
  const chip = back?.isConnected ? back : cameFrom?.querySelector(`.cite[data-n="${reading}"]`);
  if (back) chip?.focus();
  back = null;
  return Boolean(open);
}
