// The folders that notes come from: the workspace's own, and linked ones, which are only read.

import { button, h, icon, redraw } from "./dom.js";
import { fillIn } from "./dialogs.js";
import { announce, confirmed } from "./notices.js";
import * as store from "./store.js";
import { switchFor } from "./switch.js";

/** Makes the list. Gives {element, refresh}. */
export function foldersPart() {
  const rows = h("ul", { class: "folder-list" });
  const watching = switchFor("Notice changes and index them", false, (on) => act("folder_watch", { on }));
  const show = (state) => {
    if (!state) return;
    watching.set(state.watching);
    redraw(rows, state, () => state.folders.map((folder) => row(folder)));
  };
  const act = async (name, request) => {
    const answer = await store.call(name, request);
    await refresh();
    return answer;
  };
  const refresh = async () => show(await store.read("folders"));

  async function link() {
    const filled = await fillIn({
      title: "Link a folder",
      text: "Its notes are read where they are, and never changed: an Obsidian vault, a course folder, a drive. Give the whole path, as your file manager shows it.",
      fields: [{ name: "path", label: "Folder" }],
      action: "Link it",
    });
    const answer = filled && (await act("folder_link", filled));
    if (answer) announce(`${answer.name} is linked. Its notes are being read.`);
  }

  async function unlink({ name, path }) {
    const yes = await confirmed({ title: `Stop reading ${name}?`, text: `The notes in ${path} leave the index. The files stay as they are, and your cards keep their history.`, action: "Stop reading it" });
    if (yes && (await act("folder_unlink", { name }))) announce(`${name} is not read any more.`);
  }

  function row(folder) {
    const off = folder.name ? button("Unlink", { class: "link", "aria-label": `Unlink ${folder.name}`, on: { click: () => unlink(folder) } }) : null;
    return h("li", { class: folder.there ? "folder" : "folder folder-away" }, icon("folder"), h("div", {}, h("span", { class: "folder-name" }, folder.name || "Your notes folder"), h("code", {}, folder.path), h("span", { class: "folder-means" }, folder.means)), off);
  }

  const head = h("div", { class: "folders-head" }, h("h2", { class: "panel-title" }, "Folders"), watching.element, button("Link a folder", { class: "plain", on: { click: link } }, "plus"));
  return { element: h("section", { class: "folders", "aria-label": "Folders" }, head, rows), refresh };
}
