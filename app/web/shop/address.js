// What is searched, as the address says it: `?q=…&filter=…&sort=…`, filters as the API writes them.
const escaped = (text) => {
  const plain = String(text).replace(/[\\|:]/g, "\\$&");
  return plain.includes("..") ? plain.replaceAll(".", "\\.") : plain === "*" ? "\\*" : plain;
};

function cut(text, sign) {
  const parts = [""];
  for (let at = 0; at < text.length; at++) {
    if (text[at] === "\\" && at + 1 < text.length) parts[parts.length - 1] += text[at] + text[++at];
    else if (text.startsWith(sign, at)) { parts.push(""); at += sign.length - 1; }
    else parts[parts.length - 1] += text[at];
  }
  return parts;
}
const plain = (text) => text.trim().replace(/\\(.)/g, "$1");

// {field, values} or {field, low, high}, or {raw} for what the shop has no control for.
export function readFilter(text) {
  const [name, ...rest] = cut(text, ":");
  const written = rest.join(":");
  if (text.startsWith("-") || !rest.length || written.trim() === "*") return { raw: text };
  const ends = cut(written, "..");
  if (ends.length === 2 && cut(written, "|").length === 1) {
    if (ends[1].startsWith("<")) return { raw: text };
    return { field: plain(name), low: plain(ends[0]), high: plain(ends[1]) };
  }
  return { field: plain(name), values: cut(written, "|").map(plain) };
}

export function writeFilter(filter) {
  if (filter.raw !== undefined) return filter.raw;
  if (filter.values) return escaped(filter.field) + ":" + filter.values.map(escaped).join("|");
  return escaped(filter.field) + ":" + filter.low + ".." + filter.high;
}

const SORTS = ["price:asc", "price:desc", "rating:desc", "newest"];
export const sorts = SORTS;

export function readState(search = location.search) {
  const given = new URLSearchParams(search);
  const page = Number(given.get("page"));
  return {
    q: given.get("q") || "",
    filters: given.getAll("filter").map(readFilter),
    sort: SORTS.includes(given.get("sort")) ? given.get("sort") : "",
    exact: given.get("exact") === "1",
    why: given.get("why") === "1",
    product: given.get("product") || "",
    pages: Number.isInteger(page) && page > 1 ? Math.min(page, 40) : 1,
  };
}

export function addressOf(state) {
  const told = new URLSearchParams();
  if (state.product) told.set("product", state.product);
  if (state.q) told.set("q", state.q);
  for (const filter of state.filters) told.append("filter", writeFilter(filter));
  if (state.sort) told.set("sort", state.sort);
  if (state.exact) told.set("exact", "1");
  if (state.why) told.set("why", "1");
  if (state.pages > 1) told.set("page", state.pages);
  const query = told.toString();
  return query ? "?" + query : location.pathname;
}

export const filterOf = (state, field) => state.filters.find((filter) => filter.field === field);
export const without = (state, gone) => ({ ...state, pages: 1, filters: state.filters.filter((each) => each !== gone) });

// The state with the field's filter in place of any it has; none without values and ends.
export function withFilter(state, filter) {
  const others = state.filters.filter((each) => each.field !== filter.field);
  const empty = filter.values ? !filter.values.length : !filter.low && !filter.high;
  return { ...state, pages: 1, filters: empty ? others : [...others, filter] };
}

export function toggled(state, field, value) {
  const values = (filterOf(state, field) || {}).values || [];
  const kept = values.includes(value) ? values.filter((each) => each !== value) : [...values, value];
  return withFilter(state, { field, values: kept });
}

export function filterLabel(filter, label, money) {
  if (filter.raw !== undefined) return filter.raw;
  if (filter.values) return filter.values.map((value) => value.split(" > ").pop()).join(", ");
  const shown = (end) => (filter.field === "price" ? money(Number(end)) : end);
  const ends = [filter.low && shown(filter.low), filter.high && shown(filter.high)];
  const said = ends[0] && ends[1] ? ends.join(" – ") : ends[0] ? "≥ " + ends[0] : "≤ " + ends[1];
  return label(filter.field) + " " + said;
}
