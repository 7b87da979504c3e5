// What the parts of the page tell each other: small values by name, and who wants to hear when one changes.

const values = {};
const listeners = {};
const asked = {}; // calls of a name so far
const answered = {}; // the last one of them that the page shows the answer of

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

/** Calls the program. Its answer is data, or null after its error was shown. */
export async function call(name, request = {}) {
  const { announceError } = await import("./notices.js");
  const answer = await reach(name, request);
  if (!answer?.error) return answer;
  announceError(answer.error);
  return null;
}

/** Calls for what the page shows. Null, too, where the answer came late: a later call of that name was answered before. */
export async function read(name, request = {}) {
  const number = (asked[name] = (asked[name] ?? 0) + 1);
  const answer = await call(name, request);
  if (!answer || number <= (answered[name] ?? 0)) return null;
  answered[name] = number;
  return answer;
}

/** What is still being read under a name is older than what the page shows by now. */
export function outdate(name) {
  answered[name] = asked[name] ?? 0;
}

/** Calls the program. Its answer is data, or `{error: {message, hint}}`, which the caller shows. */
export async function reach(name, request = {}) {
  try {
    return await values.server[name](request);
  } catch {
    return { error: { message: "The program did not answer.", hint: "Look at the terminal window it was started in, and start it again if it has ended." } };
  }
}
