// Pictures: what `figure_json` of assistant/lab/charts/interactive.py gives, drawn by plotly.js, with the same numbers as a table.

import { button, h } from "../../assets/dom.js";
import { table } from "./parts.js";

const CONFIG = { displayModeBar: false, displaylogo: false, showLink: false, showSendToCloud: false, plotlyServerURL: "", responsive: false, showTips: false, doubleClick: "reset" };
const TOLD_ROWS = 200;
let plotly = null;

/** plotly.js, loaded when the first picture is drawn. */
function loadPlotly() {
  plotly ??= new Promise((resolve, reject) => {
    const script = h("script", { src: new URL("../../plotly.min.js", import.meta.url).href, on: { load: () => resolve(globalThis.Plotly), error: () => reject(new Error("plotly.js did not load")) } });
    document.head.append(script);
  });
  return plotly;
}

/** Makes a picture. `element.update(json)` draws other numbers in its place. `onChoose(key)` hears of the mark that was chosen. */
export function figure(json, { onChoose = null } = {}) {
  const plot = h("div", { class: "plot", role: "img" });
  const caption = h("figcaption", {});
  const numbers = h("div", { class: "plot-table", hidden: true });
  const toggle = button("Show as table", { class: "quiet plot-toggle", "aria-expanded": "false", on: { click: flip } });
  const element = h("figure", { class: "lab-figure" }, caption, plot, toggle, numbers);
  let drawn = json;
  let drawing = Promise.resolve();

  function update(next) {
    drawn = next;
    caption.replaceChildren(h("strong", {}, next.title), " ", h("span", { class: "plot-says" }, next.says));
    plot.setAttribute("aria-label", `${next.title}. ${next.says}`);
    plot.style.height = `${next.height}px`;
    if (!numbers.hidden) fill();
    drawing = drawing.then(paint).catch(() => plot.replaceChildren(h("p", { class: "remark" }, "The picture cannot be drawn here; its numbers are in the table.")));
    return element;
  }

  async function paint() {
    const library = await loadPlotly();
    if (!element.isConnected) return;
    const first = !plot.classList.contains("js-plotly-plot");
    await library.react(plot, drawn.data, dressed(drawn.layout, element), CONFIG);
    if (first && onChoose) plot.on("plotly_click", ({ points }) => points[0]?.customdata !== undefined && onChoose(points[0].customdata));
  }

  function flip() {
    numbers.hidden = !numbers.hidden;
    toggle.setAttribute("aria-expanded", String(!numbers.hidden));
    toggle.querySelector("span").textContent = numbers.hidden ? "Show as table" : "Hide the table";
    if (!numbers.hidden) fill();
  }

  function fill() {
    const { columns, rows, keys, more } = drawn.table;
    const chosen = (place) => (onChoose && keys[place] ? [button("Choose", { class: "link", on: { click: () => onChoose(keys[place]) } })] : []);
    const withKeys = onChoose && keys.some(Boolean);
    numbers.replaceChildren(
      table({ caption: drawn.title, columns: withKeys ? [...columns, ""] : columns, rows: rows.slice(0, TOLD_ROWS).map((cells, place) => [...cells, ...(withKeys ? [chosen(place)[0] ?? ""] : [])]) }),
      ...(more ? [h("p", { class: "remark" }, `${more.toLocaleString("en")} more rows are in the picture.`)] : [])
    );
  }

  watch(element, () => update(drawn));
  return Object.assign(update(json), { update });
}

/** Draws again when the place gets another width, or the page another ground. */
function watch(element, again) {
  let width = 0;
  new ResizeObserver(([entry]) => {
    const now = Math.round(entry.contentRect.width);
    if (!now || now === width) return;
    width = now;
    again();
  }).observe(element);
  const theme = new MutationObserver(() => (element.isConnected ? again() : theme.disconnect()));
  theme.observe(document.body, { attributes: true, attributeFilter: ["class"] });
}

/** The layout in the page's own letters and lines. */
function dressed(layout, element) {
  const style = getComputedStyle(element);
  const token = (name) => style.getPropertyValue(name).trim();
  const axis = (given) => ({ gridcolor: token("--line"), linecolor: token("--line-strong"), ...given, title: { ...given.title, standoff: 8, font: { size: 14 } } });
  const coarse = matchMedia("(pointer: coarse)").matches;
  return {
    ...layout,
    width: Math.floor(element.clientWidth),
    font: { family: token("--sans"), size: 14, color: token("--ink") },
    xaxis: axis(layout.xaxis),
    yaxis: axis(layout.yaxis),
    hoverlabel: { ...layout.hoverlabel, bgcolor: token("--sheet"), bordercolor: token("--line-strong"), font: { family: token("--sans"), color: token("--ink"), size: 14 } },
    dragmode: coarse ? false : "zoom",
  };
}
