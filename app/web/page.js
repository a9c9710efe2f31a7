"use strict";
const box = document.getElementById("box");
const list = document.getElementById("suggestions");
const hits = document.getElementById("hits");
const told = document.getElementById("told");
const facets = document.getElementById("facets");
const more = document.getElementById("more");
const chosen = new Map(); // field → set of values
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

async function search(wanted) {
  const mine = ++turn;
  page = wanted;
  list.hidden = true;
  const parameters = new URLSearchParams({ q: box.value, page, facets: "category,brand,auto" });
  for (const [field, values] of chosen) {
    if (values.size) parameters.append("filter", field + ":" + [...values].map(quoted).join("|"));
  }
  try {
    const body = await ask("v1/search", parameters);
    if (mine !== turn) return;
    if (page === 1) hits.replaceChildren();
    body.hits.forEach(showHit);
    showFacets(body.facets);
    const given = body.relaxed ? " — not all words matched (" + body.relaxed.dropped.join(", ") + ")" : "";
    told.textContent = body.total.toLocaleString() + " products in " + body.took_ms + " ms" + given;
    more.hidden = hits.children.length >= Math.min(body.total, 1000) || !body.hits.length;
  } catch (error) {
    told.textContent = error.message;
  }
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
      row.addEventListener("mousedown", () => { box.value = item.text; chosen.clear(); search(1); });
    }
    list.hidden = !body.items.length;
  } catch (error) {
    list.hidden = true;
  }
}

document.getElementById("form").addEventListener("submit", (event) => {
  event.preventDefault();
  chosen.clear();
  search(1);
});
box.addEventListener("input", suggest);
box.addEventListener("blur", () => { list.hidden = true; });
more.addEventListener("click", () => search(page + 1));
search(1);
