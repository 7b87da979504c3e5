// Files from the student: dropped anywhere on the page, or chosen. Folders keep their structure.

import { h } from "./dom.js";
import { announce, announceError } from "./notices.js";
import * as api from "./api.js";

export function acceptDrops() {
  let depth = 0;
  const veil = h("div", { class: "drop-veil", hidden: true }, h("p", {}, "Drop to add to your notes"));
  document.body.append(veil);
  const hasFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
  addEventListener("dragenter", (event) => hasFiles(event) && ((depth += 1), (veil.hidden = false)));
  addEventListener("dragleave", (event) => hasFiles(event) && ((depth -= 1), (veil.hidden = depth <= 0)));
  addEventListener("dragover", (event) => hasFiles(event) && event.preventDefault());
  addEventListener("drop", async (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    depth = 0;
    veil.hidden = true;
    const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
    const files = (await Promise.all(entries.map((entry) => walk(entry, "")))).flat();
    await add(files.length ? files : [...event.dataTransfer.files].map((file) => ({ file, name: file.name })));
  });
}

async function walk(entry, folder) {
  if (entry.name.startsWith(".")) return [];
  if (entry.isFile) {
    const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
    return [{ file, name: folder + entry.name }];
  }
  const reader = entry.createReader();
  const found = [];
  for (;;) {
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!some.length) return (await Promise.all(found.map((child) => walk(child, `${folder}${entry.name}/`)))).flat();
    found.push(...some);
  }
}

export function chooseFiles() {
  choose({ multiple: true });
}

export function chooseFolder() {
  choose({ webkitdirectory: true });
}

function choose(attrs) {
  const input = h("input", { type: "file", hidden: true, "data-upload": "yes", ...attrs });
  input.addEventListener("change", () => {
    add([...input.files].map((file) => ({ file, name: file.webkitRelativePath || file.name })));
    input.remove();
  });
  input.addEventListener("cancel", () => input.remove());
  document.body.append(input);
  input.click();
}

const REFUSED = "Files of its kind cannot be read, or it is too large, or it is a folder that the browser cannot read. Add Markdown, text, PDF or office files.";

async function add(files) {
  const visible = files.filter(({ name }) => !name.split("/").some((part) => part.startsWith(".")));
  if (!visible.length) return;
  const arrived = [];
  for (const { file, name } of visible) {
    const sent = await api.upload(file);
    if (sent.error) announceError({ message: `${name} could not be added.`, hint: REFUSED });
    else arrived.push({ file: sent.file, name });
  }
  const answer = arrived.length ? await api.call("library/add", { files: arrived }) : null;
  if (answer) announce(added(answer.added));
}

function added(paths) {
  if (!paths.length) return "Nothing new: these files are already in your notes.";
  return paths.length === 1 ? `${paths[0]} was added.` : `${paths.length} notes were added.`;
}
