// Saving a text of the page as a file of the student's.

import { h } from "./dom.js";

/** Hands a text to the browser as a Markdown file called `name`. */
export function saveText(name, text) {
  const address = URL.createObjectURL(new Blob([text], { type: "text/markdown" }));
  h("a", { href: address, download: name }).click();
  URL.revokeObjectURL(address);
}
