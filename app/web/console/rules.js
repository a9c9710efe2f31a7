// Merchandising rules: which there are, their history, and one of them to be edited.
import { make } from "../shop/elements.js";
import { ask, send } from "./api.js";
import { yourName } from "./person.js";
import { summary } from "./rule_fields.js";
import { editRule, pathOf, RULES } from "./rule_form.js";
import { number, say } from "./strings.js";
import { act, table, tell, when } from "./tables.js";

const ROWS = 100;

export async function show(place, context) {
  const { state, index, go } = context;
  if (state.rule === "new") return editRule(place, null, context, (id) => go({ rule: id }, "address"));
  if (state.rule) return editRule(place, await ask("rule", pathOf(state.rule), { index: index.name }), context);
  const list = make("div", { id: "list" }), changes = make("div", { id: "changes" });
  const filter = make("input", { id: "filter", type: "search", value: state.find || "", maxlength: 200, "aria-label": say("findRule") });
  const by = (note) => ({ index: index.name, by: yourName(), note });

  async function refresh() {
    const [kept, history] = await Promise.all([
      ask("rules", RULES, { index: index.name, q: filter.value.trim(), limit: ROWS }),
      ask("history", RULES + "/history", { index: index.name, limit: 20 }),
    ]);
    list.replaceChildren(...kept.problems.map((text) => make("p", { role: "alert", text })), rulesTable(kept),
      kept.total > kept.items.length ? make("p", { class: "soft", text: say("more", number(kept.total - kept.items.length)) }) : "");
    changes.replaceChildren(historyTable(history.items));
  }

  async function switched({ rule, version }) {
    const { id, ...body } = rule;
    await send("PUT", pathOf(id), { ...by(""), version }, { ...body, enabled: body.enabled === false });
    tell(say("ruleSaved", id));
    await refresh();
  }
  async function removed({ rule }) {
    await send("DELETE", pathOf(rule.id), by(""));
    tell(say("removed", rule.id));
    await refresh();
  }
  async function undone(change) {
    const told = await send("POST", RULES + "/undo", { ...by(""), ...(change && { change }) });
    tell(say("takenBack", told.changed.join(", ")));
    await refresh();
  }

  const rulesTable = ({ items }) => table(say("rules"), [
    [say("rule"), ({ rule }) => make("button", { type: "button", class: "plain", text: rule.name || rule.id, onclick: () => go({ rule: rule.id }) })],
    [say("when"), ({ rule }) => summary(rule, say).when],
    [say("then"), ({ rule }) => summary(rule, say).then],
    [say("state"), (item) => make("span", {}, say("state." + item.state), ...item.problems.map((text) => make("span", { class: "tag", text })))],
    [say("changed"), (item) => when(item.at) + [item.by, item.key].filter(Boolean).map((name) => " · " + name).join("")],
    [say("decide"), (item) => make("span", { class: "actions" },
      act(say(item.rule.enabled === false ? "switchOn" : "switchOff"), () => switched(item), { "aria-label": say(item.rule.enabled === false ? "switchOn" : "switchOff") + ": " + item.rule.id }),
      act(say("remove"), () => removed(item), { "aria-label": say("removeRule", item.rule.id) }))],
  ], items);

  const historyTable = (items) => table(say("history"), [
    [say("time"), (change) => when(change.at)],
    [say("by"), (change) => [change.by, change.key].filter(Boolean).join(" · ") || "–"],
    [say("change"), (change) => say("action." + change.action) + " " + change.rules.map((each) => each.id).join(", ")],
    [say("note"), (change) => change.note],
    [say("decide"), (change) => act(say("undo"), () => undone(change.id), { "aria-label": say("undo") + ": " + change.rules.map((each) => each.id).join(", ") })],
  ], items);

  await refresh();
  place.replaceChildren(make("h1", { text: say("rules") }), make("p", { class: "soft", text: say("rules.about") }),
    make("form", { class: "ask", onsubmit: (event) => { event.preventDefault(); go({ find: filter.value.trim() }); } }, filter, make("button", { type: "submit", text: say("find") }),
      make("button", { type: "button", class: "main", text: say("newRule"), onclick: () => go({ rule: "new" }) })),
    list, changes);
}
