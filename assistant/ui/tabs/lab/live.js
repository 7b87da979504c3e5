// "See it live": a chip on a passage that defines what a lesson of the laboratory shows. It asks when nothing else is
// going on, all passages at once, and remembers; a passage is never held up by it.

import { button, h } from "../../assets/dom.js";
import * as api from "../../assets/api.js";
import * as store from "../../assets/store.js";

const PAUSE_MS = 400;
const known = new Map();
let waiting = [];
let timer = null;

/** Makes the place for the chip; it stays empty unless the passage {note, start, end} defines something. */
export function liveChip({ note, start, end }) {
  const slot = h("span", { class: "live-slot" });
  const place = { note, start, end };
  const key = JSON.stringify(place);
  if (known.has(key)) fill(slot, known.get(key));
  else {
    waiting.push({ slot, place, key });
    timer ??= setTimeout(ask, PAUSE_MS);
  }
  return slot;
}

/** Returns chips for all that a note defines, in a list; empty for nothing. */
export async function liveInNote(note) {
  const found = await api.reach("lab/live_in_note", { note });
  return (found?.live ?? []).map((one) => chip(one, `See it live: ${one.title}`));
}

async function ask() {
  timer = null;
  if (document.body.dataset.busy === "yes") return void (timer = setTimeout(ask, PAUSE_MS)); // an answer is being written
  const batch = waiting;
  waiting = [];
  const found = await api.reach("lab/live", { places: batch.map(({ place }) => place) });
  if (!found?.live) return;
  batch.forEach(({ slot, key }, index) => {
    known.set(key, found.live[index]);
    fill(slot, found.live[index]);
  });
}

function fill(slot, found) {
  if (found) slot.replaceChildren(chip(found));
}

function chip({ lesson, title, term }, label = "See it live") {
  const open = () => {
    document.body.dataset.drawer = "";
    store.get("openLesson")(lesson, term);
  };
  return button(label, { class: "live-chip", "data-lesson": lesson, "aria-label": `See it live: ${term}, in the lesson ${title}`, title: `${term}: the lesson ${title} shows it on your notes`, on: { click: open } });
}
