// Other words for the shop's words: those in force, and proposals to accept.
import { make } from "../shop/elements.js";
import { ask, send } from "./api.js";
import { say } from "./strings.js";
import { act, table, tell } from "./tables.js";

const PATH = "v1/admin/synonyms";

function mined(place, index, refresh) {
  return async () => {
    const { items } = await ask("mined", PATH + "/mined", { index: index.name, limit: 100 });
    const rows = items.map((each) => ({ ...each }));
    place.replaceChildren(table(say("proposals"), [
      [say("synonym"), (row) => row.rule],
      [say("source"), (row) => say(row.source) + " " + row.score.toFixed(2) + (row.support > 1 ? " · " + say("queryPairs", row.support) : "")],
      [say("decide"), (row) => make("span", { class: "actions" },
        act(say("accept"), async () => { await send("POST", PATH, { index: index.name }, { text: row.rule }); tell(say("accepted", row.rule)); await refresh(); }, { "aria-label": say("acceptRule", row.rule) }),
        make("button", { type: "button", text: say("pass"), "aria-label": say("passRule", row.rule), onclick: (event) => event.target.closest("tr").remove() }))],
    ], rows));
  };
}

export async function show(place, { index }) {
  const inForce = make("div", { id: "inforce" }), proposals = make("div", { id: "proposals" });

  async function refresh() {
    const body = await ask("synonyms", PATH, { index: index.name });
    const idle = new Set(body.idle); // lines
    inForce.replaceChildren(...body.problems.map((text) => make("p", { role: "alert", text })), table(say("inForce"), [
      [say("synonym"), (row) => row.rule],
      [say("language"), (row) => row.language || "–"],
      [say("state"), (row) => say(idle.has(row.line) ? "findsNothing" : "works")],
      [say("decide"), (row) => act(say("remove"), async () => {
        await send("DELETE", PATH, { index: index.name, rule: row.rule });
        tell(say("removed", row.rule));
        await refresh();
      }, { "aria-label": say("removeRule", row.rule) })],
    ], body.synonyms));
  }

  const box = make("input", { id: "rule", type: "text", maxlength: 1000, placeholder: "sofa, couch", "aria-label": say("newSynonym") });
  const add = act(say("add"), async () => {
    const { added } = await send("POST", PATH, { index: index.name }, { text: box.value });
    tell(added.length ? say("accepted", added.join("; ")) : say("thereAlready"));
    box.value = "";
    await refresh();
  });
  await refresh();
  place.replaceChildren(make("h1", { text: say("synonyms.title") }), make("p", { class: "soft", text: say("synonyms.about") }),
    make("form", { class: "ask", onsubmit: (event) => { event.preventDefault(); add.click(); } }, box, add),
    inForce, make("p", { class: "actions" }, act(say("mine"), mined(proposals, index, refresh), { id: "mine" })), proposals);
}
