"use strict";
const box = document.getElementById("box");
const list = document.getElementById("suggestions");
const hits = document.getElementById("hits");
const told = document.getElementById("told");
const facets = document.getElementById("facets");
const more = document.getElementById("more");
const chips = document.getElementById("chips");
const why = document.getElementById("why");
const chosen = new Map(); // field → set of values
const picked = new Set(); // filters of chips that are no value of a facet
let page = 1;
let turn = 0;

function make(tag, text, parent) {
  const element = document.createElement(tag);
  if (text !== undefined) element.textContent = text;
  if (parent) parent.append(element);
  return element;
}

function quoted(value) {
  return String(value).replace(/[\\|:]/g, "\\$&").replaceAll("..", "\\..");
}

async function ask(path, parameters) {
  const answer = await fetch(path + "?" + parameters);
  const body = await answer.json();
  if (!answer.ok) throw new Error(body.detail || answer.statusText);
  return body;
}

// Text with spans of code points in bold; never markup from the catalogue.
function marked(parent, text, offsets) {
  const signs = Array.from(text);
  let end = 0;
  for (const [from, to] of offsets) {
    parent.append(signs.slice(end, from).join(""));
    make("em", signs.slice(from, to).join(""), parent);
    end = to;
  }
  parent.append(signs.slice(end).join(""));
}

function showHit(hit) {
  const product = hit.product;
  const item = make("li", undefined, hits);
  const title = make("h3", undefined, item);
  marked(title, product.title || product.id, hit.highlights.title ? hit.highlights.title.offsets : []);
  const line = make("p", undefined, item);
  if (product.price !== undefined) {
    make("b", (product.currency ? product.currency + " " : "") + product.price.toFixed(2), line);
  }
  const facts = [product.brand, (product.category || []).join(" › "),
    product.rating ? "★ " + product.rating + " (" + (product.rating_count || 0) + ")" : "",
    hit.variants > 1 ? hit.variants + " variants" : "",
    hit.channels.map((channel) => channel.name + " #" + channel.rank).join(", ")];
  line.append(facts.filter(Boolean).map((fact) => " · " + fact).join(""));
  if (hit.explanation) showWhy(hit, item);
}

// What docs/explain.md describes: matched words, parts of the score, place.
function showWhy(hit, item) {
  const told = hit.explanation;
  const details = make("details", undefined, item);
  make("summary", "Why here? Score " + hit.score.toFixed(3) + " by " + told.ranker, details);
  const lines = make("ul", undefined, details);
  for (const slot of told.lexical ? told.lexical.terms : []) {
    const fields = slot.terms.flatMap((term) => Object.keys(term.fields));
    make("li", slot.slot + " " + slot.score.toFixed(2) + " in " + [...new Set(fields)].join(", "), lines);
  }
  for (const part of told.contributions.slice(0, 8)) {
    make("li", (part.adds < 0 ? "" : "+") + part.adds.toFixed(3) + " " + part.feature + ": " + part.meaning, lines);
  }
  if (told.moved) make("li", "place: " + told.moved, lines);
}

// A chip in force names its whole filter; another one adds a value to those of its field.
function toggle(chip) {
  if (chip.selected) {
    if (!picked.delete(chip.filter)) chosen.delete(chip.field);
  } else if (chip.filter === chip.field + ":" + quoted(chip.value)) {
    chosen.set(chip.field, (chosen.get(chip.field) || new Set()).add(chip.value));
  } else {
    picked.add(chip.filter);
  }
}

function showChips(items) {
  chips.replaceChildren();
  for (const item of items) {
    const chip = make("button", (item.selected ? "× " : "") + item.text, chips);
    chip.type = "button";
    chip.classList.toggle("on", item.selected);
    chip.addEventListener("click", () => {
      if (item.kind === "word") box.value = item.query;
      else toggle(item);
      search(1);
    });
  }
}

function showFacets(found) {
  facets.replaceChildren();
  for (const [field, facet] of Object.entries(found)) {
    if (facet.type === "number" || !facet.values.length) continue;
    make("h2", field.replace("attributes.", "").replaceAll("_", " "), facets);
    for (const each of facet.values.slice(0, 12)) {
      const label = make("label", undefined, facets);
      const tick = make("input", undefined, label);
      tick.type = "checkbox";
      tick.checked = each.selected;
      tick.addEventListener("change", () => {
        const values = chosen.get(field) || new Set();
        if (tick.checked) values.add(each.value); else values.delete(each.value);
        chosen.set(field, values);
        search(1);
      });
      const name = String(each.value);
      label.append(facet.type === "category" ? "  ".repeat(name.split(" > ").length - 1) + name.split(" > ").pop() : name);
      make("span", each.count, label);
    }
  }
}

// What was made of the words: corrections, prices and sizes as filters, and what else may be meant.
function showUnderstood(body) {
  const said = [];
  if (body.query.corrected) said.push("showing results for “" + body.query.corrected + "”");
  for (const filter of body.query.filters) {
    said.push(filter.applied ? "“" + filter.text + "” filters"
      : "“" + filter.text + "” does not filter: " + filter.why_not);
  }
  if (!body.total && body.fallback_hits.length) said.push("nothing with these filters; without them:");
  if (body.did_you_mean.length) said.push("did you mean " + body.did_you_mean.join(", ") + "?");
  for (const line of said) make("span", line, told);
}

async function search(wanted) {
  const mine = ++turn;
  page = wanted;
  history.replaceState(null, "", box.value ? "?" + new URLSearchParams({ q: box.value }) : location.pathname);
  list.hidden = true;
  const parameters = new URLSearchParams(
    { q: box.value, page, facets: "category,brand,auto", with: "refinements", explain: why.checked });
  for (const [field, values] of chosen) {
    if (values.size) parameters.append("filter", field + ":" + [...values].map(quoted).join("|"));
  }
  for (const filter of picked) parameters.append("filter", filter);
  try {
    const body = await ask("v1/search", parameters);
    if (mine !== turn) return; // a later search is under way
    if (page === 1) hits.replaceChildren();
    (body.total ? body.hits : body.fallback_hits).forEach(showHit);
    showFacets(body.facets);
    showChips(body.refinements);
    const dropped = body.relaxed ? body.relaxed.dropped : [];
    const given = dropped.length ? " — some without " + dropped.join(", ")
      : body.relaxed ? " — not all of them match every word" : "";
    told.textContent = body.total.toLocaleString() + " products in " + body.took_ms + " ms" + given;
    showUnderstood(body);
    more.hidden = hits.children.length >= Math.min(body.total, 1000) || !body.hits.length;
  } catch (error) {
    if (mine === turn) told.textContent = error.message;
  }
}

// Filters belong to the query that they were chosen for.
function anew() {
  chosen.clear();
  picked.clear();
  search(1);
}

async function suggest() {
  const typed = box.value;
  if (!typed.trim()) { list.hidden = true; return; }
  try {
    const body = await ask("v1/suggest", new URLSearchParams({ q: typed, limit: 8 }));
    if (typed !== box.value) return;
    list.replaceChildren();
    for (const item of body.items) {
      const row = make("li", item.text, list);
      make("small", item.source.replace("_", " "), row);
      row.addEventListener("mousedown", () => { box.value = item.text; anew(); });
    }
    list.hidden = !body.items.length;
  } catch (error) {
    list.hidden = true;
  }
}

document.getElementById("form").addEventListener("submit", (event) => {
  event.preventDefault();
  anew();
});
box.addEventListener("input", suggest);
box.addEventListener("blur", () => { list.hidden = true; });
why.addEventListener("change", () => search(1));
more.addEventListener("click", () => search(page + 1));
box.value = new URLSearchParams(location.search).get("q") || "";
search(1);
