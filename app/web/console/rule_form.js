// One rule: its fields, or the whole of it as JSON; what it would do; putting it in force.
import { make } from "../shop/elements.js";
import { ask, send } from "./api.js";
import { nameField, yourName } from "./person.js";
import { FIELDS, listOf, pinsOf, putPins, whole } from "./rule_fields.js";
import { showSides } from "./sides.js";
import { say } from "./strings.js";
import { act, tell } from "./tables.js";

const RULES = "v1/admin/rules";
const HITS = 12;

function control(field, rule, changed) {
  const id = "rule-" + field.name;
  const facts = { id, onchange: (event) => { field.write(rule, event.target.value.trim()); changed(); } };
  const value = field.read(rule);
  const box = field.options ? make("select", facts, ...field.options.map((each) => make("option", { value: each, text: say("kind." + each) })))
    : field.rows ? make("textarea", { ...facts, rows: String(field.rows), spellcheck: "false" }) : make("input", { ...facts, type: field.type || "text" });
  box.value = value;
  return make("p", { class: "field" }, make("label", { for: id, text: say("rule." + field.name) }), box);
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
    fields.replaceChildren(...FIELDS.map((field) => control(field, rule, written)));
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
    const told = await send("PUT", RULES + "/" + encodeURIComponent(name), parameters, body);
    tell(say("ruleSaved", name));
    doubts.replaceChildren(...told.problems.map((each) => make("li", { text: each.problem })));
    item = await ask("rule", RULES + "/" + encodeURIComponent(name), { index: index.name });
    id.readOnly = true;
    await done?.(name);
  }, { id: "save", class: "main" });

  showFields();
  place.replaceChildren(make("p", {}, make("button", { type: "button", class: "plain", text: "‹ " + say("rules"), onclick: () => go({ rule: "", q: "", at: "" }) })),
    make("h1", { text: item ? rule.name || rule.id : say("newRule") }),
    make("div", { class: "columns wide" },
      make("section", { "aria-label": say("rule.form") }, make("p", { class: "field" }, make("label", { for: "rule-id", text: say("rule.id") }), id), fields,
        make("details", {}, make("summary", { text: say("asJson") }), make("label", { for: "json", text: say("asJsonAbout") }), json),
        nameField(), make("p", { class: "field" }, make("label", { for: "note", text: say("note") }), note), make("p", { class: "actions" }, save), doubts),
      make("section", { "aria-label": say("preview") }, make("form", { class: "fields", onsubmit: (event) => { event.preventDefault(); preview.click(); } },
        make("p", { class: "field" }, make("label", { for: "q", text: say("query") }), query), make("p", { class: "field" }, make("label", { for: "at", text: say("at") }), at), preview), found)));
  if (state.q) preview.click();
}
