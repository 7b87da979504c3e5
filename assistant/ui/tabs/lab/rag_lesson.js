// The lesson on RAG: one question followed from its tokens to the cited answer, and what changes when it is spoilt.

import { button as plain, count, h } from "../../assets/dom.js";
import { button, field, remark } from "./parts.js";
import { experiments } from "./rag_changes.js";
import { alternatives, follow, percent, sentenceList, tokenLine, visible } from "./watch.js";

const SECTION_STATES = {
  read: "read",
  packed: "fits",
  enough: "not needed: the best section was enough",
  later: "fits, but was never read before: left out to save time",
  long: "cut: beyond the budget",
};
const ANSWER_STATES = { from_notes: "From your notes", partly: "Partly from your notes", unsupported: "Not supported by your notes", abstained: "Not in your notes" };

export async function mount(area, lesson) {
  const begun = await lesson.call("begin");
  if (!begun) return;
  const guess = lesson.predict({ ask: "You ask one question, about ten words long. How many tokens does the model read before it writes its first word?", range: { min: 0, max: 2000, step: 50, unit: "tokens" } });
  const question = field({ label: "Your question", value: lesson.term ? `What is ${lesson.term}?` : begun.question });
  const go = button("Follow it", run, { primary: true });
  const stop = button("Stop", () => lesson.call("stop"));
  const told = h("p", { class: "remark rag-told", role: "status" });
  const path = journey(lesson);
  const spoil = experiments(lesson, begun.system);
  stop.hidden = spoil.hidden = path.element.hidden = true;
  question.input.addEventListener("keydown", (event) => event.key === "Enter" && run());
  lesson.signal.addEventListener("abort", () => lesson.call("stop"));
  area.append(question, h("div", { class: "rag-buttons" }, go, stop), told, path.element, spoil);

  async function run() {
    const started = await lesson.call("start", { question: question.value() });
    if (!started) return;
    path.clear();
    path.element.hidden = false;
    spoil.hidden = true;
    go.disabled = !(stop.hidden = false);
    const last = await follow(lesson, "look", started, show);
    go.disabled = !(stop.hidden = true);
    if (!last?.journey) return (told.textContent = "");
    told.textContent = last.state === "stopped" ? "Stopped. What was done until then is below." : "Done. Open any step.";
    await path.finish(last.journey);
    if (last.state !== "done") return;
    lesson.say(`Done. ${path.says(last.journey)}`);
    spoil.begin(last.journey);
    const { answer, reading } = last.journey;
    if (reading && (await guess) !== undefined) lesson.reveal({ truth: reading.total, says: readBefore(answer.cached_tokens) });
  }

  function show({ journey: state }) {
    told.textContent = phase(state);
    if (state) path.draw(state);
  }
}

function phase(state) {
  if (!state) return "Loading what is needed...";
  const again = state.restarts ? "A question in the chat went first; this started again. " : "";
  if (state.answer) return "";
  if (state.choices.length) return `${again}Writing token ${state.choices.length}...`;
  if (state.reading) return `${again}Reading ${state.reading.done.toLocaleString("en")} of ${state.reading.total.toLocaleString("en")} tokens...`;
  return `${again}${state.packed ? "The model loads the sections" : "Searching, and waiting for the model"}...`;
}

/** The steps of a journey. Each is a line that can be opened; what is inside is drawn when it is. */
function journey(lesson) {
  const steps = [
    step("tokens", "The question becomes tokens", () => questionTokens(lesson)),
    step("vector", "It becomes a vector, a place on the map", async () => figureOf(lesson, "place")),
    step("search", "Search ranks your passages", (state) => ranked(state.search, lesson.open)),
    step("pack", "The best sections are packed", (state) => packing(state.packed)),
    step("gate", "Is the answer in them?", (state) => gates(state)),
    step("prompt", "The model reads the prompt", () => promptTokens(lesson)),
    step("write", "The answer is written, token by token", (state, inside) => writing(lesson, state, inside), true),
    step("cite", "Each sentence is traced back", (state) => (state.sentences.length ? sentenceList(state.sentences) : remark("No sentence was written."))),
  ];
  const element = h("ol", { class: "journey" }, ...steps.map((each) => each.element));
  const by = Object.fromEntries(steps.map((each) => [each.name, each]));

  function draw(state) {
    by.tokens.reach(state, "for the model that searches and for the one that writes");
    by.vector.reach(state, "");
    if (state.search) by.search.reach(state, `${count(state.search.hits.length, "passage")} found`);
    if (state.packed) by.pack.reach(state, `${count(state.packed.sections.length, "section")}, room for ${state.packed.budget.toLocaleString("en")} tokens`);
    if (state.looks.length) by.gate.reach(state, `${percent(state.looks.at(-1).probability)} sure`);
    if (state.reading) by.prompt.reach(state, `${state.reading.done.toLocaleString("en")} of ${state.reading.total.toLocaleString("en")} tokens`);
    if (state.choices.length) by.write.reach(state, count(state.choices.length, "token"), true);
    if (state.sentences.length) by.cite.reach(state, `${state.sentences.filter((each) => each.supported && each.claim).length} of ${count(state.sentences.filter((each) => each.claim).length, "claim")} supported`);
  }

  return {
    element,
    draw,
    clear: () => steps.forEach((each) => each.clear()),
    says,
    finish: async (state) => {
      draw(state);
      if (!state.choices.length && state.answer) by.write.reach(state, "nothing: the assistant declined to answer", true);
      for (const each of steps) each.settle(state);
    },
  };
}

function says({ answer }) {
  return answer ? ANSWER_STATES[answer.state] : "";
}

/** One step: `make(state)` draws its inside when it is open; `live` draws again with every state. */
function step(name, title, make, live = false) {
  const note = h("span", { class: "step-note" });
  const inside = h("div", { class: "step-inside" });
  const details = h("details", { class: "step" }, h("summary", {}, h("span", { class: "step-head" }, h("span", { class: "step-title" }, title), note)), inside);
  const element = h("li", { class: `journey-step journey-${name} waiting` }, details);
  let state = null;
  let drawnFor = null;
  let settled = false;
  details.addEventListener("toggle", fill);

  async function fill() {
    if (!details.open || !state || drawnFor === state || (!live && drawnFor && !settled)) return;
    drawnFor = state;
    const made = await make(state, inside);
    if (made && drawnFor) inside.replaceChildren(made);
  }

  return {
    name,
    element,
    reach(next, text, open = false) {
      const first = element.classList.contains("waiting");
      element.classList.remove("waiting");
      note.textContent = text;
      state = next;
      if (first && open) details.open = true;
      fill();
    },
    settle(next) {
      settled = true;
      if (!element.classList.contains("waiting")) {
        state = next;
        fill();
      }
    },
    clear() {
      element.classList.add("waiting");
      details.open = false;
      state = drawnFor = null;
      settled = false;
      note.textContent = "";
      inside.replaceChildren();
    },
  };
}

async function figureOf(lesson, call) {
  const found = await lesson.call(call);
  return found && lesson.figure(found.figure);
}

async function questionTokens(lesson) {
  const found = await lesson.call("question");
  if (!found) return null;
  const line = (split, who) => {
    const pieces = split.pieces.filter((piece) => piece.id !== null);
    return h("div", {}, h("p", { class: "remark" }, `${who} (${split.name}): ${count(split.count, "token")}`), h("div", { class: "token-line" }, ...pieces.map((piece) => h("span", { class: "token token-plain", title: `number ${piece.id}` }, visible(piece.token || textOf(piece))))));
  };
  return h("div", { class: "step-parts" }, line(found.writer, "The model that writes"), line(found.searcher, "The model that searches"), plain("More on tokens", { class: "link", on: { click: () => lesson.open("tokens") } }));
}

function textOf(piece) {
  return (piece.runs ?? []).map((run) => (Array.isArray(run) ? run[0] : run.text)).join("");
}

/** A passage or section in a list: where it stands, how it begins, and what is known of it. */
function entry(place, facts, note = "") {
  return h("li", { class: "entry" }, h("span", { class: "proof-trail" }, place.trail.join(" › ")), h("span", { class: "proof-text" }, place.text), h("span", { class: "entry-facts" }, ...facts.map((fact) => h("span", {}, fact))), note ? h("span", { class: "step-note" }, note) : null);
}

function ranked(search, open) {
  const rank = (place, score) => (place === null ? "not found" : `${place}. (${score})`);
  const line = (hit) => entry(hit, [`by meaning ${rank(hit.dense, hit.cosine.toFixed(2))}`, `by words ${rank(hit.lexical, hit.bm25.toFixed(1))}`, `together ${hit.score.toFixed(2)}`]);
  const corrected = search.corrections.map(([typed, meant]) => `“${typed}” was read as “${meant}”.`).join(" ");
  const missing = search.missing.length ? ` Not in your notes: ${search.missing.join(", ")}.` : "";
  return h("div", { class: "step-parts" }, remark(`The place in each of the two searches, with the score there (cosine, BM25), and the score of both together. ${corrected}${missing}`), h("ol", { class: "entries" }, ...search.hits.map(line)), plain("More on search", { class: "link", on: { click: () => open("search") } }));
}

function packing(packed) {
  const total = packed.sections.reduce((sum, section) => sum + section.tokens, 0);
  const wide = Math.max(packed.budget, total, 1);
  const bar = h("div", { class: "budget", role: "img", "aria-label": `${total} tokens found, room for ${packed.budget}` }, ...packed.sections.map((section, place) => h("span", { class: `budget-part budget-${section.state}`, style: `width:${(100 * section.tokens) / wide}%` }, String(place + 1))), h("span", { class: "budget-limit", style: `left:${(100 * packed.budget) / wide}%` }));
  const line = (section) => entry(section, [`${count(section.tokens, "token")}`, SECTION_STATES[section.state]], section.kept ? "Read before: it costs nothing now." : "");
  const note = packed.parts ? "Not even the best section fits, so its best passages are read instead." : `The line marks the room for notes: ${count(packed.budget, "token")}. Nothing is ever cut in the middle.`;
  return h("div", { class: "step-parts" }, bar, remark(note), h("ol", { class: "entries" }, ...packed.sections.map(line)));
}

function gates(state) {
  const look = (each) => {
    const who = each.margin === null ? "First look, without the model" : `The model has read ${count(each.sections, "section")}`;
    const why = each.margin === null ? `Best cosine ${each.cosine.toFixed(2)}; ${percent(each.coverage)} of the question's words are in the sections, which ${each.stated ? "say" : "do not say"} what it assumes.` : `Asked separately “do the notes contain the answer?”, it prefers ${each.margin >= 0 ? "Yes" : "No"} by ${Math.abs(each.margin).toFixed(1)} (difference of the log-probabilities).`;
    const decided = each.goes_on ? "not sure enough: it reads more sections" : each.probability < each.threshold ? "below the threshold: the assistant declines to answer" : "continues";
    return h("li", { class: "entry" }, h("strong", {}, who), h("span", {}, why), h("span", { class: "entry-facts" }, h("span", {}, `${percent(each.probability)} sure`), h("span", {}, `${percent(each.threshold)} needed`), h("span", {}, decided)));
  };
  const end = state.answer?.abstained ? remark(state.answer.reason) : "";
  return h("div", { class: "step-parts" }, h("ol", { class: "entries" }, ...state.looks.map(look)), end);
}

async function promptTokens(lesson) {
  const found = await lesson.call("prompt");
  if (!found) return null;
  const part = ({ kind, title, tokens, kept }) => h("details", { class: `prompt-part prompt-${kind}`, open: kind === "question" }, h("summary", {}, h("span", { class: "proof-trail" }, title), h("span", { class: "step-note" }, `${count(tokens.length, "token")}${kept ? ", from the section cache" : ""}`)), h("div", { class: kept ? "token-line kept" : "token-line" }, ...tokens.map((token) => h("span", { class: "token token-plain" }, visible(token)))));
  return h("div", { class: "step-parts" }, remark("Exactly these tokens were read, in this order. What the model made of a section is kept, so that the next question need not wait for it."), ...found.parts.map(part));
}

function writing(lesson, state, inside) {
  if (!state.choices.length) return remark(state.answer?.text ?? "Nothing was written.");
  let drawn = inside.firstElementChild?.writes ? inside.firstElementChild : null;
  if (!drawn) {
    const chosen = h("div", { class: "chosen-token", "aria-live": "polite" });
    let last = state;
    const line = tokenLine("Tokens of the answer", (place) => chosen.replaceChildren(h("p", { class: "remark" }, h("strong", {}, `Token ${place + 1}: `), "what else could have been written here, and how probable it was"), alternatives(last.choices[place])));
    const key = h("p", { class: "token-key" }, ...[["sure", "80 % and more"], ["fair", "40 to 80 %"], ["unsure", "below 40 %"]].map(([name, text]) => h("span", {}, h("span", { class: `token token-${name}`, "aria-hidden": "true" }, "a"), ` ${text}`)));
    const picture = h("div", {});
    const ends = h("p", { class: "remark" });
    drawn = Object.assign(h("div", { class: "step-parts" }, key, line, chosen, ends, picture), {
      writes: (next) => {
        last = next;
        line.update(next.choices);
        if (!next.answer) return;
        if (line.chosen() < 0) line.pick(leastSure(next.choices));
        ends.textContent = ending(next);
        if (!picture.firstChild) figureOf(lesson, "certainty").then((made) => made && picture.replaceChildren(made));
      },
    });
    inside.replaceChildren(drawn);
  }
  drawn.writes(state);
  return null;
}

function leastSure(choices) {
  return choices.reduce((least, one, place) => (one.p < choices[least].p ? place : least), 0);
}

function ending({ answer }) {
  if (answer.draft) return `The chat withdraws this answer: ${answer.reason}`;
  return `In the chat this answer is marked “${ANSWER_STATES[answer.state]}”. First word after ${answer.first_token_s.toFixed(1)} s, all of it after ${answer.total_s.toFixed(1)} s.`;
}

function readBefore(tokens) {
  return tokens ? `${count(tokens, "token")} of them needed no computing: the sections were read before.` : "All of them had to be computed: these sections were not read before. Follow it again, and see.";
}
