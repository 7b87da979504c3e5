// The status line: model, notes, speed, long work with its progress, and what waits.

import { button, h, redraw } from "./dom.js";
import * as store from "./store.js";
import { acceptDrops } from "./upload.js";

const SILENCE_MS = 10_000;
let fingerprint = null;

export function status(root, { server, upload }) {
  store.set("server", server);
  store.set("upload", upload);
  acceptDrops();
  const line = h("div", { class: "status-line" });
  root.append(line);
  let heard = performance.now();
  setInterval(() => {
    if (!document.hidden && performance.now() - heard > SILENCE_MS) redraw(line, "silent", silent);
  }, 2000);
  return ({ beat, ...state }) => {
    heard = performance.now();
    if (!state.engine) return;
    store.set("status", state);
    redraw(line, state, () => parts(state));
    if (state.fingerprint !== fingerprint) refresh(state);
  };
}

function silent() {
  return h("span", { class: "engine engine-failed", role: "alert" }, h("span", { class: "dot", "aria-hidden": "true" }), "The program does not answer. If it was ended, start it again and reload this page.");
}

/** The notes changed: what can be asked about and the library are asked for again. */
async function refresh(state) {
  fingerprint = state.fingerprint;
  const contents = await store.call("contents");
  if (contents) store.set("contents", contents);
  const library = await store.call("notes");
  if (!library) return;
  store.set("sample", library.sample);
  store.set("library", library);
}

function parts(state) {
  const { engine, build } = state;
  return [
    h("span", { class: "model" }, state.model),
    h("span", { class: `engine engine-${engine.state}`, title: engine.mend || engine.means, tabindex: engine.state === "ready" ? null : "0" }, h("span", { class: "dot", "aria-hidden": "true" }), engine.word),
    engine.mend ? h("span", { class: "mend" }, engine.mend) : null,
    h("span", { class: "counts" }, state.notes),
    state.speed ? h("span", { class: "speed" }, state.speed) : null,
    build ? buildPart(build) : null,
    state.fault && !build ? h("span", { class: "fault", title: state.fault, tabindex: "0" }, state.fault) : null,
    state.waiting && !build ? waitingPart(state.waiting) : null,
  ];
}

function buildPart(build) {
  const value = build.share === null ? {} : { value: String(build.share) };
  return h(
    "span",
    { class: "build", title: build.current },
    h("progress", { max: "1", ...value, "aria-label": "Index" }),
    h("span", {}, build.says),
    button("Cancel", { class: "link", on: { click: () => store.call("cancel") } })
  );
}

function waitingPart(says) {
  return h("span", { class: "waiting" }, says, " ", button("Update now", { class: "link", on: { click: () => store.call("update") } }));
}
