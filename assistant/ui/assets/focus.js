// The focus is never lost. When the element that has it is taken off the page or hidden, the focus goes to the element
// that took its place, or else to the nearest one that is left.

const CONTROLS = ["button:not(:disabled)", "a[href]", "summary", "textarea:not(:disabled)", "input:not(:disabled)", "select:not(:disabled)", '[tabindex="0"]'].join(", ");
const WATCHED = ["hidden", "disabled", "open", "style", "class"];
const VISIBLE = { visibilityProperty: true, checkVisibilityCSS: true };
let last = null; // where the focus is: {element, way, looks, outside}

export function keepFocus() {
  document.addEventListener("focusin", ({ target }) => (last = record(target)));
  document.addEventListener("focusout", ({ target }) => queueMicrotask(() => forget(target)));
  document.addEventListener("transitionend", restore);
  new MutationObserver(restore).observe(document.body, { childList: true, subtree: true, attributes: true, attributeFilter: WATCHED });
}

/** `way` leads from the element outwards; `outside` is where the focus was before it went into a dialog. */
function record(element) {
  const way = [];
  for (let at = element; at.parentElement; at = at.parentElement) way.push({ parent: at.parentElement, place: [...at.parentElement.children].indexOf(at) });
  const outside = element.closest("dialog") ? (last?.outside ?? last) : null;
  return { element, way, looks: looks(element), outside };
}

/** The student took the focus away, by a click beside everything: then it is not lost. */
function forget(element) {
  if (last?.element === element && document.activeElement === document.body && usable(element)) last = null;
}

/** What an element is to the student: the same control, drawn anew, has the same. */
function looks(element) {
  const name = element.getAttribute("aria-label") ?? element.labels?.[0]?.textContent ?? element.textContent;
  const value = element.type === "radio" ? element.value : "";
  return [element.tagName, element.id, element.name ?? "", value, name.trim().slice(0, 80)].join("|");
}

function usable(element) {
  return element.isConnected && element.checkVisibility(VISIBLE) && !element.disabled;
}

function controls(parent) {
  const own = parent.matches(CONTROLS) ? [parent] : [];
  return [...own, ...parent.querySelectorAll(CONTROLS)].filter((one) => one.tabIndex >= 0 && usable(one));
}

function restore() {
  const nowhere = !document.activeElement || document.activeElement === document.body;
  if (!last || (!nowhere && document.activeElement !== last.element) || usable(last.element)) return;
  const next = nearest(last) ?? (last.outside && nearest(last.outside)) ?? document.querySelector('#tabs [role="tab"][aria-selected="true"]');
  next?.focus({ preventScroll: true });
}

/** Looks outwards from where the focus was, no further than the open tab. */
function nearest({ element, way, looks: wanted }) {
  if (usable(element)) return element;
  for (const { parent, place } of way) {
    if (parent.matches('[role="tabpanel"]') && !usable(parent)) return null;
    if (parent === document.body || parent.id === "tabs") return null;
    if (!usable(parent)) continue;
    const found = controls(parent).find((one) => looks(one) === wanted) ?? beside(parent, place);
    if (found) return found;
  }
  return null;
}

/** The first control at or behind a place among the children, or the last one before it. */
function beside(parent, place) {
  const children = [...parent.children];
  for (const child of children.slice(place)) {
    const [first] = controls(child);
    if (first) return first;
  }
  return controls(parent).at(-1);
}
