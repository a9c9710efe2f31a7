// A product in a list, and lists of them.
import { addressOf } from "./address.js";
import { make, marked, picture } from "./elements.js";
import { label, money, number, say } from "./strings.js";

// By level of a hit: 0 has all words; of 5, popular, the line above the list tells.
const TAGS = [null, "partly", "partly", "partly", "byMeaningTag"];

export function price(product) {
  const parts = [make("b", { text: money(product.price, product.currency) })];
  if (product.list_price > product.price) {
    const was = say("was", money(product.list_price, product.currency));
    parts.push(make("s", { text: money(product.list_price, product.currency), "aria-label": was, role: "deletion" }));
  }
  return make("span", { class: "price" }, ...parts);
}

export function stars(product) {
  if (!product.rating) return null;
  const told = say("stars", number(product.rating));
  const count = product.rating_count ? " (" + number(product.rating_count) + ")" : "";
  return make("span", { class: "stars" },
    make("span", { role: "img", "aria-label": told, text: "★".repeat(Math.round(product.rating)) }), count);
}

// product: anything with id, title, price, image. follow: what a click on it leads to.
export function card(product, { hit, follow, state }) {
  const spans = hit?.highlights?.title?.offsets;
  const title = product.title || product.id;
  const link = make("a", { href: addressOf({ ...state, product: product.id }), onclick: follow }, ...marked(title, spans));
  const facts = [product.brand, hit?.variants > 1 && say("variants", number(hit.variants))].filter(Boolean);
  const tag = hit?.placed ? hit.placed.label : TAGS[hit?.level] && say(TAGS[hit.level]);
  return make("li", { class: "card" },
    make("div", { class: "picture" }, picture(product, 240)),
    make("h2", {}, link),
    facts.length ? make("p", { class: "facts", text: facts.join(" · ") }) : null,
    make("p", { class: "money" }, price(product), stars(product)),
    tag && make("p", { class: "tag", text: tag }),
    hit?.explanation ? why(hit) : null);
}

// What docs/explain.md describes: matched words, parts of the score, place.
function why(hit) {
  const told = hit.explanation;
  const lines = [];
  for (const slot of told.lexical ? told.lexical.terms : []) {
    const fields = new Set(slot.terms.flatMap((term) => Object.keys(term.fields)));
    lines.push(slot.slot + " " + slot.score.toFixed(2) + " in " + [...fields].join(", "));
  }
  for (const part of (told.contributions || []).slice(0, 8)) {
    lines.push((part.adds < 0 ? "" : "+") + part.adds.toFixed(3) + " " + part.feature + ": " + part.meaning);
  }
  if (told.moved) lines.push(told.moved);
  for (const line of byRules(told.rules)) lines.push(line);
  return make("details", {}, make("summary", { text: hit.score.toFixed(3) + " · " + told.ranker }),
    make("ul", {}, ...lines.map((text) => make("li", { text }))));
}

function byRules(rules) {
  if (!rules) return [];
  const lines = rules.pushed.map(({ rule, factor }) => "place × " + factor + " by rule " + rule);
  if (rules.placed) lines.unshift(rules.placed.kind + " by rule " + rules.placed.rule);
  lines.push(rules.organic_position ? "without rules: place " + rules.organic_position : "not found without rules");
  return lines;
}

export function shelf(name, products, options) {
  const cards = products.map((each) => card(each.product || each, { ...options, hit: undefined }));
  const heading = make("h2", { text: say(name) });
  return [heading, make("ul", { class: "shelf", "aria-label": say(name) }, ...cards)];
}

export function attributeRows(product) {
  const rows = Object.entries(product.attributes || {}).map(([name, value]) => [label(name), value]);
  return rows.map(([name, value]) => make("div", {},
    make("dt", { text: name }),
    make("dd", { text: Array.isArray(value) ? value.join(", ") : value === true ? say("yes") : value === false ? say("no") : String(value) })));
}
