// One search two ways: two policies, models or snapshots, side by side, and what moved.
import { make, marked } from "../shop/elements.js";
import { money, number } from "../shop/strings.js";
import { ask, isLate } from "./api.js";
import { longest, why } from "./bars.js";
import { say } from "./strings.js";

const SIDES = ["a", "b"];
const SWITCHES = ["diversity", "synonyms", "semantic", "correct"];
const HITS = 20;

const offOf = (state, side) => (state[side + ".off"] || "").split(",").filter((name) => SWITCHES.includes(name));

function parameters(state, index, side) {
  const asked = { index: index.name, q: state.q || "", page_size: HITS, explain: "on", analytics: "off" };
  if (state[side + ".policy"]) asked.policy = state[side + ".policy"];
  if (state[side + ".snapshot"]) asked.preview = state[side + ".snapshot"];
  for (const name of offOf(state, side)) asked[name] = "off";
  return asked;
}

function select(id, label, options, chosen, onchange) {
  const box = make("select", { id, onchange: (event) => onchange(event.target.value) },
    ...options.map(([value, text]) => make("option", { value, text })));
  box.value = chosen;
  return make("p", { class: "field" }, make("label", { for: id, text: label }), box);
}

function choices(side, { state, index, go }, snapshots) {
  const policies = index.policies.map((each) => [each.name, each.name + " · " + each.model]);
  const kept = snapshots.map((each) => [each.current ? "" : each.id, (each.current ? say("now") + " · " : "") + when(each.created_at)]);
  const off = offOf(state, side);
  const switches = SWITCHES.map((name) => make("label", {}, make("input", { type: "checkbox", checked: !off.includes(name),
    onchange: (event) => go({ [side + ".off"]: (event.target.checked ? off.filter((each) => each !== name) : [...off, name]).join(",") }) }), " " + say(name)));
  return make("fieldset", { class: "choices" }, make("legend", { text: say("side." + side) }),
    select(side + "-policy", say("policy"), policies, state[side + ".policy"] || policies[0]?.[0], (value) => go({ [side + ".policy"]: value === policies[0][0] ? "" : value })),
    select(side + "-snapshot", say("snapshot"), kept, state[side + ".snapshot"] || "", (value) => go({ [side + ".snapshot"]: value })),
    make("div", { class: "switches" }, ...switches));
}

const when = (time) => time.slice(0, 16).replace("T", " ");

// Where the hit stands in the other column.
function move(rank, other, side) {
  if (other === undefined) return make("span", { class: "move new", text: say(side === "a" ? "onlyHere" : "new") });
  if (other === rank) return null;
  const up = side === "b" ? other > rank : rank > other;
  const text = (up ? "▲ " : "▼ ") + Math.abs(other - rank);
  const told = side === "b" ? say("from", other) : say("to", other);
  return make("span", { class: up ? "move up" : "move down" }, make("span", { "aria-hidden": "true", text: text + " " }), told);
}

function hitItem(hit, rank, other, side, scale) {
  const product = hit.product;
  return make("li", { class: "hit" },
    make("div", { class: "hitline" }, make("span", { class: "rank", text: rank }),
      make("span", { class: "title" }, ...marked(product.title || product.id, hit.highlights?.title?.offsets)), move(rank, other, side)),
    make("p", { class: "facts", text: [hit.id, product.brand, money(product.price, product.currency)].filter(Boolean).join(" · ") }),
    ...why(hit, scale));
}

function told(body) {
  const parts = [say("found", number(body.total)), body.took_ms.toFixed(1) + " ms", body.generation.model];
  if (body.relaxed?.dropped?.length) parts.push(say("dropped", body.relaxed.dropped.join(", ")));
  return make("p", { class: "soft", text: [...parts, ...body.degraded].join(" · ") });
}

function column(side, body, ranks, scale) {
  const name = say("side." + side);
  if (body instanceof Error) return make("section", { "aria-label": name }, make("h2", { text: name }), make("p", { role: "alert", text: say("failed", body.message) }));
  const items = body.hits.map((hit, place) => hitItem(hit, place + 1, ranks.get(hit.id), side, scale));
  return make("section", { "aria-label": name }, make("h2", { text: name }), told(body),
    items.length ? make("ol", { class: "hits" }, ...items) : make("p", { text: say("nothing") }));
}

const ranksOf = (body) => new Map((body.hits || []).map((hit, place) => [hit.id, place + 1]));

function summary(left, right) {
  const before = ranksOf(left), after = ranksOf(right);
  if (!after.size && !before.size) return "";
  const moved = [...after].filter(([id, rank]) => before.has(id) && before.get(id) !== rank).length;
  const fresh = [...after.keys()].filter((id) => !before.has(id)).length;
  const gone = [...before.keys()].filter((id) => !after.has(id)).length;
  return moved + fresh + gone ? say("moved", moved, fresh, gone) : say("same");
}

async function results(place, { state, index }) {
  place.setAttribute("aria-busy", "true");
  const bodies = await Promise.all(SIDES.map((side) => ask("search-" + side, "v1/search", parameters(state, index, side)).catch((error) => error)));
  if (bodies.some((body) => body instanceof Error && isLate(body))) return;
  const [left, right] = bodies;
  const scale = longest(bodies.flatMap((body) => body.hits || []));
  place.replaceChildren(make("p", { id: "summary", role: "status", text: summary(left, right) }),
    make("div", { class: "columns" }, column("a", left, ranksOf(right), scale), column("b", right, ranksOf(left), scale)));
  place.removeAttribute("aria-busy");
}

export async function show(place, context) {
  const { state, index, go } = context;
  const { current, items } = await ask("snapshots", "v1/admin/snapshots", { index: index.name });
  const snapshots = items.map((each) => ({ ...each, current: each.id === current?.snapshot }));
  snapshots.sort((one, other) => other.current - one.current);
  const box = make("input", { id: "q", type: "search", value: state.q || "", maxlength: 512, "aria-label": say("query") });
  const form = make("form", { class: "ask", onsubmit: (event) => { event.preventDefault(); go({ q: box.value.trim() }); } },
    box, make("button", { type: "submit", text: say("search") }));
  const found = make("div", { id: "found" });
  const focused = place.contains(document.activeElement) ? document.activeElement.id : "";
  place.replaceChildren(make("h1", { text: say("preview") }), make("p", { class: "soft", text: say("preview.about") }), form,
    make("div", { class: "columns" }, ...SIDES.map((side) => choices(side, context, snapshots))), found);
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  await results(found, context);
}
