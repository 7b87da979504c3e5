// A page of a PDF or a scan as it looks, with the cited words marked: a strip of it in a source, the whole in a dialog.

import * as api from "./api.js";
import { button, h } from "./dom.js";

const STEPS = [1, 1.5, 2.2, 3]; // how wide the page is in the dialog, measured by the dialog
const MOST_ZOOM = 2.2;
const MARGIN = 2; // of the page's width, beside the marked words of a strip
const ABOVE_PX = 56;

/** A button that opens the page on which the words are; nothing for a note whose pages cannot be shown. */
export function pageButton(found, label = "Show the page") {
  if (!found.spans?.length) return null;
  return button(label, { class: "quiet page-button", on: { click: () => openPage({ note: found.note, spans: found.spans }) } }, "page");
}

/** A strip of the page around the marked words, which opens the whole one. It is filled when the page has arrived. */
export function pageStrip(found) {
  const strip = h("div", { class: "page-strip", "aria-busy": "true" }, h("p", { class: "remark" }, "Drawing the page…"));
  api.reach("pages/show", { path: found.note, spans: found.spans }).then((page) => {
    if (!page) return;
    strip.removeAttribute("aria-busy");
    if (page.error) return strip.replaceChildren(fault(page.error));
    const pane = h("span", { class: "page-window scrolls" }, sheet(page));
    const open = h("button", { type: "button", class: "page-open", "aria-label": `${page.alt}. Open the whole page`, on: { click: () => openPage({ note: found.note, spans: found.spans, page: page.page }) } }, pane);
    strip.replaceChildren(open, page.remark ? h("p", { class: "remark" }, page.remark) : "");
    toMarks(pane, page);
  });
  return strip;
}

function fault({ message, hint }) {
  return h("p", { class: "remark", role: "status" }, `${message} ${hint}`.trim());
}

/** The picture with its marks over it. */
function sheet(page) {
  const picture = h("img", { src: page.picture, alt: page.alt, width: page.width, height: page.height, draggable: "false" });
  const marks = page.marks.map(({ left, top, width, height }) => h("span", { class: "page-mark", style: `left:${left}%;top:${top}%;width:${width}%;height:${height}%` }));
  return h("span", { class: "page-sheet", style: `aspect-ratio:${page.width}/${page.height}` }, picture, ...marks);
}

/** Makes the marked column as wide as the strip, and moves its first line near the top. */
function toMarks(pane, { marks, width, height }) {
  if (!marks.length) return;
  const left = Math.min(...marks.map((mark) => mark.left)) - MARGIN;
  const right = Math.max(...marks.map((mark) => mark.left + mark.width)) + MARGIN;
  const zoom = Math.min(MOST_ZOOM, Math.max(1, 100 / (right - left)));
  const inner = pane.firstChild;
  inner.style.width = `${100 * zoom}%`;
  const wide = pane.clientWidth * zoom;
  pane.scrollLeft = (wide * left) / 100;
  pane.scrollTop = (((wide * height) / width) * marks[0].top) / 100 - ABOVE_PX;
}

/** Opens a page in a dialog: {note, page, spans}. Other pages are a button away; Escape closes, and the focus goes back. */
export function openPage({ note, page = null, spans = [] }) {
  const before = document.activeElement;
  const title = h("h2", { id: "page-title" }, "Page");
  const remark = h("p", { class: "remark", role: "status" }, "Drawing the page…");
  const pane = h("div", { class: "page-pane scrolls", tabindex: "0", role: "group", "aria-label": "Page" });
  const turn = (label, sign, by) => button("", { class: "quiet-icon", "aria-label": label, title: label, on: { click: () => show(at + by) } }, sign);
  const size = (label, sign, by) => button("", { class: "quiet-icon", "aria-label": label, title: label, on: { click: () => zoom(by) } }, sign);
  const [back, on, larger, smaller] = [turn("Page before", "before", -1), turn("Next page", "chevron", 1), size("Larger", "plus", 1), size("Smaller", "minus", -1)];
  const close = button("Close", { class: "plain", on: { click: () => dialog.close() } });
  const head = h("header", { class: "page-head" }, title, h("div", { class: "page-tools" }, back, on, smaller, larger, close));
  const dialog = h("dialog", { class: "dialog page-dialog", "aria-labelledby": "page-title" }, head, remark, pane);
  let [at, step, asked] = [page ?? 1, 0, 0];

  async function show(number) {
    const mine = (asked += 1);
    pane.setAttribute("aria-busy", "true");
    const found = await api.reach("pages/show", { path: note, page: number, spans });
    if (!found || mine !== asked) return;
    pane.removeAttribute("aria-busy");
    if (found.error) {
      pane.replaceChildren();
      remark.textContent = `${found.error.message} ${found.error.hint}`.trim();
      return;
    }
    at = found.page;
    title.textContent = found.pages > 1 ? `${found.title}, page ${at} of ${found.pages}` : found.title;
    remark.textContent = found.marks.length || number === page ? found.remark : "";
    turnable(back, at > 1);
    turnable(on, at < found.pages);
    pane.replaceChildren(sheet(found));
    pane.setAttribute("aria-label", found.alt);
    pane.scrollTo(0, 0);
    fit();
    const mark = pane.querySelector(".page-mark");
    if (mark) pane.scrollTop = mark.offsetTop - pane.clientHeight / 3;
  }

  function fit() {
    const inner = pane.firstChild;
    if (inner) inner.style.width = `${100 * STEPS[step]}%`;
    turnable(smaller, step > 0);
    turnable(larger, step < STEPS.length - 1);
  }

  /** Makes the page larger or smaller around what is in the middle. */
  function zoom(by) {
    const next = Math.min(STEPS.length - 1, Math.max(0, step + by));
    const [ratio, x, y] = [STEPS[next] / STEPS[step], pane.scrollLeft + pane.clientWidth / 2, pane.scrollTop + pane.clientHeight / 2];
    step = next;
    fit();
    pane.scrollTo(x * ratio - pane.clientWidth / 2, y * ratio - pane.clientHeight / 2);
  }

  dialog.addEventListener("keydown", (event) => {
    const act = { "+": () => zoom(1), "-": () => zoom(-1), PageDown: () => on.disabled || show(at + 1), PageUp: () => back.disabled || show(at - 1) }[event.key];
    if (!act || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    act();
  });
  dialog.addEventListener("close", () => {
    asked += 1;
    dialog.remove();
    if (before?.isConnected) before.focus();
  });
  turnable(back, false);
  turnable(on, false);
  document.body.append(dialog);
  dialog.showModal();
  pane.focus();
  show(page);
}

/** A button that can do nothing now keeps the focus where it is. */
function turnable(control, can) {
  if (!can && control === document.activeElement) control.closest("dialog").querySelector(".page-pane").focus();
  control.disabled = !can;
}
