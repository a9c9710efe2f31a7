// The service. What is asked anew ends what is under way: no late answer reaches the page.
const running = new Map();
export const wantsNoTraces = navigator.doNotTrack === "1" || navigator.globalPrivacyControl === true;

export const session = (() => {
  try {
    const known = sessionStorage.getItem("session") || crypto.randomUUID();
    sessionStorage.setItem("session", known);
    return known;
  } catch { return null; }
})();

// kind: of the question; a newer one of the same kind aborts it. Throws what the service says.
export async function ask(kind, path, parameters) {
  running.get(kind)?.abort();
  const stop = new AbortController();
  running.set(kind, stop);
  const answer = await fetch(parameters ? path + "?" + parameters : path, { signal: stop.signal });
  const body = await answer.json();
  if (!answer.ok) throw Object.assign(new Error(body.detail || answer.statusText), { status: answer.status });
  if (running.get(kind) !== stop) throw new DOMException("late", "AbortError");
  return body;
}

export const end = (kind) => running.get(kind)?.abort();
export const isLate = (error) => error.name === "AbortError";

export function tell(type, facts) {
  if (wantsNoTraces) return;
  const event = { type, event_id: globalThis.crypto?.randomUUID?.(), ...facts };
  if (session) event.session_id = session;
  for (const name of Object.keys(event)) if (event[name] === undefined || event[name] === null) delete event[name];
  fetch("v1/events", {
    method: "POST", keepalive: true,
    headers: { "Content-Type": "application/json" }, body: JSON.stringify({ events: [event] }),
  }).catch(() => {}); // a shop that cannot count goes on selling
}
