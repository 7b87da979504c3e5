// The table of notes. Thousands are no burden: what is looked for is found by typing, and rows are made as one comes to
// them.

import { button, count, h, icon, shape } from "../../assets/dom.js";

const KINDS = { markdown: "Markdown", text: "Text", pdf: "PDF", docx: "Word", pptx: "PowerPoint", xlsx: "Excel", html: "Web page", epub: "EPUB", ipynb: "Notebook", latex: "LaTeX", org: "Org", csv: "Table", picture: "Picture", scan: "Scan" };
const STATE_SHAPES = { ready: "full", waiting: "half", indexing: "half", unreadable: "none", away: "none" };
const COLUMNS = [
  { name: "Title", by: (note) => note.title.toLowerCase() },
  { name: "Kind", by: (note) => KINDS[note.kind] ?? note.kind },
  { name: "Passages", by: (note) => -note.passages },
  { name: "State", by: (note) => note.says },
  { name: "Changed", by: (note) => -note.modified_at },
];
const ROWS_AT_ONCE = 100;
const SEARCH_FROM = 12;
const DAY_MS = 86_400_000;

/** Makes the table. Gives {element, show(notes)}. `open(note, link)` and `remove(note)` are called from its rows. */
export function notesTable(acts) {
  const view = { notes: [], drawn: "", filter: "", column: null, backwards: false, shown: 0, rows: [] };
  const body = h("tbody", {});
  const said = h("p", { class: "table-count", role: "status" });
  const more = button("Show more", { class: "plain table-more", hidden: true, on: { click: () => extend() } });
  const search = h("input", { type: "search", class: "table-filter", placeholder: "Find a note by name…", "aria-label": "Find a note by name", on: { input: (event) => ((view.filter = event.currentTarget.value.trim().toLowerCase()), draw()) } });
  const heads = COLUMNS.map((column) => head(column, view, () => draw()));
  const table = h("table", { class: "notes-table" }, h("thead", {}, h("tr", {}, ...heads, h("th", { scope: "col", class: "col-actions" }, h("span", { class: "sr-only" }, "Actions")))), body);
  const tools = h("div", { class: "table-tools" }, search, said);

  const extend = () => {
    const next = view.rows.slice(view.shown, view.shown + ROWS_AT_ONCE);
    body.append(...next.map((note) => row(note, acts)));
    view.shown += next.length;
    more.hidden = view.shown >= view.rows.length;
  };
  const draw = () => {
    view.rows = sorted(view.notes.filter((note) => `${note.title}\n${note.path}\n${note.says}`.toLowerCase().includes(view.filter)), view);
    const wanted = Math.max(view.shown, ROWS_AT_ONCE);
    Object.assign(view, { shown: 0 });
    const place = document.activeElement?.closest?.(".notes-table tr")?.dataset.path;
    body.replaceChildren();
    do extend();
    while (view.shown < Math.min(wanted, view.rows.length));
    if (place) body.querySelector(`tr[data-path="${CSS.escape(place)}"] button`)?.focus();
    tools.hidden = view.notes.length < SEARCH_FROM;
    said.textContent = view.filter ? `${view.rows.length.toLocaleString("en")} of ${count(view.notes.length, "file")}` : "";
  };
  new IntersectionObserver((entries) => entries.some((entry) => entry.isIntersecting) && !more.hidden && extend()).observe(more);
  const show = (notes) => {
    const drawn = JSON.stringify(notes);
    if (drawn === view.drawn) return;
    Object.assign(view, { notes, drawn });
    draw();
  };
  return { element: h("div", { class: "notes" }, tools, table, more), show };
}

function head(column, view, draw) {
  const cell = h("th", { scope: "col", class: `col-${column.name.toLowerCase()}` });
  const turn = () => {
    view.backwards = view.column === column && !view.backwards;
    view.column = column;
    for (const other of cell.parentElement.children) other.removeAttribute("aria-sort");
    cell.setAttribute("aria-sort", view.backwards ? "descending" : "ascending");
    draw();
  };
  cell.append(h("button", { type: "button", class: "col-sort", title: `Sort by ${column.name.toLowerCase()}`, on: { click: turn } }, column.name));
  return cell;
}

function sorted(notes, { column, backwards }) {
  if (!column) return notes;
  const keyed = notes.map((note) => [column.by(note), note]);
  keyed.sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0));
  return (backwards ? keyed.reverse() : keyed).map(([, note]) => note);
}

function row(note, { open, remove }) {
  const title = note.passages || note.state === "ready"
    ? h("button", { type: "button", class: "note-link", on: { click: (event) => open(note, event.currentTarget) } }, note.title)
    : h("span", { class: "note-unread" }, note.title);
  const bin = note.linked ? null : button("", { class: "quiet-icon", "aria-label": `Remove ${note.title}`, title: "Remove", on: { click: () => remove(note) } }, "trash");
  return h(
    "tr",
    { "data-path": note.path },
    h("td", { class: "col-title" }, title, h("span", { class: "note-path" }, note.linked ? icon("folder") : null, note.path), note.same ? h("span", { class: "note-reason note-same" }, `The same as ${note.same}`) : null),
    h("td", { class: "col-kind" }, KINDS[note.kind] ?? note.kind),
    h("td", { class: "col-passages" }, note.passages ? note.passages.toLocaleString("en") : "–"),
    h("td", { class: "col-state" }, h("span", { class: `note-state state-${note.state}` }, shape(STATE_SHAPES[note.state] ?? "none"), note.says), note.reason ? h("span", { class: "note-reason" }, note.reason) : null),
    h("td", { class: "col-changed" }, note.modified_at ? h("time", { datetime: new Date(note.modified_at * 1000).toISOString() }, ago(note.modified_at * 1000)) : "–"),
    h("td", { class: "col-actions" }, bin)
  );
}

/** A moment in few words: the time of today, yesterday, or the date. */
export function ago(then) {
  const day = (time) => Math.floor((time - new Date().getTimezoneOffset() * 60_000) / DAY_MS);
  const days = day(Date.now()) - day(then);
  if (days <= 0) return new Date(then).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  if (days === 1) return "Yesterday";
  return new Date(then).toLocaleDateString([], { day: "numeric", month: "short", year: days > 300 ? "numeric" : undefined });
}
