// Why a hit stands where it stands (docs/explain.md): parts of its score as bars, words, place.
import { make } from "../shop/elements.js";
import { say } from "./strings.js";

const SHOWN = 3;
const BASE = "expected"; // where the model begins, the same for every hit

const parts = (hit) => (hit.explanation?.contributions || []).filter((part) => part.feature !== BASE);

// The largest part of all hits: a bar of full length.
export const longest = (hits) => Math.max(1e-9, ...hits.flatMap(parts).map((part) => Math.abs(part.adds)));

function bar(part, scale) {
  const length = make("span", { class: part.adds < 0 ? "bar less" : "bar", "aria-hidden": "true" });
  length.style.width = (100 * Math.abs(part.adds)) / scale + "%";
  const told = (part.adds < 0 ? "−" : "+") + Math.abs(part.adds).toFixed(3);
  return make("li", { title: part.meaning }, make("span", { class: "part", text: part.feature }),
    make("span", { class: "track" }, length), make("span", { class: "adds", text: told }));
}

const bars = (list, scale) => make("ul", { class: "bars" }, ...list.map((part) => bar(part, scale)));

function words(told) {
  return (told.lexical?.terms || []).map((slot) => {
    const fields = [...new Set(slot.terms.flatMap((term) => Object.keys(term.fields)))].join(", ");
    const origin = slot.origin === "literal" ? "" : " (" + slot.origin + ")";
    return make("li", { text: slot.slot + origin + " " + slot.score.toFixed(2) + ": " + fields });
  });
}

export function why(hit, scale) {
  const told = hit.explanation;
  if (!told) return [];
  const all = parts(hit);
  const rest = all.slice(SHOWN);
  const channels = (hit.channels || []).map((each) => each.name + " " + each.rank).join(", ");
  const missing = told.lexical?.missing || [];
  const more = [
    ...(rest.length ? [bars(rest, scale)] : []),
    make("ul", { class: "facts" }, ...words(told),
      missing.length ? make("li", { text: say("lacks", missing.join(", ")) }) : null,
      channels ? make("li", { text: say("foundBy", channels) }) : null,
      make("li", { text: say("scoredBy", hit.score.toFixed(3), told.ranker) })),
  ];
  const place = told.moved && told.moved !== "kept" ? make("p", { class: "soft", text: told.moved }) : null;
  return [all.length ? bars(all.slice(0, SHOWN), scale) : null, place,
    make("details", {}, make("summary", { text: all.length ? say("allParts", all.length) : say("wordsOnly") }), ...more)];
}
