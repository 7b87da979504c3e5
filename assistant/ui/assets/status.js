// The status line: whether the model is ready, notes, long work with its progress, and what waits.

import { button, h, redraw } from "./dom.js";
import { showSettings } from "../tabs/chat/settings.js";
import * as api from "./api.js";
import * as store from "./store.js";
import { goTo, setCount } from "./tabs.js";
import { acceptDrops } from "./upload.js";
import { warming } from "./warming.js";

const PAUSE_MS = 1500;
const SILENCE_MS = 10_000;
let fingerprint = null;

export function status(root) {
  acceptDrops();
  const [before, behind] = [h("span", { class: "parts" }), h("span", { class: "parts" })];
  const warm = warming();
  root.append(h("div", { class: "status-line" }, before, button("Settings", { class: "link settings-link", on: { click: () => showSettings() } }), warm.element, behind));
  let heard = performance.now();
  const listen = async () => {
    const state = await api.reach("page/status", {}, { signal: AbortSignal.timeout(SILENCE_MS) });
    if (state && !state.error) hear(state);
    else if (!document.hidden && performance.now() - heard > SILENCE_MS) fallSilent();
    setTimeout(listen, PAUSE_MS);
  };
  const fallSilent = () => {
    redraw(before, "silent", silent);
    redraw(behind, "silent", () => []);
    warm.element.hidden = true;
  };
  const hear = ({ warm: ahead, ...state }) => {
    heard = performance.now();
    store.set("status", state);
    setCount("Review", state.study?.due);
    const { engine, model, notes, build, fault, waiting, study } = state;
    redraw(before, [engine, model, notes], () => lasting(state));
    redraw(behind, [build, fault, waiting, study?.bank], () => passing(state));
    warm.show(ahead);
    if (state.fingerprint !== fingerprint) refresh(state);
  };
  listen();
  return null;
}

function silent() {
  return h("span", { class: "engine engine-failed", role: "alert" }, h("span", { class: "dot", "aria-hidden": "true" }), "The program does not respond. If it was closed, start it again and reload this page.");
}

/** The notes changed: what can be asked about and the library are asked for again. */
async function refresh(state) {
  fingerprint = state.fingerprint;
  const contents = await api.read("library/contents");
  if (contents) store.set("contents", contents);
  const library = await api.read("library/notes");
  if (!library) return;
  store.set("sample", library.sample);
  store.set("library", library);
}

/** What always stands in the line. */
function lasting({ engine, model, notes }) {
  return [
    h("span", { class: `engine engine-${engine.state}`, title: engine.mend || engine.means || model, tabindex: engine.state === "ready" ? null : "0" }, h("span", { class: "dot", "aria-hidden": "true" }), engine.word),
    engine.mend ? h("span", { class: "mend" }, engine.mend) : null,
    h("span", { class: "counts" }, notes),
  ];
}

/** What comes and goes: work under way, and what waits for it. */
function passing({ build, fault, waiting, study }) {
  return [
    study?.bank && !build ? bankPart(study.bank) : null,
    build ? buildPart(build) : null,
    fault && !build ? h("span", { class: "fault", title: fault, tabindex: "0" }, fault) : null,
    waiting && !build ? waitingPart(waiting) : null,
  ];
}

function buildPart(build) {
  const value = build.share === null ? {} : { value: String(build.share) };
  return h(
    "span",
    { class: "build", title: build.current },
    h("progress", { max: "1", ...value, "aria-label": "Index" }),
    h("span", {}, build.says),
    button("Cancel", { class: "link", on: { click: () => api.call("library/cancel") } })
  );
}

/** Questions are being written; a quiz can begin with those that are ready. */
function bankPart({ says, share, ready }) {
  return h(
    "span",
    { class: "build" },
    h("progress", { max: "1", value: String(share), "aria-label": "Questions" }),
    h("span", {}, says),
    ready ? button("Start now", { class: "link", on: { click: () => goTo("Quiz") } }) : null,
    button("Cancel", { class: "link", on: { click: () => api.call("quiz/stop_writing") } })
  );
}

function waitingPart(says) {
  return h("span", { class: "waiting" }, says, " ", button("Update now", { class: "link", on: { click: () => api.call("library/update") } }));
}
