// The service, asked with the key of whoever signed in. The key lives as long as this tab.
import { latest } from "../shop/latest.js";
export { isLate } from "../shop/latest.js";

const KEY = "key";

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

export const ask = (kind, path, parameters) => latest(kind, (signal) => request("GET", path, { parameters, signal }));
export const send = (method, path, parameters, body) => request(method, path, { parameters, body });
export const isRefused = (error) => error.status === 401 || error.status === 403;
