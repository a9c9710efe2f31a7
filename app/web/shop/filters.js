// The filters beside the results: category tree, price slider, rating, lists of values.
import { filterOf, toggled, withFilter } from "./address.js";
import { ask, isLate } from "./api.js";
import { make } from "./elements.js";
import { label, money, number, say } from "./strings.js";

const SHOWN = 8;
const open = new Set(); // lists that were opened whole

// go: takes the next state. parameters: of the search, for searching in a facet.
export function showFilters(box, facets, state, currency, parameters, go) {
  const focused = box.contains(document.activeElement) ? document.activeElement.id : "";
  const groups = [];
  if (facets.category?.values.length) groups.push(tree(facets.category, state, go));
  if (facets.price && facets.price.min !== undefined && facets.price.min !== null) {
    groups.push(slider(facets.price, state, currency, go));
  }
  if (facets.rating?.values.length) groups.push(ratings(facets.rating, state, go));
  for (const [field, facet] of Object.entries(facets)) {
    if (facet.type === "keyword" && facet.values.length) groups.push(values(field, facet, state, parameters, go));
  }
  if (state.filters.length) {
    groups.unshift(make("button", { type: "button", class: "clear", id: "clear", text: say("clear"),
      onclick: () => go({ ...state, pages: 1, filters: [] }) }));
  }
  box.replaceChildren(...groups);
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
}

const group = (field, ...children) =>
  make("fieldset", {}, make("legend", { text: label(field) }), ...children);

function tree(facet, state, go) {
  const chosen = (filterOf(state, "category")?.values || [])[0] || "";
  const within = (path) => chosen === path || chosen.startsWith(path + " > ");
  const shown = facet.values.filter(({ value }) => {
    const parent = value.includes(" > ") ? value.slice(0, value.lastIndexOf(" > ")) : "";
    return !parent || within(parent);
  });
  const items = shown.map(({ value, count }) => {
    const current = chosen === value;
    const button = make("button", { type: "button", id: "category-" + value, "aria-pressed": String(current),
      onclick: () => go(withFilter(state, { field: "category", values: current ? [] : [value] })) },
    make("span", { text: value.split(" > ").pop() }), make("small", { text: number(count) }));
    return make("li", { class: "depth" + Math.min(value.split(" > ").length, 5) }, button);
  });
  return group("category", make("ul", { class: "tree" }, ...items));
}

function slider(facet, state, currency, go) {
  const chosen = filterOf(state, "price") || {};
  const least = Math.floor(facet.min), most = Math.ceil(facet.max);
  const low = chosen.low ? Number(chosen.low) : least, high = chosen.high ? Number(chosen.high) : most;
  const ends = [Math.min(least, low), Math.max(most, high)];
  const step = Math.max((ends[1] - ends[0]) / 200, 0.01).toPrecision(1);
  const told = make("output", {});
  const range = (value, name, id) => make("input", { type: "range", id, min: String(ends[0]), max: String(ends[1]), step, value: String(value), "aria-label": say(name) });
  const from = range(low, "least", "price-low"), to = range(high, "most", "price-high");
  const show = () => {
    told.textContent = money(Number(from.value), currency) + " – " + money(Number(to.value), currency);
    from.setAttribute("aria-valuetext", money(Number(from.value), currency));
    to.setAttribute("aria-valuetext", money(Number(to.value), currency));
  };
  const moved = (mine, other, keep) => () => {
    if (keep(Number(mine.value), Number(other.value))) mine.value = other.value;
    show();
  };
  from.addEventListener("input", moved(from, to, (mine, other) => mine > other));
  to.addEventListener("input", moved(to, from, (mine, other) => mine < other));
  const chose = () => go(withFilter(state, {
    field: "price",
    low: Number(from.value) > ends[0] ? from.value : "",
    high: Number(to.value) < ends[1] ? to.value : "",
  }));
  from.addEventListener("change", chose);
  to.addEventListener("change", chose);
  show();
  return group("price", make("div", { class: "slider" }, from, to), told);
}

function ratings(facet, state, go) {
  const chosen = filterOf(state, "rating")?.low || "";
  const items = ["4", "3", "2", ""].map((low) => {
    const box = make("input", { type: "radio", name: "rating", id: "rating-" + low, onchange: () => go(withFilter(state, { field: "rating", low, high: "" })) });
    box.checked = chosen === low;
    const text = low ? say("andUp", low) : say("anyRating");
    return make("label", {}, box, low ? make("span", { class: "stars", "aria-hidden": "true", text: "★".repeat(Number(low)) }) : null,
      make("span", { class: low ? "hidden" : "", text }));
  });
  return group("rating", ...items);
}

function values(field, facet, state, parameters, go) {
  const list = make("div", { class: "values" });
  const fill = (found) => list.replaceChildren(...found.map(({ value, count, selected }) => {
    const box = make("input", { type: "checkbox", id: field + "-" + value, onchange: () => go(toggled(state, field, String(value))) });
    box.checked = selected || Boolean(filterOf(state, field)?.values?.includes(String(value)));
    return make("label", {}, box, make("span", { text: String(value) }), make("small", { text: number(count) }));
  }));
  const whole = open.has(field);
  const first = facet.values.filter((each, place) => whole || place < SHOWN || each.selected);
  fill(first);
  const parts = [list];
  if (facet.distinct > SHOWN) {
    const search = async () => {
      const asked = new URLSearchParams(parameters);
      asked.set("q", find.value);
      asked.set("facet_limit", "30");
      try {
        fill((await ask("facet-" + field, "v1/facets/" + encodeURIComponent(field), asked)).values);
      } catch (error) { if (!isLate(error)) fill(first); }
    };
    const find = make("input", { type: "search", class: "find", "aria-label": say("findIn", label(field)), placeholder: say("findIn", label(field)), oninput: search });
    parts.unshift(find);
    if (!whole && first.length < facet.values.length) {
      const more = make("button", { type: "button", class: "plain", text: say("showAll", number(facet.distinct)) });
      more.addEventListener("click", () => { open.add(field); fill(facet.values); more.remove(); find.value = ""; search(); });
      parts.push(more);
    }
  }
  return group(field, ...parts);
}
