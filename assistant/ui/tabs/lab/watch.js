// What the lessons share that watch the model write: following slow work, and tokens as they are drawn.

import { h } from "../../assets/dom.js";

const POLL_MS = 350;

/**
 * Follows work in the background until it ends, is overtaken by newer work, or the lesson is closed. `show(state)` draws
 * each state. Resolves to the last one, or null.
 */
export async function follow(lesson, call, started, show) {
  let state = started;
  while (state && state.run === started.run) {
    show(state);
    if (state.state !== "running" || lesson.signal.aborted) return state;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    state = await lesson.call(call);
  }
  return null;
}

export const percent = (share) => (share > 0 && share < 0.001 ? "< 0.1 %" : `${(100 * share).toLocaleString("en", { maximumFractionDigits: share < 0.1 ? 1 : 0 })} %`);

/** A token as text, with its blanks and line ends made visible. */
export function visible(text) {
  return text.replaceAll(" ", "␣").replaceAll("\n", "⏎").replaceAll("\t", "⇥") || "∅";
}

/** How sure the model was, in three steps: shown by the line below a token as well as by its colour. */
export function sureness(p) {
  if (p >= 0.8) return "sure";
  return p >= 0.4 ? "fair" : "unsure";
}

/**
 * The tokens of an answer, coloured by their probability; `choose(place)` hears of the one that was chosen. The arrow keys
 * go from token to token. `element.update(choices)` adds what is new.
 */
export function tokenLine(label, choose) {
  const line = h("div", { class: "token-line", role: "listbox", "aria-label": label, "aria-orientation": "horizontal" });
  let chosen = -1;

  function pick(place) {
    const all = [...line.children];
    if (!all.length) return;
    chosen = Math.max(0, Math.min(all.length - 1, place));
    all.forEach((each, i) => {
      each.setAttribute("aria-selected", String(i === chosen));
      each.tabIndex = i === chosen ? 0 : -1;
    });
    choose(chosen);
  }

  function token(one, place) {
    const says = `${visible(one.text)}, ${percent(one.p)}`;
    return h("span", { class: `token token-${sureness(one.p)}`, role: "option", tabindex: place === 0 ? "0" : "-1", title: says, "aria-label": says, "aria-selected": "false", on: { click: () => pick(place) } }, visible(one.text));
  }

  line.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step && event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    event.stopPropagation();
    pick(step ? chosen + step : [...line.children].indexOf(document.activeElement));
    line.children[chosen]?.focus();
  });

  function update(choices) {
    if (choices.length < line.children.length) {
      line.replaceChildren();
      chosen = -1;
    }
    line.append(...choices.slice(line.children.length).map((one, i) => token(one, line.children.length + i)));
  }

  return Object.assign(line, { update, pick, chosen: () => chosen });
}

/** What a token could have been: names with bars. */
export function alternatives(one) {
  const rows = one.others.some((other) => other.text === one.text && other.p === one.p) ? one.others : [...one.others, { text: one.text, p: one.p }];
  const bar = (other) => {
    const own = other.text === one.text && other.p === one.p;
    return h(
      "li",
      { class: own ? "other own" : "other" },
      h("code", {}, visible(other.text)),
      h("span", { class: "other-track", "aria-hidden": "true" }, h("span", { class: "other-bar", style: `width:${Math.max(0.5, 100 * other.p)}%` })),
      h("span", { class: "other-p" }, percent(other.p)),
      own ? h("span", { class: "other-own" }, "written") : null
    );
  };
  return h("ul", { class: "others" }, ...rows.map(bar));
}

/** The sentences of an answer, each with the words of the notes that support it or why nothing does. */
export function sentenceList(sentences) {
  const proof = (citation) => h("blockquote", { class: "proof" }, h("span", { class: "proof-trail" }, citation.trail.join(" › ")), h("span", { class: "proof-text" }, citation.text));
  const one = (sentence) => {
    const state = !sentence.claim ? "nothing to check" : sentence.supported ? `supported: ${percent(sentence.score)} of its words` : `not supported: ${sentence.reason}`;
    return h("li", { class: `said ${!sentence.claim ? "said-plain" : sentence.supported ? "said-supported" : "said-unsupported"}` }, h("p", { class: "said-text" }, sentence.text), h("p", { class: "said-state" }, state), ...sentence.citations.map(proof));
  };
  return h("ol", { class: "said-list" }, ...sentences.map(one));
}
