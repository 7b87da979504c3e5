// The guess before the reveal: what a student has guessed he wants to know, and remembers.

import { button, h } from "../../assets/dom.js";
import { choice, slider } from "./parts.js";

/** Makes the place. Returns {element, predict, reveal}. */
export function predictor({ onGuess, say }) {
  const body = h("div", { class: "predict-body" });
  const result = h("div", { class: "predict-result" });
  const element = h("section", { class: "lab-part lab-predict", hidden: true }, h("h2", { class: "label" }, "Predict"), body, result);
  let pending = null;
  let guessed = null;
  let names = new Map();
  let unit = "";

  /** Asks for a guess. Resolves to it, or to null where the student skips it or is asked something else. */
  function predict({ ask, options = null, range = null }) {
    pending?.(null);
    guessed = null;
    element.hidden = false;
    result.replaceChildren();
    unit = range?.unit ?? "";
    names = new Map((options ?? []).map((option) => (typeof option === "object" ? [option.value, option.label] : [option, option])));
    return new Promise((resolve) => {
      pending = resolve;
      const control = options ? choice({ label: ask, options, value: null }) : slider({ label: ask, ...range, value: range.value ?? middle(range) });
      const end = (value) => {
        pending = null;
        guessed = value;
        body.replaceChildren(h("p", { class: "predict-ask" }, ask), h("p", { class: "predict-guess" }, value === null ? "You did not guess." : `Your guess: ${written(value)}.`));
        if (value !== null) onGuess();
        resolve(value);
      };
      const commit = button("That is my guess", { class: "primary", on: { click: () => control.value() !== null && end(control.value()) } });
      body.replaceChildren(control, h("div", { class: "sheet-actions" }, commit, button("Show me", { class: "quiet", on: { click: () => end(null) } })));
    });
  }

  /** Sets the guess beside the truth. */
  function reveal({ truth, says = "" }) {
    const verdict = guessed === null ? "" : compared(guessed, truth);
    const told = `${verdict} ${guessed === null || !verdict.includes(written(truth)) ? `It is ${written(truth)}.` : ""} ${says}`.replace(/\s+/g, " ").trim();
    result.replaceChildren(h("p", { class: "predict-told" }, told));
    element.hidden = false;
    say(told);
  }

  function written(value) {
    if (typeof value === "number") return `${value.toLocaleString("en", { maximumFractionDigits: 3 })}${unit ? ` ${unit}` : ""}`;
    return names.get(value) ?? String(value);
  }

  function compared(guess, truth) {
    if (guess === truth) return `Right: ${written(truth)}.`;
    if (typeof guess !== "number" || typeof truth !== "number") return `You guessed ${written(guess)}.`;
    return `You guessed ${written(guess)}, which is ${guess > truth ? "too high" : "too low"}.`;
  }

  return { element, predict, reveal };
}

function middle({ min, max, step = 1 }) {
  return min + Math.round((max - min) / 2 / step) * step;
}
