// Passages as brackets in the margin of a note. The blocks of the text know their lines; a passage reaches from a line
// to a line, so its bracket goes from one place on the page to another, however the text is set.

import { count, h } from "../../assets/dom.js";

/** Draws brackets beside `text` on `sheet`. Gives {place, show, stop}: set them anew, show them or not, and end. */
export function brackets(sheet, text, passages) {
  const margin = h("div", { class: "brackets", role: "list", "aria-label": "Passages" });
  const drawn = passages.map((passage, index) => h("button", { type: "button", class: "bracket", role: "listitem", title: says(passage), "aria-label": `Passage ${index + 1} of ${passages.length}: ${says(passage)}` }));
  margin.append(...drawn);
  sheet.append(margin);
  let blocks = [];
  const place = () => {
    blocks = [...text.querySelectorAll("[data-until]")].map((element) => ({ element, from: Number(element.dataset.line), until: Number(element.dataset.until) }));
    const top = sheet.getBoundingClientRect().top;
    passages.forEach((passage, index) => {
      const start = height(blocks, passage.from_line, false) - top;
      const end = height(blocks, passage.to_line, true) - top;
      const seen = Number.isFinite(start) && end > start;
      drawn[index].hidden = !seen;
      if (seen) Object.assign(drawn[index].style, { top: `${start}px`, height: `${Math.max(end - start - 3, 8)}px` });
    });
  };
  const follow = new ResizeObserver(place);
  follow.observe(text);
  return { place, show: (on) => (margin.hidden = !on), stop: () => follow.disconnect() };
}

function says({ words, under }) {
  return `${count(words, "word")}${under.length ? `, under ${under.join(" › ")}` : ""}`;
}

/** Where on the screen a line stands, by the smallest block that holds it; at its end, what is above it counts. */
function height(blocks, line, atEnd) {
  const holds = blocks.filter(({ from, until }) => (atEnd ? from < line && line <= until : from <= line && line < until));
  const near = holds.length ? holds : blocks.filter(({ from, until }) => (atEnd ? until <= line : from >= line));
  if (!near.length) return NaN;
  const { element, from, until } = holds.length ? near.reduce((best, next) => (next.until - next.from <= best.until - best.from ? next : best)) : near.at(atEnd ? -1 : 0);
  const { top, height: tall } = element.getBoundingClientRect();
  const share = holds.length ? (line - from) / (until - from) : atEnd ? 1 : 0;
  return top + tall * share;
}
