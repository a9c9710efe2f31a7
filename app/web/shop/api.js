// The service.
import { latest } from "./latest.js";
export { end, isLate } from "./latest.js";

export const wantsNoTraces = navigator.doNotTrack === "1" || navigator.globalPrivacyControl === true;

export const session = (() => {
  try {
    const known = sessionStorage.getItem("session") || crypto.randomUUID();
    sessionStorage.setItem("session", known);
    return known;
  } catch { return null; }
})();

// Throws what the service says.
export const ask = (kind, path, parameters) => latest(kind, async (signal) => {
  const answer = await fetch(parameters ? path + "?" + parameters : path, { signal });
  const body = await answer.json();
  if (!answer.ok) throw Object.assign(new Error(body.detail || answer.statusText), { status: answer.status });
  return body;
});

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
