// The lesson on clustering: k-means over the vectors of the passages, beside the student's own headings.

import { h } from "../../assets/dom.js";
import { button, choice, remark, row, slider, table } from "./parts.js";

export async function mount(area, lesson) {
  const open = await lesson.call("open");
  if (!open) return;
  const { passages, total, most, levels } = open;
  const first = Math.max(2, Math.min(levels[0].count, most));
  let seed = 0;
  const k = slider({ label: "Number of clusters, k", min: 2, max: most, value: first, on: draw });
  const level = levels.length > 1 ? choice({ label: "Compare with", options: levels.map(({ depth, label }) => ({ value: depth, label })), value: levels[0].depth, on: draw }) : null;
  const text = choice({ label: "The machine reads", options: [{ value: false, label: "passages with their headings" }, { value: true, label: "passages alone" }], value: false, on: draw });
  const other = button("Start from other centres", () => ((seed += 1), draw()));
  const said = h("p", { class: "clustering-says", role: "status" });
  const waiting = h("p", { class: "remark", hidden: true, role: "status" }, `Embedding ${Math.min(passages, 400)} passages without their headings; this takes some seconds...`);
  const shares = h("div", {});
  const passage = h("div", { class: "clustering-passage", "aria-live": "polite" }, remark("Choose a point to read its passage."));
  const board = h("div", { class: "clustering-board" });
  const asked = () => ({ k: k.value(), depth: level?.value() ?? levels[0].depth, bare: text.value(), seed });
  let shown = null;

  await lesson.predict({
    ask: `The machine puts your ${passages.toLocaleString("en")} passages into ${first} clusters without knowing which of your ${levels[0].label} they come from. What share will lie in a cluster where most come from their own ${levels[0].depth ? "heading" : "note"}?`,
    range: { min: 0, max: 100, step: 5, unit: "%" },
  });
  const truth = await lesson.call("show", { ...asked(), k: first });
  if (!truth) return;
  lesson.reveal({ truth: Math.round(100 * truth.purity), says: `By chance it would be ${percent(truth.chance)}. But careful: a passage is embedded together with its headings, so the vectors contain them. Let the machine read the passages alone.` });
  if (total > passages) area.append(remark(`Of your ${total.toLocaleString("en")} passages, ${passages.toLocaleString("en")} are used, spread evenly.`));
  area.append(row(k, ...(level ? [level] : []), text), other, waiting, board);
  await draw();

  async function draw() {
    waiting.hidden = !text.value();
    const request = asked();
    const found = await lesson.call("show", request);
    waiting.hidden = true;
    if (!found) return;
    said.textContent = `Purity ${percent(found.purity)} (by chance ${percent(found.chance)}). Adjusted Rand index ${found.agreement.toFixed(2)} (same groups 1, chance 0). Silhouette ${found.silhouette.toFixed(2)} (clear groups 1, on the border 0).`;
    shares.replaceChildren(table({ caption: "Headings that stayed together, and headings that were split", columns: ["Your heading", "Kept together", "Mostly in cluster"], rows: lines(found) }));
    if (!shown) {
      shown = { map: lesson.figure(found.map, { onChoose: read }), table: lesson.figure(found.table) };
      board.append(said, shown.map, passage, shown.table, shares);
    } else {
      shown.map.update(found.map);
      shown.table.update(found.table);
    }
    const choices = await lesson.call("choices", request);
    if (!choices) return;
    if (shown.choices) shown.choices.update(choices.figure);
    else board.append((shown.choices = lesson.figure(choices.figure)));
  }

  async function read(id) {
    const found = await lesson.call("passage", { ...asked(), id });
    if (!found) return;
    passage.replaceChildren(h("p", { class: "clustering-where" }, found.heading), h("p", { class: "clustering-text" }, found.text), h("p", { class: "remark" }, `Cluster ${found.cluster}. Its silhouette is ${found.silhouette.toFixed(2)}.`));
  }
}

/** The headings that stayed together best, then those that did worst; none twice. */
function lines({ together, scattered }) {
  const seen = new Set();
  return [...together, ...[...scattered].reverse()].filter(({ heading }) => !seen.has(heading) && seen.add(heading)).map(({ heading, share, cluster }) => [heading, percent(share), cluster]);
}

function percent(share) {
  return `${Math.round(100 * share)} %`;
}
