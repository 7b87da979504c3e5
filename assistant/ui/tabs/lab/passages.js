// Where the student's notes define what a lesson shows.

import { h } from "../../assets/dom.js";
import { whenNear } from "./check.js";
import { passage } from "../../assets/passage.js";
import * as api from "../../assets/api.js";

export function passages(found) {
  const list = h("div", { class: "lab-passages" });
  const element = h("section", { class: "lab-part lab-notes" }, h("h2", { class: "label" }, "Where your notes say it"), list);
  whenNear(element, async () => {
    const answer = await api.reach("lab/passages", { lesson: found.id });
    if (!answer || answer.error) return list.replaceChildren(h("p", { class: "remark" }, answer?.error?.message ?? ""));
    list.replaceChildren(...(answer.passages.length ? answer.passages.map((one) => passage(one, "From your notes", { live: false })) : [h("p", { class: "remark" }, answer.says)]));
  });
  return element;
}
