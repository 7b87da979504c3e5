// The tabs: going to one, which one is open, the number beside a name, and where the student was before a reload.

const KEPT = "tab";
const PATIENCE_MS = 5000;

function tabs() {
  return [...document.querySelectorAll('#tabs [role="tab"]')];
}

function named(label) {
  return tabs().filter((tab) => tab.textContent.trim() === label);
}

export function goTo(label) {
  named(label)[0]?.click();
}

/** The name of the open tab. */
export function openTab() {
  return tabs().find((tab) => tab.getAttribute("aria-selected") === "true")?.textContent.trim();
}

/** Shows a number beside a tab's name: "Review (12)"; nothing for 0 or null. */
export function setCount(label, number) {
  for (const tab of named(label)) {
    if (number) {
      tab.dataset.count = `(${number})`;
      tab.setAttribute("aria-label", `${label} (${number})`);
    } else {
      delete tab.dataset.count;
      tab.removeAttribute("aria-label");
    }
  }
}

/** Calls `shown` whenever the element comes into view: its tab was opened. */
export function whenShown(element, shown) {
  new IntersectionObserver((entries) => entries.some((entry) => entry.isIntersecting) && shown()).observe(element);
}

/** Remembers the open tab for a reload of this browser tab. */
export function rememberTab() {
  document.addEventListener("click", (event) => {
    if (event.target.closest?.('#tabs [role="tab"]')) requestAnimationFrame(() => sessionStorage.setItem(KEPT, openTab() ?? ""));
  });
}

/** Goes back to the tab that was open before a reload, if something goes on there. */
export function returnTo(label) {
  if (sessionStorage.getItem(KEPT) !== label) return;
  const until = performance.now() + PATIENCE_MS;
  const look = () => {
    if (named(label).length) return goTo(label);
    if (performance.now() < until) requestAnimationFrame(look);
  };
  look();
}
