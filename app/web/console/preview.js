// One search two ways: two policies, models or snapshots, side by side, and what moved.
import { make } from "../shop/elements.js";
import { ask, isLate, isRefused } from "./api.js";
import { showSides } from "./sides.js";
import { say } from "./strings.js";
import { field, when } from "./tables.js";

const SIDES = ["a", "b"];
const SWITCHES = ["rules", "diversity", "synonyms", "semantic", "correct"];
const HITS = 20;

const offOf = (state, side) => (state[side + ".off"] || "").split(",").filter((name) => SWITCHES.includes(name));

function parameters(state, index, side) {
  const asked = { index: index.name, q: state.q || "", page_size: HITS, explain: "on", analytics: "off" };
  if (state[side + ".policy"]) asked.policy = state[side + ".policy"];
  const preview = [state[side + ".snapshot"], state[side + ".model"]].filter(Boolean).join(",");
  if (preview) asked.preview = preview;
  for (const name of offOf(state, side)) asked[name] = "off";
  return asked;
}

function select(id, label, options, chosen, onchange) {
  const box = make("select", { id, onchange: (event) => onchange(event.target.value) },
    ...options.map(([value, text]) => make("option", { value, text })));
  box.value = chosen;
  return field(label, box);
}

function choices(side, { state, index, go }, snapshots, models) {
  const policies = index.policies.map((each) => [each.name, each.name + " · " + each.model]);
  const kept = snapshots.map((each) => [each.current ? "" : each.id, (each.current ? say("now") + " · " : "") + (each.created_at ? when(each.created_at) : each.id)]);
  const rankers = [["", say("policysModel")], ["shipped", say("shippedModel")], ...models.map((each) => [each.id, each.id + " · " + when(each.created_at)])];
  const off = offOf(state, side);
  const switches = SWITCHES.map((name) => make("label", {}, make("input", { type: "checkbox", checked: !off.includes(name),
    onchange: (event) => go({ [side + ".off"]: (event.target.checked ? off.filter((each) => each !== name) : [...off, name]).join(",") }) }), " " + say(name)));
  return make("fieldset", { class: "choices" }, make("legend", { text: say("side." + side) }),
    select(side + "-policy", say("policy"), policies, state[side + ".policy"] || policies[0]?.[0], (value) => go({ [side + ".policy"]: value === policies[0][0] ? "" : value })),
    select(side + "-snapshot", say("snapshot"), kept, state[side + ".snapshot"] || "", (value) => go({ [side + ".snapshot"]: value })),
    select(side + "-model", say("rankedBy"), rankers, state[side + ".model"] || "", (value) => go({ [side + ".model"]: value })),
    make("div", { class: "switches" }, ...switches));
}

async function results(place, { state, index }) {
  place.setAttribute("aria-busy", "true");
  const bodies = await Promise.all(SIDES.map((side) => ask("search-" + side, "v1/search", parameters(state, index, side)).catch((error) => error)));
  if (bodies.some((body) => body instanceof Error && isLate(body))) return;
  showSides(place, bodies, SIDES.map((side) => say("side." + side)));
  place.removeAttribute("aria-busy");
}

// A key for rules alone may not see them: then there is the one in force.
async function keptSnapshots(index) {
  try { return await ask("snapshots", "v1/admin/snapshots", { index: index.name }); } catch (error) {
    if (isRefused(error)) return { current: { snapshot: index.snapshot }, items: [{ id: index.snapshot }], models: [] };
    throw error;
  }
}

export async function show(place, context) {
  const { state, index, go } = context;
  const { current, items, models } = await keptSnapshots(index);
  const snapshots = items.map((each) => ({ ...each, current: each.id === current?.snapshot }));
  snapshots.sort((one, other) => other.current - one.current);
  const box = make("input", { id: "q", type: "search", value: state.q || "", maxlength: 512, "aria-label": say("query") });
  const form = make("form", { class: "ask", onsubmit: (event) => { event.preventDefault(); go({ q: box.value.trim() }); } },
    box, make("button", { type: "submit", text: say("search") }));
  const found = make("div", { id: "found" });
  const focused = place.contains(document.activeElement) ? document.activeElement.id : "";
  place.replaceChildren(make("h1", { text: say("preview") }), make("p", { class: "soft", text: say("preview.about") }), form,
    make("div", { class: "columns" }, ...SIDES.map((side) => choices(side, context, snapshots, models))), found);
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  await results(found, context);
}
