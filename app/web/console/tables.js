// Tables, what is written in their cells, controls.
import { make } from "../shop/elements.js";
import { language, number, say } from "./strings.js";

// columns: [name, text of a row or an element, is it a number?]
export function table(caption, columns, rows) {
  if (!rows.length) return make("p", { class: "soft", text: caption + ": " + say("none") });
  const cell = (row, [, value, numeric], first) => make(first ? "th" : "td", { class: numeric ? "number" : undefined, scope: first ? "row" : undefined }, value(row) ?? "");
  return make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption }, make("table", {},
    make("caption", { text: caption }),
    make("thead", {}, make("tr", {}, ...columns.map(([name, , numeric]) => make("th", { scope: "col", class: numeric ? "number" : undefined, text: name })))),
    make("tbody", {}, ...rows.map((row) => make("tr", {}, ...columns.map((column, place) => cell(row, column, place === 0)))))));
}

export const percent = (share, digits = 1) => (share === null || share === undefined ? "–"
  : new Intl.NumberFormat(language, { style: "percent", minimumFractionDigits: digits, maximumFractionDigits: digits }).format(share));

const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"];

export function size(bytes) {
  if (bytes === null || bytes === undefined) return "–";
  let unit = 0, left = bytes;
  while (left >= 1000 && unit < UNITS.length - 1) { left /= 1000; unit++; }
  return new Intl.NumberFormat(language, { style: "unit", unit: UNITS[unit], maximumFractionDigits: left < 10 && unit ? 1 : 0 }).format(left);
}

// time: ISO 8601, or seconds since the epoch.
export function when(time) {
  if (time === null || time === undefined) return "–";
  const at = new Date(typeof time === "number" ? time * 1000 : time);
  return new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" }).format(at);
}

// A control and its name. box: has an id.
export const field = (name, box) => make("p", { class: "field" }, make("label", { for: box.id, text: name }), box);

// What stands out: [name, value].
export const figures = (pairs) => make("dl", { class: "figures" }, ...pairs.map(([name, value]) =>
  make("div", {}, make("dt", { text: name }), make("dd", { text: typeof value === "number" ? number(value) : value }))));

// A button that does something at the service and then tells how it went.
export function act(text, work, facts = {}) {
  const button = make("button", { type: "button", ...facts, text, onclick: async () => {
    button.disabled = true;
    try { await work(); } catch (error) { tell(say("failed", error.message), true); } finally { button.disabled = false; }
  } });
  return button;
}

// Of the last thing that was done, for eyes and for screen readers.
export function tell(text, isFault = false) {
  const place = document.getElementById("said");
  place.textContent = text;
  place.className = !text ? "hidden" : isFault ? "said fault" : "said";
}
