// Builds the page's elements. Nothing here or elsewhere parses HTML: text is set as text, elements are made by name.

const TAGS = new Set(
  ("p h2 h3 h4 h5 h6 ul ol li blockquote pre code hr br table thead tbody tr th td em strong s a mark span").split(" ")
);
const LINK = /^(https?|mailto):/i;

/** Makes an element. `attrs` are attributes; `on` holds listeners; a value of null or false leaves an attribute out. */
export function h(tag, attrs = {}, ...children) {
  const { on = {}, ...rest } = attrs;
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(rest)) {
    if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  for (const [type, listener] of Object.entries(on)) element.addEventListener(type, listener);
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** Builds a tree that the server rendered. `cite(number)` makes the number chips. */
export function build(node, cite) {
  if (typeof node === "string") return document.createTextNode(node);
  const [tag, attrs, ...children] = node;
  if (tag === "cite") return cite(attrs.n);
  if (tag === "math") return formula(attrs.tex, Boolean(attrs.display));
  if (tag === "a" && attrs.note) return noteLink(attrs, children);
  if (!TAGS.has(tag)) return document.createTextNode("");
  const element = h(tag, safeAttributes(tag, attrs), ...children.map((child) => build(child, cite)));
  if (tag === "table") return h("div", { class: "table-scroll", tabindex: "0", role: "region", "aria-label": "Table" }, element);
  if (tag === "pre") element.tabIndex = 0;
  return element;
}

/** A link of one note to another: it opens in the Library. */
function noteLink({ note, place }, children) {
  const open = (event) => {
    event.preventDefault();
    import("./store.js").then((store) => store.get("openNote")({ path: note, place }));
  };
  return h("a", { href: "#", class: "note-ref", title: place ? `${note} › ${place}` : note, on: { click: open } }, ...children);
}

function safeAttributes(tag, attrs) {
  const safe = {};
  if (attrs.class) safe.class = attrs.class;
  if (attrs.title) safe.title = attrs.title;
  if (attrs.n) safe["data-n"] = attrs.n;
  if (attrs.lang) safe["data-lang"] = attrs.lang;
  if (attrs.until) Object.assign(safe, { "data-line": String(attrs.line), "data-until": attrs.until });
  if (tag === "ol" && attrs.start && attrs.start !== 1) safe.start = attrs.start;
  if (attrs.align) safe.style = `text-align:${["left", "right", "center"].includes(attrs.align) ? attrs.align : "left"}`;
  if (tag === "a" && LINK.test(attrs.href || "")) {
    Object.assign(safe, { href: attrs.href, target: "_blank", rel: "noreferrer noopener" });
  }
  if ((attrs.class || "").includes("unsupported")) safe.tabindex = "0";
  return safe;
}

/** Puts the built nodes into a container and keeps those that did not change, so that focus and selection stay. */
export function patch(container, nodes, cite) {
  nodes.forEach((node, index) => {
    const drawn = JSON.stringify(node);
    const old = container.childNodes[index];
    if (old && old.drawnFrom === drawn) return;
    const fresh = build(node, cite);
    fresh.drawnFrom = drawn;
    const focused = old?.contains(document.activeElement) ? document.activeElement.dataset.n : null;
    if (old) old.replaceWith(fresh);
    else container.append(fresh);
    if (focused) fresh.querySelector(`.cite[data-n="${focused}"]`)?.focus();
  });
  while (container.childNodes.length > nodes.length) container.lastChild.remove();
}

/** Draws a part of the page again only where what it is drawn from changed. */
export function redraw(container, state, draw) {
  const drawn = JSON.stringify(state ?? null);
  if (container.drawnFrom === drawn) return false;
  container.drawnFrom = drawn;
  container.replaceChildren(...[draw()].flat().filter(Boolean));
  return true;
}

let katex = null;

function loadKatex() {
  katex ??= import("./katex/katex.min.js").then(() => globalThis.katex);
  return katex;
}

function formula(tex, display) {
  const element = h("span", { class: display ? "math math-display" : "math", tabindex: display ? "0" : null }, tex);
  loadKatex()
    .then((library) => {
      element.replaceChildren();
      library.render(tex, element, { displayMode: display, output: "mathml", throwOnError: true, trust: false, maxExpand: 200 });
    })
    .catch(() => {
      element.replaceChildren(h("code", {}, tex));
    });
  return element;
}

const SVG = "http://www.w3.org/2000/svg";
const ICONS = {
  logo: ["M5 6.5h14", "M5 12h6", "M5 17.5h10", "M14.5 12H19"],
  lock: ["M6.5 11h11v8.5h-11z", "M9 11V8a3 3 0 0 1 6 0v3"],
  help: ["M9.2 9.2a2.9 2.9 0 1 1 4.3 2.6c-1 .6-1.5 1.1-1.5 2.2", "M12 17.6v.1"],
  chevron: ["M9 6l6 6-6 6"],
  close: ["M6 6l12 12", "M18 6L6 18"],
  note: ["M6 3.5h8.5L19 8v12.5H6z", "M14 4v4.5h4.5", "M9 12.5h6.5", "M9 16h6.5"],
  folder: ["M3.5 6.5h6l2 2.5h9v10h-17z"],
  trash: ["M5 7h14", "M9.5 7V4.5h5V7", "M7 7l.8 12.5h8.4L17 7"],
  copy: ["M9 9h10.5v10.5H9z", "M15 9V4.5H4.5V15H9"],
  scope: ["M4 6h16", "M7 12h10", "M10 18h4"],
  sources: ["M5 4.5h11.5a2.5 2.5 0 0 1 2.5 2.5v12.5H7.5A2.5 2.5 0 0 1 5 17z", "M5 17a2.5 2.5 0 0 1 2.5-2.5H19"],
  plus: ["M12 5v14", "M5 12h14"],
  drop: ["M12 4v11", "M7.5 10.5L12 15l4.5-4.5", "M4.5 16.5v3h15v-3"],
  check: ["M5 12.5l4.5 4.5L19 7.5"],
  gear: ["M12 9.2a2.8 2.8 0 1 1 0 5.6 2.8 2.8 0 0 1 0-5.6z", "M19.2 13.6l1.7 1.3-1.9 3.3-2-.8a7.4 7.4 0 0 1-1.9 1.1l-.3 2.1h-3.8l-.3-2.1a7.4 7.4 0 0 1-1.9-1.1l-2 .8-1.9-3.3 1.7-1.3a7.6 7.6 0 0 1 0-3.2L4.9 9.1l1.9-3.3 2 .8a7.4 7.4 0 0 1 1.9-1.1l.3-2.1h3.8l.3 2.1a7.4 7.4 0 0 1 1.9 1.1l2-.8 1.9 3.3-1.7 1.3a7.6 7.6 0 0 1 0 3.2z"],
  more: ["M6 12h.01", "M12 12h.01", "M18 12h.01"],
  pen: ["M5 19l1-4L16 5l3 3L9 18z", "M14 7l3 3"],
  save: ["M12 4v10", "M8 10.5l4 4 4-4", "M5 19h14"],
  page: ["M5.5 3.5h13v17h-13z", "M8.5 8h7", "M8.5 11.5h7", "M8.5 15h4"],
  before: ["M9 6l6 6-6 6"],
  minus: ["M5 12h14"],
  search: ["M10.5 4.5a6 6 0 1 1 0 12 6 6 0 0 1 0-12z", "M15 15l5 5"],
};

/** Makes one of the page's line icons; it is decoration, the words beside it say what it means. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  for (const [key, value] of Object.entries({ viewBox: "0 0 24 24", class: `icon icon-${name}`, "aria-hidden": "true", focusable: "false" })) {
    svg.setAttribute(key, value);
  }
  for (const d of ICONS[name]) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", d);
    svg.append(path);
  }
  return svg;
}

/** The state shapes: a full, a half and an empty circle, a tick and a cross. They differ in form, not only in colour. */
export function shape(kind) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("class", `shape shape-${kind}`);
  svg.setAttribute("aria-hidden", "true");
  const ring = document.createElementNS(SVG, "circle");
  for (const [key, value] of Object.entries({ cx: 8, cy: 8, r: 6 })) ring.setAttribute(key, value);
  const fill = document.createElementNS(SVG, "path");
  const forms = { check: "M4.5 8.3l2.4 2.4 4.6-5.2", cross: "M5.3 5.3l5.4 5.4M10.7 5.3l-5.4 5.4", full: "M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2z", half: "M8 2a6 6 0 0 0 0 12z", none: "M4 12L12 4" };
  fill.setAttribute("d", forms[kind]);
  svg.append(ring, fill);
  return svg;
}

/** A way to a passage: note › heading › heading. */
export function trail(parts, page, scan = "") {
  const steps = parts.flatMap((part, index) => [index ? h("span", { class: "sep", "aria-hidden": "true" }, "›") : null, h("span", { class: "step" }, part)]);
  return h("span", { class: "trail" }, ...steps, page ? h("small", { class: "page" }, `page ${page}`) : null, scan ? h("small", { class: "page" }, scan) : null);
}

export function button(label, attrs = {}, iconName = null) {
  return h("button", { type: "button", ...attrs }, iconName ? icon(iconName) : null, label ? h("span", {}, label) : null);
}

/** Scrolls one pane, never the page around it: an element to the top, or to the middle. */
export function scrollWithin(pane, element, place) {
  const offset = element.getBoundingClientRect().top - pane.getBoundingClientRect().top;
  const slack = place === "middle" ? (pane.clientHeight - element.getBoundingClientRect().height) / 2 : 0;
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches || place === "top";
  pane.scrollTo({ top: pane.scrollTop + offset - Math.max(slack, 0), behavior: calm ? "auto" : "smooth" });
}

/** Counts a noun: "1 note", "2 notes". */
export function count(number, noun) {
  return `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
}
