// "Why this answer?": how sure it was, what was found, what of it was read, and the words that support each sentence.

import { count, h, icon, shape, trail } from "../../assets/dom.js";

/** Draws the explanation of a finished answer. `openNumber(event, n)` shows a cited passage. */
export function why({ why: told, badge }, openNumber) {
  const abstained = badge?.state === "abstained";
  return h(
    "details",
    { class: "why" },
    h("summary", {}, icon("chevron"), abstained ? "Why no answer?" : "Why this answer?"),
    h(
      "div",
      { class: "why-body" },
      told.understood ? h("p", {}, told.understood) : null,
      ...sure(told.sure),
      ...found(told),
      ...part("What the model read, and what was left out", "ol", told.sections.map(section)),
      ...part("What supports each sentence", "ul", told.support.map((one) => support(one, openNumber)))
    )
  );
}

function part(title, list, entries) {
  return entries.length ? [h("h3", {}, title), h(list, {}, ...entries)] : [];
}

/** How sure it was, as a bar with a mark where an answer begins; the words say the same. */
function sure(told) {
  if (!told) return [];
  const bar = h("div", { class: "sure", "aria-hidden": "true", style: `--share:${told.share};--enough:${told.enough}` }, h("span", { class: "sure-share" }), h("span", { class: "sure-enough" }));
  return [h("h3", {}, "How sure it was"), h("p", {}, told.says), bar];
}

function found(told) {
  const entries = told.found.map((one) => h("li", {}, trail(one.trail), h("span", { class: "says" }, `${one.says} · ${one.ranks}`)));
  const query = told.query ? h("p", {}, "Your question was searched as: ", h("q", {}, told.query)) : null;
  return [query, ...part(`Found: ${count(told.found.length, "passage")}, the best first`, "ol", entries)];
}

function section(one) {
  return h("li", { class: one.read ? "section-read" : "section-left" }, trail(one.trail), h("span", { class: "says" }, shape(one.read ? "full" : "none"), h("span", {}, `${one.words}, ${one.says}`)));
}

function support(one, openNumber) {
  const quote = ({ n, quote: words }) =>
    h("blockquote", {}, h("a", { class: "cite-mark", href: `#source-${n}`, "data-n": n, "aria-label": `Source ${n}`, on: { click: (event) => openNumber(event, n) } }, String(n)), " ", words);
  return h("li", { class: "supported" }, h("div", {}, h("span", {}, `“${one.text}”`), h("span", { class: "says" }, one.says)), one.quotes.length ? h("div", {}, ...one.quotes.map(quote)) : null);
}
