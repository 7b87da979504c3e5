// Servers of models on this computer, within the settings: looked for, one added, and tried out.

import { button, h } from "../../assets/dom.js";
import * as api from "../../assets/api.js";

/** Returns the part of the dialog; `added` is called when there is a model more to choose. */
export function serverFinder(added) {
  const says = h("p", { class: "setting-says", role: "status" });
  const found = h("div", { class: "servers" });
  const tell = ({ error }, otherwise = "") => (says.textContent = error ? `${error.message} ${error.hint}` : otherwise);
  const find = button("Find servers on this computer", { class: "plain", on: { click: () => once(find, "Looking at the usual ports …", look) } });

  async function once(pressed, meanwhile, work) {
    if (pressed.getAttribute("aria-disabled")) return;
    pressed.setAttribute("aria-disabled", "true");
    says.textContent = meanwhile;
    await work();
    pressed.removeAttribute("aria-disabled");
  }

  async function look() {
    const answer = await api.reach("servers/find");
    tell(answer, answer.says);
    found.replaceChildren(...(answer.servers ?? []).map(server));
    if (answer.servers?.length) says.textContent = `${answer.servers.length === 1 ? "A server answers" : `${answer.servers.length} servers answer`}.`;
  }

  function server({ program, url, fault, models }) {
    const list = models.map((offered) => model(url, offered));
    return h("section", { class: "server" }, h("p", { class: "server-name" }, program, " ", h("code", {}, url)), fault ? h("p", {}, fault) : null, !fault && !models.length ? h("p", {}, "It offers no model yet.") : null, h("ul", {}, ...list));
  }

  function model(url, offered) {
    const tried = h("ul", { class: "server-tried" });
    const press = offered.name
      ? button("Try it out", { class: "plain", "aria-label": `Try out ${offered.model}`, on: { click: () => once(press, TRYING, () => check(offered.name, tried)) } })
      : button("Add", { class: "plain", "aria-label": `Add ${offered.model}`, on: { click: () => once(press, "Adding it …", () => add(url, offered, press)) } });
    return h("li", { class: "server-model" }, h("span", { class: "server-model-name" }, offered.model), press, tried);
  }

  async function add(url, { model: wanted }, press) {
    const answer = await api.reach("servers/add", { url, model: wanted });
    if (answer.error) return tell(answer);
    await added();
    const fresh = model(url, { model: wanted, name: answer.name });
    press.closest("li").replaceWith(fresh);
    fresh.querySelector("button").focus();
    says.textContent = `${answer.done} ${TRYING}`;
    await check(answer.name, fresh.querySelector(".server-tried"), answer.done);
  }

  async function check(name, tried, done = "") {
    const answer = await api.reach("servers/check", { name });
    tried.replaceChildren(...(answer.abilities ?? []).map(({ has, says: what }) => h("li", { class: has ? "has" : "lacks" }, h("span", { class: "server-mark" }, has ? "Yes: " : "No: "), what)));
    tell(answer, `${done} ${name} was tried out; what came of it is below.`.trim());
  }

  return h("section", { class: "setting server-finder" }, h("p", { class: "setting-says" }, "A model of Ollama, LM Studio, llama-server or vLLM on this computer can write, too."), find, says, found);
}

const TRYING = "Trying it out with four short questions, which say nothing of your notes …";
