// The service, asked with the key of whoever signed in. The key lives as long as this tab.
const KEY = "key";
const running = new Map();

export function keyInUse() {
  try { return sessionStorage.getItem(KEY) || ""; } catch { return ""; }
}

export function useKey(key) {
  try {
    if (key) sessionStorage.setItem(KEY, key);
    else sessionStorage.removeItem(KEY);
  } catch { /* without storage there is no key to keep */ }
}

// Throws what the service says: its detail, with the status.
async function request(method, path, { parameters, body, signal } = {}) {
  const headers = {};
  if (keyInUse()) headers["X-Admin-Key"] = keyInUse();
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const address = parameters ? path + "?" + new URLSearchParams(parameters) : path;
  const answer = await fetch(address, { method, headers, signal, body: body === undefined ? undefined : JSON.stringify(body) });
  const isJson = /^application\/([a-z]+\+)?json/.test(answer.headers.get("Content-Type"));
  const told = isJson ? await answer.json() : await answer.text();
  if (!answer.ok) throw Object.assign(new Error(told.detail || answer.statusText), { status: answer.status });
  return told;
}

// kind: of the question; a newer one of the same kind ends it, so that no late answer is shown.
export async function ask(kind, path, parameters) {
  running.get(kind)?.abort();
  const stop = new AbortController();
  running.set(kind, stop);
  const told = await request("GET", path, { parameters, signal: stop.signal });
  if (running.get(kind) !== stop) throw new DOMException("late", "AbortError");
  return told;
}

export const send = (method, path, parameters, body) => request(method, path, { parameters, body });
export const isLate = (error) => error.name === "AbortError";
export const isRefused = (error) => error.status === 401 || error.status === 403;
