// What the parts of the page tell each other: small values by name, and who wants to hear when one changes.

const values = {};
const listeners = {};

export function get(name) {
  return values[name];
}

/** Sets a value; listeners hear of it only if it is another one. */
export function set(name, value) {
  if (JSON.stringify(values[name]) === JSON.stringify(value) && typeof value !== "function") return;
  values[name] = value;
  for (const listener of listeners[name] ?? []) listener(value);
}

/** Calls `listener` now, if there is a value, and whenever it changes. */
export function on(name, listener) {
  (listeners[name] ??= []).push(listener);
  if (values[name] !== undefined) listener(values[name]);
}
