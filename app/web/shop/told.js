// What is said of an answer: how many, what was understood, what some of them lack, ways on.
import { filterLabel, without } from "./address.js";
import { ask, isLate } from "./api.js";
import { card } from "./cards.js";
import { make } from "./elements.js";
import { label, language, money, number, say } from "./strings.js";

const POPULAR = 5;

function listed(words) {
  const quoted = words.map((word) => "“" + word + "”");
  return new Intl.ListFormat(language, { type: "conjunction" }).format(quoted);
}

// How many there are, and what was given up to find them.
export function showTold(place, state, body) {
  const one = body.total === 1, count = number(body.total);
  const parts = [state.q ? (one ? say("oneFor", state.q) : say("foundFor", count, state.q)) : one ? say("one") : say("found", count)];
  const given = body.total ? lacking(body) : null;
  if (given) parts.push(given);
  place.replaceChildren(...parts.map((text) => make("span", { text: text + " " })));
}

function lacking(body) {
  const relaxed = body.relaxed;
  if (!relaxed) return null;
  if (relaxed.scope === "popular" || relaxed.scope === "category") return say("popular");
  if (relaxed.scope === "meaning" && !relaxed.dropped.length) return body.total_strict ? null : say("byMeaning");
  if (!relaxed.dropped.length) return say("someLack");
  if (!body.total_strict) return say("lackAll", listed(relaxed.dropped));
  return say("lack", number(body.total_strict), number(body.total), listed(relaxed.dropped));
}

// Chips: the filters chosen, and what was read out of the words; each can be taken away.
export function showUnderstood(place, state, body, currency, go) {
  const lines = [];
  if (body.query.corrected) {
    const back = make("button", { type: "button", class: "plain", text: say("literally", state.q), onclick: () => go({ ...state, exact: true, pages: 1 }) });
    lines.push(make("p", {}, say("corrected", body.query.corrected) + " ", back));
  }
  const chips = state.filters.map((filter) => chip(filterLabel(filter, label, (value) => money(value, currency)), () => go(without(state, filter))));
  for (const implied of body.query.filters) {
    if (implied.applied) chips.push(chip("“" + implied.text + "”", () => go({ ...state, pages: 1, q: less(state.q, implied.text) }), true));
    else if (!/implied=off|itself/.test(implied.why_not || "")) lines.push(make("p", { text: say("notApplied", implied.text, implied.why_not) }));
  }
  if (chips.length) lines.push(make("ul", { class: "chips", "aria-label": say("selected") }, ...chips));
  if (body.total && body.did_you_mean.length) lines.push(meant(state, body, go));
  place.replaceChildren(...lines);
}

const less = (text, words) => text.replace(words, " ").replace(/\s+/g, " ").trim();

function chip(text, remove, understood) {
  return make("li", {}, make("button", { type: "button", class: understood ? "chip understood" : "chip on", "aria-label": say("remove", text), onclick: remove },
    text, make("span", { "aria-hidden": "true", text: " ×" })));
}

function meant(state, body, go) {
  const links = body.did_you_mean.map((text) => make("button", { type: "button", class: "plain", text: String(text), onclick: () => go({ ...state, q: String(text), filters: [], pages: 1 }) }));
  return make("p", {}, say("meant") + " ", ...links.flatMap((link) => [link, " "]), "?");
}

// Nothing was found: said so, with every way on that there is.
export function showNothing(place, state, body, { go, search, follow, currency }) {
  const ways = state.filters.map((filter) => make("li", {}, make("button", { type: "button", class: "plain",
    text: say("dropFilter", filterLabel(filter, label, (value) => money(value, currency))), onclick: () => go(without(state, filter)) })));
  for (const implied of body.query.filters.filter((each) => each.applied)) {
    ways.push(make("li", {}, make("button", { type: "button", class: "plain", text: say("dropFilter", "“" + implied.text + "”"),
      onclick: () => go({ ...state, pages: 1, q: less(state.q, implied.text) }) })));
  }
  if (state.q) ways.push(make("li", { text: say("shorter") }));
  const parts = [make("p", { class: "big", text: state.q ? say("nothing", state.q) : say("nothingHere") })];
  if (body.did_you_mean.length) parts.push(meant(state, body, go));
  if (ways.length) parts.push(make("h2", { text: say("ways") }), make("ul", { class: "ways" }, ...ways));
  if (body.fallback_hits.length) {
    parts.push(make("h2", { text: say("without") }), make("ul", { class: "shelf" },
      ...body.fallback_hits.slice(0, 8).map((hit) => card(hit.product, { hit, state: { ...state, filters: [] }, follow: follow(hit.id, null) }))));
  }
  const popular = make("div", {});
  place.replaceChildren(...parts, popular);
  showPopular(popular, search);
}

async function showPopular(place, search) {
  try {
    const { items } = await ask("popular", "v1/discover", new URLSearchParams({ limit: POPULAR }));
    if (!items.length) return;
    place.replaceChildren(make("h2", { text: say("popularSearches") }), make("ul", { class: "chips" },
      ...items.map((item) => make("li", {}, make("button", { type: "button", class: "chip", text: item.text, onclick: () => search(item.text) })))));
  } catch (error) { if (!isLate(error)) place.replaceChildren(); }
}

