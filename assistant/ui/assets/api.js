// Calls to the program: a request of JSON to this page's own address, its reply or its error as data.

import { announceError } from "./notices.js";

const URL = "/api/v1/";
const HEADERS = { "x-study-page": "1" }; // no page of another address can send it
const SILENT = { message: "The program did not respond.", hint: "Look at the terminal window it was started in, and start it again if it was closed." };
const asked = {}; // calls of a name so far
const answered = {}; // the last one of them that the page shows the answer of

/** Calls the program. Its answer is data, or null after its error was shown. */
export async function call(name, request = {}) {
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

/** Calls the program. Its answer is data, or `{error: {message, hint}}`, which the caller shows; null if `signal` gave it up. */
export function reach(name, request = {}, { signal } = {}) {
  return sent(name, JSON.stringify(request), { "content-type": "application/json" }, signal);
}

/** Sends a file. The answer is `{file}`, which stands for it in calls, or an error as of `reach`. */
export function upload(file) {
  return sent(`upload?name=${encodeURIComponent(file.name)}`, file, {});
}

async function sent(path, body, headers, signal) {
  try {
    const response = await fetch(URL + path, { method: "POST", body, headers: { ...HEADERS, ...headers }, signal });
    if (response.headers.get("content-type") === "application/json") return (await response.json()) ?? {};
    return { error: { message: await response.text(), hint: "" } };
  } catch {
    return signal?.aborted ? null : { error: SILENT };
  }
}
