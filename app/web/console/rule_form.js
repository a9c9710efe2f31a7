// One rule: its fields, or the whole of it as JSON; what it would do; putting it in force.
import { make } from "../shop/elements.js";
import { ask, send } from "./api.js";
import { nameField, yourName } from "./person.js";
import { FIELDS, listOf, pinsOf, putPins, whole } from "./rule_fields.js";
import { showSides } from "./sides.js";
import { say } from "./strings.js";
import { act, field, tell } from "./tables.js";

export const RULES = "v1/admin/rules";
export const pathOf = (id) => RULES + "/" + encodeURIComponent(id);
const HITS = 12;

function control(part, rule, changed) {
  const id = "rule-" + part.name;
  const facts = { id, onchange: (event) => { part.write(rule, event.target.value.trim()); changed(); } };
  const value = part.read(rule);
  const box = part.options ? make("select", facts, ...part.options.map((each) => make("option", { value: each, text: say("kind." + each) })))
    : part.rows ? make("textarea", { ...facts, rows: String(part.rows), spellcheck: "false" }) : make("input", { ...facts, type: part.type || "text" });
  box.value = value;
  return field(say("rule." + part.name), box);
}

// item: as the service tells a rule, with its version; null for a new one. done: after it was saved.
export async function editRule(place, item, { state, index, go }, done) {
  const rule = whole(structuredClone(item?.rule || { id: "", when: {}, then: {} }));
  const fields = make("div", { class: "fields" }), doubts = make("ul", { class: "doubts" }), found = make("div", { id: "found" });
  const json = make("textarea", { id: "json", rows: "12", spellcheck: "false", onchange: () => {
    try {
      const read = whole(JSON.parse(json.value));
      for (const name of Object.keys(rule)) delete rule[name];
      Object.assign(rule, read);
      showFields();
    } catch (error) { tell(say("notJson", error.message), true); }
  } });
  const id = make("input", { id: "rule-id", type: "text", value: rule.id, maxlength: 100, readOnly: Boolean(item), placeholder: "summer-lamps" });
  const note = make("input", { id: "note", type: "text", maxlength: 500 });
  const query = make("input", { id: "q", type: "search", value: state.q || "", maxlength: 512 });
  const at = make("input", { id: "at", type: "datetime-local", value: state.at || "" });

  function written() {
    json.value = JSON.stringify({ ...rule, id: id.value.trim() }, null, 1);
  }
  function showFields() {
    fields.replaceChildren(...FIELDS.map((part) => control(part, rule, written)));
    written();
  }

  const preview = act(say("look"), async () => {
    const draft = { ...rule, id: id.value.trim() || "draft" };
    const acts = Object.keys(rule.then).length > 0;
    const body = { index: index.name, query: query.value.trim(), page_size: HITS, ...(at.value && { at: new Date(at.value).toISOString() }), draft: acts ? [draft] : [] };
    const told = await send("POST", RULES + "/preview", undefined, body);
    showSides(found, [told.without_rules, told.with_rules], [say("withoutRules"), say("withRules")], hitActions);
    const asked = told.rules.map((each) => make("li", { text: (each.name || each.id) + ": " + (each.fired ? say("fires") : say("firesNot", each.why_not)) }));
    found.prepend(make("ul", { class: "facts" }, ...asked));
    go({ q: query.value.trim(), at: at.value }, "address");
  });
  const hitActions = (hit, rank) => [
    act(say("pinHere", rank), () => {
      const others = pinsOf(rule).filter((pin) => pin.product !== hit.id && pin.position !== rank);
      putPins(rule, [...others, { product: hit.id, position: rank }]);
      return again();
    }),
    act(say("pinFirst"), () => {
      const others = pinsOf(rule).filter((pin) => pin.product !== hit.id);
      const moved = others.map((pin) => ({ ...pin, position: pin.position + 1 }));
      putPins(rule, [{ product: hit.id, position: 1 }, ...moved]);
      return again();
    }),
    act(say("hideThis"), () => {
      putPins(rule, pinsOf(rule).filter((pin) => pin.product !== hit.id));
      rule.then.hide = [...new Set([...listOf(rule.then.hide), hit.id])];
      return again();
    }),
  ];
  function again() { // a rule without words is about the query that is looked at
    if (!rule.when.query && query.value.trim()) rule.when.query = [{ is: query.value.trim() }];
    showFields();
    preview.click();
  }

  const save = act(say("putInForce"), async () => {
    const name = id.value.trim();
    const { id: _, ...body } = rule;
    const parameters = { index: index.name, by: yourName(), note: note.value.trim(), version: item?.version ?? 0 };
    const told = await send("PUT", pathOf(name), parameters, body);
    tell(say("ruleSaved", name));
    doubts.replaceChildren(...told.problems.map((each) => make("li", { text: each.problem })));
    item = await ask("rule", pathOf(name), { index: index.name });
    id.readOnly = true;
    await done?.(name);
  }, { id: "save", class: "main" });

  showFields();
  place.replaceChildren(make("p", {}, make("button", { type: "button", class: "plain", text: "‹ " + say("rules"), onclick: () => go({ rule: "", q: "", at: "" }) })),
    make("h1", { text: item ? rule.name || rule.id : say("newRule") }),
    make("div", { class: "columns wide" },
      make("section", { "aria-label": say("rule.form") }, field(say("rule.id"), id), fields,
        make("details", {}, make("summary", { text: say("asJson") }), make("label", { for: "json", text: say("asJsonAbout") }), json),
        nameField(), field(say("note"), note), make("p", { class: "actions" }, save), doubts),
      make("section", { "aria-label": say("preview") }, make("form", { class: "fields", onsubmit: (event) => { event.preventDefault(); preview.click(); } },
        field(say("query"), query), field(say("at"), at), preview), found)));
  if (state.q) preview.click();
}
