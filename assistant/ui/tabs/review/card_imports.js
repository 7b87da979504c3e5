// Cards from elsewhere: a file is chosen, what it would bring is shown, and it is brought and taken back by a button.

import { button, count, h } from "../../assets/dom.js";
import { announce, announceError } from "../../assets/notices.js";
import * as api from "../../assets/api.js";

const ENDINGS = ".apkg,.colpkg,.txt,.csv,.tsv";

/** Lets the student choose a file of cards and imports it; `changed` is called after the cards have changed. */
export function importCards(changed) {
  const input = h("input", { type: "file", hidden: true, accept: ENDINGS, "data-upload": "cards" });
  input.addEventListener("change", () => {
    const file = input.files[0];
    input.remove();
    if (file) bring(file, changed);
  });
  input.addEventListener("cancel", () => input.remove());
  document.body.append(input);
  input.click();
}

async function bring(file, changed) {
  const sent = await api.upload(file);
  if (sent.error) return announceError({ message: `${file.name} could not be read.`, hint: sent.error.message });
  const seen = await api.call("cards/look", { file: sent.file, name: file.name });
  if (!seen) return;
  const chosen = await agreed(seen);
  if (!chosen) return;
  const added = await api.call("cards/add", { file: seen.file, keep_schedule: chosen.keep });
  if (!added) return;
  announce(added.says, { label: "Undo", run: () => undo(added.done, changed) });
  changed();
}

async function undo(done, changed) {
  const answer = await api.call("cards/undo", { done });
  if (!answer) return;
  announce(answer.says);
  changed();
}

/** Shows what a file would bring. Resolves to {keep}, or to null if the student does not want it. */
function agreed(seen) {
  const wanted = seen.new + seen.changed;
  return new Promise((resolve) => {
    const before = document.activeElement;
    const keep = seen.scheduled ? h("input", { type: "checkbox", id: "keep-schedule" }) : null;
    const act = wanted ? button(`Add ${count(seen.new, "card")}${seen.changed ? `, change ${seen.changed.toLocaleString("en")}` : ""}`, { class: "primary", on: { click: () => dialog.close("yes") } }) : null;
    const dialog = h(
      "dialog",
      { class: "dialog import-dialog", "aria-labelledby": "import-title" },
      h("h2", { id: "import-title" }, `Cards of ${seen.name}`),
      h("p", { class: "import-count" }, seen.says),
      seen.first.length ? h("h3", {}, wanted > seen.first.length ? `The first ${seen.first.length}` : "They are") : null,
      seen.first.length ? h("ol", { class: "import-first" }, ...seen.first.map(({ front, back }) => h("li", {}, h("strong", {}, front), h("span", {}, back)))) : null,
      seen.remarks.length ? h("h3", {}, "Not read, or read as well as it goes") : null,
      seen.remarks.length ? h("ul", { class: "import-remarks" }, ...seen.remarks.map((remark) => h("li", {}, remark))) : null,
      keep ? h("label", { class: "import-keep", for: "keep-schedule" }, keep, `Keep when they are due (${count(seen.scheduled, "card")} that you learned there)`) : null,
      h("div", { class: "dialog-actions" }, button(wanted ? "Cancel" : "Close", { class: "plain", on: { click: () => dialog.close("no") } }), act)
    );
    dialog.addEventListener("close", () => {
      dialog.remove();
      if (before?.isConnected) before.focus();
      resolve(dialog.returnValue === "yes" ? { keep: Boolean(keep?.checked) } : null);
    });
    document.body.append(dialog);
    dialog.showModal();
    (act ?? dialog.querySelector("button")).focus();
  });
}
