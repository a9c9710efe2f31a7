// A rule as fields of a form. A field writes its own part of the rule only, so what the form has no
// field for stays as it is. Shape of a rule: docs/merchandising.md.
const lines = (text) => text.split("\n").map((line) => line.trim()).filter(Boolean);
export const listOf = (value) => (value === undefined || value === null ? [] : Array.isArray(value) ? value : [value]);

// Without the part where the value is empty.
function put(part, name, value) {
  if (value === undefined || value === "" || (Array.isArray(value) && !value.length)) delete part[name];
  else part[name] = value;
}

const firstQuery = (rule) => listOf(rule.when.query)[0] || {};
const kindOf = (query) => ["is", "contains", "matches"].find((kind) => kind in query) || "is";

const textOf = (query) => query[kindOf(query)];
const queryTexts = (rule) => listOf(rule.when.query).map(textOf);

// An entry for each line; a line that was there before keeps all that its entry says.
function rewritten(entries, lineOf, text, made) {
  const before = new Map(entries.map((entry) => [lineOf(entry), entry]));
  return lines(text).map((line) => before.get(line) || made(line));
}

function localTime(iso) {
  if (!iso) return "";
  const at = new Date(iso);
  return new Date(at - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

const utc = (local) => (local ? new Date(local).toISOString() : undefined);

export const pinsOf = (rule) => listOf(rule.then.pin).map((pin, place) => (typeof pin === "string" ? { product: pin, position: place + 1 } : pin));

export function putPins(rule, pins) {
  put(rule.then, "pin", [...pins].sort((one, other) => one.position - other.position));
}

function readPins(text) {
  const taken = new Set();
  return lines(text).map((line) => {
    const told = /^(\d{1,4})\s+(\S.*)$/.exec(line);
    let position = told ? Number(told[1]) : 1;
    while (!told && taken.has(position)) position++;
    taken.add(position);
    return { product: told ? told[2] : line, position };
  });
}

const filters = (push) => listOf(push.filter).join(" & ");
const pushes = (name) => ({
  read: (rule) => listOf(rule.then[name]).map(filters).join("\n"),
  write: (rule, text) => put(rule.then, name, rewritten(listOf(rule.then[name]), filters, text, (line) => ({ filter: line.split(" & ") }))),
});

// name: also of its label. rows: of a text with several lines.
export const FIELDS = [
  { name: "name", read: (rule) => rule.name || "", write: (rule, text) => put(rule, "name", text) },
  { name: "kind", options: ["is", "contains", "matches"], read: (rule) => kindOf(firstQuery(rule)), write: (rule, kind) => put(rule.when, "query", queryTexts(rule).map((text) => ({ [kind]: text }))) },
  { name: "queries", rows: 2, read: (rule) => queryTexts(rule).join("\n"),
    write: (rule, text) => put(rule.when, "query", rewritten(listOf(rule.when.query), textOf, text, (line) => ({ [kindOf(firstQuery(rule))]: line }))) },
  { name: "from", type: "datetime-local", read: (rule) => localTime(rule.when.from), write: (rule, text) => put(rule.when, "from", utc(text)) },
  { name: "until", type: "datetime-local", read: (rule) => localTime(rule.when.to), write: (rule, text) => put(rule.when, "to", utc(text)) },
  { name: "pin", rows: 3, read: (rule) => pinsOf(rule).map((pin) => pin.position + " " + pin.product).join("\n"), write: (rule, text) => putPins(rule, readPins(text)) },
  { name: "hide", rows: 2, read: (rule) => listOf(rule.then.hide).join("\n"), write: (rule, text) => put(rule.then, "hide", lines(text)) },
  { name: "boost", rows: 2, ...pushes("boost") },
  { name: "bury", rows: 2, ...pushes("bury") },
  { name: "onlyThese", rows: 2, read: (rule) => listOf(rule.then.filter).join("\n"), write: (rule, text) => put(rule.then, "filter", lines(text)) },
  { name: "replaceBy", read: (rule) => rule.then.query || "", write: (rule, text) => put(rule.then, "query", text) },
  { name: "redirect", read: (rule) => rule.then.redirect || "", write: (rule, text) => put(rule.then, "redirect", text) },
  { name: "banner", read: (rule) => rule.then.banner?.text || "", write: (rule, text) => put(rule.then, "banner", text ? { ...rule.then.banner, text } : undefined) },
  { name: "priority", type: "number", read: (rule) => String(rule.priority || 0), write: (rule, text) => put(rule, "priority", Number(text) || undefined) },
];

// In a line: when it fires and what it does.
export function summary(kept, say) {
  const rule = whole(kept);
  const when = [...queryTexts(rule).map((text) => "“" + text + "”"), ...["category", "filter", "context", "segment", "region", "device"].flatMap((name) => listOf(rule.when[name]))];
  const then = Object.entries(rule.then).map(([name, value]) => say("does." + name) + (Array.isArray(value) && value.length > 1 ? " ×" + value.length : ""));
  return { when: when.join(", ") || say("always"), then: then.join(", ") };
}

// The service leaves out what is empty.
export const whole = (rule) => ({ ...rule, when: rule.when || {}, then: rule.then || {} });
