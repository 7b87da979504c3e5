// The quote behind a number chip, shown while the chip is pointed at or has the focus.

import { h, trail } from "../../assets/dom.js";

const GAP = 8;
let box = null;

export function showPopover(anchor, n, cite) {
  hidePopover();
  if (!cite) return;
  box = h(
    "div",
    { class: "popover", role: "tooltip", id: "popover" },
    h("blockquote", {}, plain(cite.quote)),
    h("p", { class: "popover-where" }, trail(cite.trail, cite.page, cite.scan)),
    h("p", { class: "popover-hint" }, "Click or Enter: show it in the note")
  );
  document.body.append(box);
  anchor.setAttribute("aria-describedby", "popover");
  const chip = anchor.getBoundingClientRect();
  const size = box.getBoundingClientRect();
  const left = Math.min(Math.max(GAP, chip.left + chip.width / 2 - size.width / 2), innerWidth - size.width - GAP);
  const above = chip.top - size.height - GAP;
  box.style.left = `${left}px`;
  box.style.top = `${above > GAP ? above : chip.bottom + GAP}px`;
}

/** The words of a quote without the marks that make them bold or code. */
function plain(quote) {
  return quote.replace(/\*\*|`/g, "").replace(/^\s*[-*+]\s+/, "");
}

export function hidePopover() {
  box?.remove();
  box = null;
  document.querySelector('[aria-describedby="popover"]')?.removeAttribute("aria-describedby");
}
