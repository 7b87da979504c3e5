// The settings: a dialog that is drawn from what the program says of each one. A change counts when it is made.

import { button, h, redraw } from "../../assets/dom.js";
import { announceError } from "../../assets/notices.js";
import * as api from "../../assets/api.js";
import * as store from "../../assets/store.js";
import { serverFinder } from "./servers.js";

/** Opens the dialog, once. */
export async function showSettings() {
  if (document.querySelector("dialog[open]")) return;
  const before = document.activeElement;
  const found = await api.reach("settings/current");
  if (found.error) return announceError(found.error);
  const list = h("div", { class: "setting-list" });
  const done = h("p", { class: "setting-done", role: "status" });
  const dialog = h(
    "dialog",
    { class: "dialog settings view", "aria-labelledby": "settings-title" },
    h("div", { class: "settings-head" }, h("h2", { id: "settings-title" }, "Settings"), button("", { class: "quiet-icon", "aria-label": "Close the settings", on: { click: () => dialog.close() } }, "close")),
    list,
    h("p", { class: "settings-file" }, "These are written to ", h("code", {}, found.file), ", which has further settings."),
    h("div", { class: "settings-foot" }, done, button("Close", { class: "plain", on: { click: () => dialog.close() } }))
  );
  const change = async (key, value) => {
    const changed = await api.reach("settings/change", { key, value });
    done.textContent = changed.error ? `${changed.error.message} ${changed.error.hint}` : changed.done;
    draw(changed.error ? await api.reach("settings/current") : changed);
  };
  const draw = ({ settings }) => {
    store.set("settings", settings?.map(({ key, value }) => [key, value]));
    list.drawnFrom = null;
    redraw(list, settings, () => (settings ?? []).flatMap((setting) => (setting.key === "model.name" ? [one(setting, change), finder] : [one(setting, change)])));
  };
  const finder = serverFinder(async () => draw(await api.reach("settings/current")));
  draw(found);
  dialog.addEventListener("close", () => {
    dialog.remove();
    if (before?.isConnected) before.focus();
  });
  document.body.append(dialog);
  dialog.showModal();
}

function one(setting, change) {
  const id = `setting-${setting.key.replace(".", "-")}`;
  const says = [h("p", { class: "setting-says" }, setting.says), h("p", { class: "setting-effect" }, setting.effect)];
  if (setting.switch) {
    const on = setting.value === true;
    const toggle = h("button", { type: "button", role: "switch", class: "switch", id, "aria-checked": String(on), on: { click: () => change(setting.key, !on) } }, h("span", { class: "knob", "aria-hidden": "true" }), h("span", { class: "setting-title" }, setting.title));
    return h("section", { class: "setting", "data-key": setting.key }, toggle, ...says);
  }
  return h("fieldset", { class: "setting", "data-key": setting.key }, h("legend", { class: "setting-title" }, setting.title), ...says, ...setting.choices.map((choice, place) => option(setting, choice, `${id}-${place}`, change)));
}

function option(setting, { value, label, says, missing }, id, change) {
  const input = h("input", { type: "radio", name: setting.key, id, value: String(value), checked: value === setting.value, disabled: Boolean(missing), "aria-describedby": `${id}-says`, on: { change: () => change(setting.key, value) } });
  return h("div", { class: `setting-choice ${missing ? "missing" : ""}` }, input, h("label", { for: id }, label), h("p", { id: `${id}-says` }, says, missing ? h("span", { class: "setting-missing" }, ` ${missing}`) : null));
}
