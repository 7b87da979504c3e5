// The lesson on metrics: an examination runs in the background; a threshold and two prices say what comes of it.

import { h, shape } from "../../assets/dom.js";
import { button, choice, remark, row, slider, table } from "./parts.js";

const POLL_MS = 400;
const SURE = 0.8;
const SAYS = {
  yours: "from your quiz bank",
  hidden: "this part is hidden",
  elsewhere: "another subject",
  course: "written for the course",
  "course, near": "near the course, not in it",
  "course, far": "another subject",
};

export async function mount(area, lesson) {
  const open = await lesson.call("open");
  if (!open) return;
  const guess = lesson.predict({
    ask: "Suppose it answers only when it is at least 80 % sure. Of 100 questions that your notes do answer, how many does it answer?",
    range: { min: 0, max: 100, step: 5, unit: "of 100" },
  });
  let chosen = "fp";
  const bar = h("progress", { class: "metrics-bar", max: 1, value: 0, "aria-label": "Questions asked" });
  const told = h("p", { class: "remark", role: "status" });
  const stop = button("Stop", () => lesson.call("stop"));
  const running = h("div", { class: "metrics-run" }, bar, told, stop);
  const source = choice({ label: "Ask it", options: open.sources, value: open.sources[0].value, on: () => begin(false) });
  const again = button("Ask again, with the model", () => begin(true));
  const threshold = slider({ label: "It answers from this probability on", min: 0, max: 100, value: 100 * open.first, unit: "%", on: draw });
  const wrong = slider({ label: "Price of a wrong answer", min: 0, max: 10, value: 1, on: draw });
  const refusal = slider({ label: "Price of a needless refusal", min: 0, max: 10, value: 1, on: draw });
  const cheapest = button("Go to the cheapest", () => {});
  const cells = h("div", { class: "metrics-cells", role: "group", "aria-label": "Confusion matrix" });
  const examples = h("div", { class: "metrics-examples", "aria-live": "polite" });
  const rates = h("div", { class: "metrics-rates" });
  const price = h("p", { class: "metrics-price" });
  const pictures = h("div", { class: "metrics-pictures" });
  const board = h("div", { class: "metrics-board", hidden: true }, threshold, cells, examples, rates, pictures, row(wrong, refusal), h("div", { class: "metrics-best" }, price, cheapest));
  const made = h("p", { class: "remark" });
  area.append(open.sources.length > 1 ? row(source, again) : again, running, made, board);
  let shown = null;
  let best = null;
  let round = 0;
  cheapest.addEventListener("click", () => best !== null && (threshold.set(Math.round(100 * best)), draw()));

  const examined = await begin(false);
  await guess;
  if (!examined) return;
  const sure = await lesson.call("at", { threshold: SURE, wrong: 1, refusal: 1 });
  if (sure && sure.recall !== null) lesson.reveal({ truth: Math.round(100 * sure.recall), says: "Being sure costs answers: that share is called recall. Lower the threshold and see what it costs instead." });
  board.hidden = false;
  await draw();

  /** Starts an examination and follows it to its end; a newer one overtakes it. Resolves to whether there is one to show. */
  async function begin(withModel) {
    round += 1;
    const mine = round;
    let state = await lesson.call("run", { source: source.value(), model: withModel });
    running.hidden = false;
    while (state?.running && mine === round && !lesson.signal.aborted) {
      follow(state);
      if (!board.hidden && state.done) draw();
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      state = await lesson.call("state");
    }
    if (lesson.signal.aborted) return !(await lesson.call("stop"));
    if (mine !== round) return true;
    running.hidden = true;
    if (!state) return false;
    made.textContent = howMade(state);
    if (withModel) threshold.set(Math.round(100 * open.second));
    if (!board.hidden) await draw();
    return state.done > 0;
  }

  function follow({ phase, done, total, model }) {
    bar.max = total || 1;
    total ? (bar.value = done) : bar.removeAttribute("value");
    told.textContent = total ? `${phase === "Asking" ? "Asked" : `${phase}:`} ${done} of ${total}${model ? "; the model reads for each, which takes seconds" : ""}.` : `${phase || "Beginning"}...`;
  }

  async function draw() {
    const found = await lesson.call("at", { threshold: threshold.value() / 100, wrong: wrong.value(), refusal: refusal.value() });
    if (!found) return;
    best = found.best.threshold;
    drawCells(found);
    rates.replaceChildren(table({ caption: "Rates", columns: ["Rate", "Value", "Counted", "In words"], rows: found.rates.map(([name, value, sum, means]) => [h("strong", {}, name), value, h("span", { class: "metrics-sum" }, sum), means]) }));
    price.textContent = `The errors cost ${found.cost.toLocaleString("en")} at ${threshold.value()} %. Cheapest is ${percent(best)}, with ${found.best.cost.toLocaleString("en")}.`;
    if (shown) for (const name of ["scores", "roc", "costs"]) shown[name].update(found[name]);
    else {
      shown = Object.fromEntries(["scores", "roc", "costs"].map((name) => [name, lesson.figure(found[name])]));
      pictures.append(shown.scores, shown.roc, shown.costs);
    }
    lesson.say(found.cells.map((cell) => `${cell.name} ${cell.count}`).join(", "));
  }

  function drawCells({ cells: all }) {
    const focused = document.activeElement?.dataset?.cell;
    const card = ({ key, name, means, count, right }) =>
      h(
        "button",
        { type: "button", class: `metrics-cell ${right ? "cell-right" : "cell-wrong"}`, "data-cell": key, "aria-pressed": String(key === chosen), on: { click: () => ((chosen = key), drawCells({ cells: all })) } },
        h("span", { class: "cell-name" }, shape(right ? "check" : "cross"), name),
        h("strong", { class: "cell-count" }, count.toLocaleString("en")),
        h("span", { class: "cell-means" }, means)
      );
    cells.replaceChildren(...all.map(card));
    if (focused) cells.querySelector(`[data-cell="${focused}"]`)?.focus();
    const { name, examples: some, count } = all.find(({ key }) => key === chosen);
    const line = ({ text, score, origin }) => h("li", {}, h("span", { class: "example-text" }, text), h("span", { class: "example-why" }, `${percent(score)} sure · ${SAYS[origin] ?? origin}`));
    examples.replaceChildren(h("h3", {}, count > some.length ? `${name}: ${some.length} of ${count}, the most surprising first` : name), some.length ? h("ul", { class: "metrics-list" }, ...some.map(line)) : remark("No question is here."));
  }
}

function howMade({ done, total, answerable, hidden, model }) {
  const asked = `${done} questions${done < total ? ` of ${total}` : ""}: ${answerable} that the notes answer and ${done - answerable} that they do not`;
  const how = hidden.length ? `. A copy of your index was made without ${hidden.length} parts of your notes (${names(hidden)}); quiz questions about those cannot be answered from it. Questions on other subjects came with the app.` : ". All were written by hand over the sample course.";
  return `${asked}${how} Scored ${model ? "with the model's own Yes or No" : "by the search alone, without the model"}.`;
}

function names(hidden) {
  const shown = hidden.slice(0, 3).map((name) => name.split(" > ").at(-1).replace(/\.md$/, ""));
  return shown.join(", ") + (hidden.length > 3 ? ", ..." : "");
}

function percent(share) {
  return `${Math.round(100 * share)} %`;
}
