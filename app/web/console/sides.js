// Two answers side by side: why each hit stands there, and which hits moved.
import { make, marked } from "../shop/elements.js";
import { money } from "../shop/strings.js";
import { longest, why } from "./bars.js";
import { number, say } from "./strings.js";

// Where the hit stands in the other answer. rank, other: from 1. right: whether this is the second.
function move(rank, other, right) {
  if (other === undefined) return make("span", { class: "move new", text: say(right ? "new" : "onlyHere") });
  if (other === rank) return null;
  const up = right ? other > rank : rank > other;
  const told = right ? say("from", other) : say("to", other);
  return make("span", { class: up ? "move up" : "move down" }, make("span", { "aria-hidden": "true", text: (up ? "▲ " : "▼ ") + Math.abs(other - rank) + " " }), told);
}

function hitItem(hit, rank, other, right, scale, actions) {
  const product = hit.product, placed = hit.placed;
  return make("li", { class: "hit", "data-id": hit.id },
    make("div", { class: "hitline" }, make("span", { class: "rank", text: rank }),
      make("span", { class: "title" }, ...marked(product.title || product.id, hit.highlights?.title?.offsets)), move(rank, other, right)),
    make("p", { class: "facts", text: [hit.id, product.brand, money(product.price, product.currency)].filter(Boolean).join(" · ") }),
    placed ? make("p", { class: "tag", text: [say("placed." + placed.kind), placed.rule, placed.label].filter(Boolean).join(" · ") }) : null,
    ...why(hit, scale), actions ? make("p", { class: "actions" }, ...actions(hit, rank)) : null);
}

function told(body) {
  const parts = [say("found", number(body.total)), body.took_ms && body.took_ms.toFixed(1) + " ms", body.generation.model];
  if (body.relaxed?.dropped?.length) parts.push(say("dropped", body.relaxed.dropped.join(", ")));
  return make("p", { class: "soft", text: [...parts, ...body.degraded].filter(Boolean).join(" · ") });
}

function column(name, body, ranks, right, scale, actions) {
  const heading = make("h2", { text: name });
  if (body instanceof Error) return make("section", { "aria-label": name }, heading, make("p", { role: "alert", text: say("failed", body.message) }));
  const items = body.hits.map((hit, place) => hitItem(hit, place + 1, ranks.get(hit.id), right, scale, actions));
  return make("section", { "aria-label": name }, heading, told(body), items.length ? make("ol", { class: "hits" }, ...items) : make("p", { text: say("nothing") }));
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

// bodies: two answers, or errors. names: of the columns. actions: what can be done with a hit of the right one.
export function showSides(place, bodies, names, actions) {
  const [left, right] = bodies;
  const scale = longest(bodies.flatMap((body) => body.hits || []));
  place.replaceChildren(make("p", { id: "summary", role: "status", text: summary(left, right) }), make("div", { class: "columns" },
    column(names[0], left, ranksOf(right), false, scale), column(names[1], right, ranksOf(left), true, scale, actions)));
}
