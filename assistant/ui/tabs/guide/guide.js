// The Guide tab: a topic on one page, in the words of the notes. Every number opens the note where the words are.

import { build, button, h, trail } from "../../assets/dom.js";
import { emptyCard, firstCard } from "../../assets/empty.js";
import { announce, announceError } from "../../assets/notices.js";
import * as api from "../../assets/api.js";
import * as store from "../../assets/store.js";
import { goTo, whenShown } from "../../assets/tabs.js";

const WHY = "A study guide is made of your own notes: what matters on one page.";
let root;
let guide = null; // kept while the page is open
let part = "";
let words = "";
let busy = ""; // what is being done, in words

export function guideTab(element) {
  root = h("div", { class: "study-page guide-page" });
  element.append(root);
  whenShown(element, () => guide || busy || draw());
  store.on("contents", () => guide || busy || draw());
  return null;
}

/** Makes the guide of a topic and shows it. */
store.set("guideOn", (topic) => {
  goTo("Guide");
  make(topic);
});

function draw() {
  const first = firstCard(WHY);
  root.replaceChildren(...(guide ? page() : [head("Guide", "A topic on one page, in the words of your notes."), first ?? form()]));
}

function head(title, lead) {
  return h("div", { class: "shelf-head" }, h("div", {}, h("h1", { class: "page-title", tabindex: "-1" }, title), lead ? h("p", { class: "page-lead" }, lead) : null));
}

function form() {
  const select = h("select", { id: "guide-part" }, h("option", { value: "" }, "Choose a note or a heading"), ...entries());
  select.value = part;
  select.addEventListener("change", () => (part = select.value));
  const typed = h("input", { type: "text", id: "guide-words", placeholder: "photosynthesis, say", autocomplete: "off", value: words });
  typed.addEventListener("input", () => (words = typed.value));
  const send = (event) => {
    event.preventDefault();
    const topic = words.trim() || part;
    if (topic) make(topic);
    else typed.focus();
  };
  return h(
    "form",
    { class: "study-sheet guide-form", on: { submit: send } },
    h("label", { class: "field", for: "guide-words" }, h("span", { class: "label" }, "A topic in your own words"), typed),
    h("label", { class: "field", for: "guide-part" }, h("span", { class: "label" }, "Or a part of your notes"), select),
    h("div", { class: "sheet-actions" }, h("button", { type: "submit", class: "primary big", disabled: Boolean(busy) }, busy || "Make the guide"))
  );
}

/** The outline of the notes as options, headings set in below their notes. */
function entries() {
  const flat = (entry, depth) => [h("option", { value: entry.scope }, `${"\u2003".repeat(depth)}${entry.label}`), ...entry.children.flatMap((child) => flat(child, depth + 1))];
  return (store.get("contents")?.tree ?? []).flatMap((entry) => flat(entry, 0));
}

async function make(topic) {
  busy = "Making the guide…";
  guide = null;
  draw();
  const found = await api.read("guide/make", { topic });
  busy = "";
  if (found) guide = found;
  draw();
  if (found) {
    root.querySelector("h1").focus({ preventScroll: true });
    root.scrollTo?.({ top: 0 });
  }
}

async function writeQuestions() {
  const topic = guide.topic;
  busy = "Writing questions…";
  draw();
  const found = await api.read("guide/write", { topic });
  busy = "";
  if (found && guide?.topic === topic) {
    const more = found.questions.length - guide.questions.length;
    guide = found;
    announce(more > 0 ? `${more} more ${more === 1 ? "question" : "questions"}.` : "No question on this passed the checks.");
  }
  draw();
}

function page() {
  const { headings } = guide;
  const language = { lang: guide.language };
  return [
    head(guide.title, ""),
    h(
      "div",
      { class: "guide-acts" },
      button("Quiz me on this", { class: "plain", on: { click: () => (store.get("quizOn")(guide.topic), goTo("Quiz")) } }),
      button("Copy as Markdown", { class: "quiet", on: { click: copy } }, "copy"),
      button("Save as a file", { class: "quiet", on: { click: save } }, "note"),
      button("Another topic", { class: "quiet", on: { click: leave } })
    ),
    guide.little ? h("p", { class: "remark" }, guide.little) : null,
    h(
      "article",
      { class: "study-sheet guide", ...language },
      ...section("ideas", headings.ideas, guide.ideas.map(group)),
      ...section("terms", headings.terms, guide.terms.length ? [h("dl", { class: "guide-meanings" }, ...guide.terms.flatMap(term))] : []),
      ...section("formulas", headings.formulas, guide.formulas.map(group)),
      ...section("contrasts", headings.contrasts, guide.contrasts.map(contrast)),
      ...section("questions", headings.questions, questions()),
      ...section("sources", headings.sources, guide.sources.length ? [h("ol", { class: "guide-sources" }, ...guide.sources.map(source))] : [])
    ),
  ].filter(Boolean);
}

function section(name, title, content) {
  return content.length ? [h("section", { class: `guide-${name}` }, h("h2", { class: "section-title" }, title), ...content)] : [];
}

function group({ title, parts }) {
  return h("div", { class: "guide-group" }, title ? h("h3", {}, title) : null, ...parts.map(partOf));
}

function partOf({ label, lines }) {
  const said = lines.map(line);
  const loose = (built) => ["UL", "OL"].includes(built[0]?.tagName); // a list that nothing announces is no item of another
  const blocks = [];
  for (const built of said) {
    if (loose(built)) blocks.push(...built);
    else if (blocks.at(-1)?.className === "guide-lines") blocks.at(-1).append(h("li", {}, ...built));
    else blocks.push(h("ul", { class: "guide-lines" }, h("li", {}, ...built)));
  }
  return h("div", { class: "guide-part" }, label ? h("h4", {}, label) : null, ...blocks);
}

/** A line with its number: behind what announces it, or at the end of a list. */
function line({ name, body, place }) {
  const built = body.map((node) => build(node, () => document.createTextNode("")));
  const first = built[0];
  if (first?.tagName === "P") {
    if (name) first.prepend(h("strong", {}, name), ": ");
    first.append(number(place));
  } else if (["UL", "OL"].includes(first?.tagName)) built.at(-1).lastElementChild.append(number(place));
  else built.push(number(place));
  return built;
}

function term({ name, ...said }) {
  return [h("dt", {}, name), h("dd", {}, ...line(said))];
}

function contrast({ label, lines }) {
  return h("div", { class: "guide-contrast" }, label ? h("h4", {}, label) : null, lines.length > 1 ? h("dl", { class: "guide-meanings" }, ...lines.flatMap(term)) : h("div", {}, ...line(lines[0])));
}

function questions() {
  const asked = guide.questions.map(({ question, answer, place }) =>
    h("li", {}, h("details", {}, h("summary", {}, ...question.map((node) => build(node, () => document.createTextNode("")))), h("div", { class: "guide-answer" }, ...line({ body: answer, place }))))
  );
  const more = guide.completes
    ? h(
        "p",
        { class: "guide-more" },
        busy ? h("span", { role: "status" }, busy) : button("Have more questions written", { class: "plain", on: { click: writeQuestions } }),
        busy ? button("Stop", { class: "quiet", on: { click: () => api.call("guide/stop") } }) : h("span", { class: "remark" }, "by the model, up to a minute")
      )
    : null;
  return [asked.length ? h("ol", { class: "guide-questions" }, ...asked) : null, more].filter(Boolean);
}

function number(place) {
  const where = `${place.trail.join(", ")}${place.page ? `, page ${place.page}` : ""}`;
  return h("button", { type: "button", class: "cite", title: where, "aria-label": `${place.number}: ${where}. Open the note.`, on: { click: () => open(place) } }, String(place.number));
}

function source(place) {
  return h("li", { value: place.number }, h("button", { type: "button", class: "link", on: { click: () => open(place) } }, trail(place.trail, place.page)));
}

function open({ note, start, end }) {
  store.get("openNote")({ path: note, start, end });
}

function leave() {
  guide = null;
  draw();
  root.querySelector("input")?.focus();
}

async function copy() {
  try {
    await navigator.clipboard.writeText(guide.markdown);
    announce("The guide is copied, as Markdown.");
  } catch {
    announceError({ message: "The browser did not allow copying.", hint: "Save it as a file instead." });
  }
}

function save() {
  const address = URL.createObjectURL(new Blob([guide.markdown], { type: "text/markdown" }));
  h("a", { href: address, download: `${guide.title.replace(/[^\p{L}\p{N}]+/gu, "-")}.md` }).click();
  URL.revokeObjectURL(address);
}
