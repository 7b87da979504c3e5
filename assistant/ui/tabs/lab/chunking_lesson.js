// The lesson on chunking: a note with its chunks drawn on the text, and how another way of cutting changes what is found.

import { button, count, h } from "../../assets/dom.js";
import { choice, remark, row, slider, table } from "./parts.js";

const DRAWN_AT_ONCE = 40;
const POLL_MS = 400;
const LARGEST = 400;

export async function mount(area, lesson) {
  const start = await lesson.call("notes");
  if (!start) return;
  if (!start.notes.length) return area.append(remark("There are no notes to cut yet."));
  const { used } = start;
  const first = await lesson.call("cut", { note: start.notes[0].path, ...used });
  if (!first) return;
  const title = start.notes[0].title;
  await lesson.predict({ ask: `Your note “${title}” is cut into chunks of at most ${used.size} tokens. How many will there be?`, range: { min: 1, max: Math.max(40, first.chunks.length * 2), step: 1, unit: "chunks" } });
  lesson.reveal({ truth: first.chunks.length, says: "A chunk never crosses a heading, so most are smaller than they may be." });

  const note = picker(start.notes, draw);
  const splitter = choice({ label: "Cut at", options: start.splitters, value: used.splitter, on: chosen });
  const size = slider({ label: "Size, at most", min: 20, max: LARGEST, step: 10, value: used.size, unit: "tokens", on: draw });
  const overlap = slider({ label: "Overlap", min: 0, max: 100, step: 5, value: used.overlap, unit: "tokens", on: draw });
  const sliders = row(size, overlap);
  const hint = h("p", { class: "remark cut-hint" });
  const drawing = drawn();
  const picture = lesson.figure(first.figure, {});
  const trial = trials(lesson, () => ({ ...wanted(), note: note.value() }));
  area.append(note.element, splitter, sliders, hint, drawing.element, picture, trial.element);
  show(first);

  /** What the controls say. The splitter in use takes no overlap, and no overlap may be as large as the chunk. */
  function wanted() {
    const none = splitter.value() === used.splitter;
    return { splitter: splitter.value(), size: size.value(), overlap: none ? 0 : Math.min(overlap.value(), size.value() - 5) };
  }

  function chosen() {
    overlap.querySelector("input").disabled = splitter.value() === used.splitter;
    draw();
  }

  async function draw() {
    const found = await lesson.call("cut", { note: note.value(), ...wanted() });
    if (!found) return;
    show(found);
    picture.update(found.figure);
    lesson.say(`${count(found.chunks.length, "chunk")}.`);
  }

  function show(found) {
    const now = wanted();
    overlap.querySelector("input").disabled = now.splitter === used.splitter;
    const hints = [];
    if (found.in_use) hints.push("This is how your notes are cut now.");
    if (now.splitter === used.splitter) hints.push("It repeats the headings in front of each chunk instead of an overlap.");
    if (now.splitter === used.splitter && now.size > start.window) hints.push(`It stops at ${start.window} tokens, the most that the search model reads.`);
    if (now.splitter !== used.splitter && now.size > start.window) hints.push(`The search model reads ${start.window} tokens of a chunk and ignores the rest.`);
    if (overlap.value() > now.overlap && now.splitter !== used.splitter) hints.push(`The overlap is ${now.overlap}: it must be smaller than the chunk.`);
    hint.textContent = hints.join(" ");
    drawing.show(found);
  }
}

function picker(notes, on) {
  const select = h("select", { id: "chunking-note", on: { change: () => on() } }, ...notes.map(({ path, title }) => h("option", { value: path }, title)));
  const element = h("div", { class: "lab-control lab-field" }, h("label", { for: "chunking-note" }, "Note"), select);
  return { element, value: () => select.value };
}

/** The note: its chunks as bands, what two chunks share tinted, what no chunk holds in grey. */
function drawn() {
  const head = h("p", { class: "cut-head", role: "status" });
  const text = h("div", { class: "cut-text", tabindex: "0", role: "region", "aria-label": "The note with its chunks" });
  const more = h("div", {});
  const legend = h("p", { class: "remark cut-legend" }, h("span", { class: "key key-out" }, "in no chunk"), h("span", { class: "key key-shared" }, "in two chunks"), h("span", { class: "key key-unread" }, "not read by the search model"));
  const element = h("section", { class: "cut" }, head, legend, text, more);

  function show(found) {
    const sizes = found.chunks.map((chunk) => chunk.tokens);
    const mean = sizes.length ? Math.round(sizes.reduce((sum, size) => sum + size, 0) / sizes.length) : 0;
    head.replaceChildren(h("strong", {}, count(found.chunks.length, "chunk")), sizes.length ? ` of ${Math.min(...sizes)} to ${Math.max(...sizes)} tokens, ${mean} on average.` : ".", found.left ? ` The note is long: its last ${found.left.toLocaleString("en")} characters are not shown.` : "");
    text.scrollTop = 0;
    text.replaceChildren();
    fill(found, 0);
  }

  function fill(found, from) {
    let at = from;
    let chunks = 0;
    let last = at ? found.text[at - 1][1] : null;
    for (; at < found.text.length; at += 1) {
      const [part, chunk, shared, unread] = found.text[at];
      if (chunk !== null && chunk !== last && last !== undefined) {
        if (chunks === DRAWN_AT_ONCE) break;
        chunks += 1;
        text.append(label(found.chunks[chunk], chunk));
      }
      last = chunk ?? last;
      const classes = ["stretch", chunk === null ? "out" : `band-${chunk % 2}`, shared ? "shared" : "", unread ? "unread" : ""];
      text.append(h("span", { class: classes.filter(Boolean).join(" ") }, part));
    }
    const rest = found.chunks.length - (at < found.text.length ? found.text[at][1] : found.chunks.length);
    more.replaceChildren(...(rest ? [button(`Show more (${rest} left)`, { class: "quiet", on: { click: () => fill(found, at) } })] : []));
  }

  return { element, show };
}

function label({ tokens, context, is_cut_short: cutShort }, place) {
  return h("span", { class: "cut-label" }, h("span", { class: "cut-number" }, `${place + 1}`), h("span", { class: "cut-size" }, `${tokens} tokens${cutShort ? ", too long" : ""}`), context ? h("span", { class: "cut-context" }, context) : null);
}

/** The measurement: started, watched and stopped here; it goes on when the lesson is closed. */
function trials(lesson, settings) {
  const scope = choice({ label: "What is cut again", options: [{ value: "note", label: "This note" }, { value: "all", label: "All notes (slower)" }], value: "note" });
  const k = slider({ label: "Chunks that are looked at (k)", min: 1, max: 10, value: 3, on: watch });
  const go = button("Measure on my questions", { class: "primary", on: { click: begin } });
  const stop = button("Stop", { class: "plain", hidden: true, on: { click: () => lesson.call("stop") } });
  const state = h("p", { class: "remark", role: "status" });
  const bar = h("progress", { max: 1, hidden: true, "aria-label": "Measurement" });
  const found = h("div", { class: "trial-found" });
  let picture = null;
  let timer = null;
  lesson.signal.addEventListener("abort", () => clearTimeout(timer));

  async function begin() {
    const { note, ...way } = settings();
    if (!(await lesson.call("measure", { ...way, note: scope.value() === "note" ? note : "" }))) return;
    watch();
  }

  async function watch() {
    clearTimeout(timer);
    const now = await lesson.call("trial", { k: k.value() });
    if (!now) return;
    const running = now.state === "running";
    go.hidden = running;
    stop.hidden = !running;
    bar.hidden = !running;
    if (now.total) bar.value = now.done / now.total;
    else bar.removeAttribute("value");
    state.textContent = running ? `${now.what} ${now.total ? `${now.done} of ${now.total}` : ""}` : now.state === "stopped" ? "Stopped; what was embedded is kept." : now.fault ? `${now.fault.message} ${now.fault.hint}` : "";
    if (now.found) show(now.found);
    if (running && !lesson.signal.aborted) timer = setTimeout(watch, POLL_MS);
  }

  function show({ rows, figure, questions, latest, is_used: isUsed, lost, won }) {
    const shown = table({ caption: "What each way of cutting found", columns: ["Way of cutting", "Chunks in all", `Recall@${k.value()}`, "Tokens to read"], rows: rows.map(([way, chunks, recall, tokens]) => [way, chunks, `${(recall * 100).toFixed(0)} %`, Math.round(tokens)]) });
    if (picture) picture.update(figure);
    else picture = lesson.figure(figure, {});
    const verdict = isUsed ? list(`${count(lost.length, "question")} of ${questions} not found`, lost) : [...list(`${count(lost.length, "question")} found only by the way in use`, lost), ...list(`${count(won.length, "question")} found only by this way`, won)];
    found.replaceChildren(h("p", { class: "remark" }, `Asked: ${count(questions, "question")} of your quiz bank. Last measured: ${latest}.`), shown, picture, ...verdict);
  }

  watch();
  return { element: h("section", { class: "trial" }, h("h3", {}, "What it does to the search"), remark("The search runs on a copy; your index stays as it is."), row(scope, k), h("div", { class: "trial-go" }, go, stop, bar), state, found) };
}

function list(title, all) {
  const items = all.map(({ question, quote }) => h("li", {}, question, h("q", {}, quote)));
  return [h("h4", {}, title), all.length ? h("ul", { class: "trial-questions" }, ...items) : null];
}
