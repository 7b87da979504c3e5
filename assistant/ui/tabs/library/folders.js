// The folders that notes come from: the workspace's own, and linked ones, which are only read.

import { button, h, icon, redraw } from "../../assets/dom.js";
import { fillIn } from "../../assets/dialogs.js";
import { announce, confirmed } from "../../assets/notices.js";
import * as api from "../../assets/api.js";
import { switchFor } from "../../assets/switch.js";

/** Makes the list. Gives {element, refresh}. */
export function foldersPart() {
  const rows = h("ul", { class: "folder-list" });
  const watching = switchFor("Notice changes and index them", false, (on) => act("folders/watch", { on }));
  const show = (state) => {
    if (!state) return;
    watching.set(state.watching);
    redraw(rows, state, () => state.folders.map((folder) => row(folder)));
  };
  const act = async (name, request) => {
    const answer = await api.call(name, request);
    await refresh();
    return answer;
  };
  const refresh = async () => show(await api.read("folders/current"));

  async function link() {
    const filled = await fillIn({
      title: "Link a folder",
      text: "Its notes are read where they are, and never changed: an Obsidian vault, a course folder, a drive. Give the whole path, as your file manager shows it.",
      fields: [{ name: "path", label: "Folder" }],
      action: "Link it",
    });
    const answer = filled && (await act("folders/link", filled));
    if (answer) announce(`${answer.name} is linked. Its notes are being read.`);
  }

  async function unlink({ name, path }) {
    const yes = await confirmed({ title: `Stop reading ${name}?`, text: `The notes in ${path} are removed from the index. The files stay as they are, and your cards keep their history.`, action: "Stop reading it" });
    if (yes && (await act("folders/unlink", { name }))) announce(`${name} is no longer read.`);
  }

  function row(folder) {
    const off = folder.name ? button("Unlink", { class: "link", "aria-label": `Unlink ${folder.name}`, on: { click: () => unlink(folder) } }) : null;
    return h("li", { class: folder.there ? "folder" : "folder folder-away" }, icon("folder"), h("div", {}, h("span", { class: "folder-name" }, folder.name || "Your notes folder"), h("code", {}, folder.path), h("span", { class: "folder-means" }, folder.means)), off);
  }

  const head = h("div", { class: "folders-head" }, h("h2", { class: "panel-title" }, "Folders"), watching.element, button("Link a folder", { class: "plain", on: { click: link } }, "plus"));
  return { element: h("section", { class: "folders", "aria-label": "Folders" }, head, rows), refresh };
}
