// What is compared on traffic, and what it says: rates with intervals, and a verdict that waits.
import { make } from "../shop/elements.js";
import { ask, send } from "./api.js";
import { number, say } from "./strings.js";
import { act, figures, percent, table, tell, when } from "./tables.js";

const PATH = "v1/admin/experiments";
const RATES = ["ctr", "add_to_cart_rate", "conversion_rate", "revenue"];
const LABELS = { ctr: "ctr", add_to_cart_rate: "toCart", conversion_rate: "conversion", revenue: "revenuePerSearch" };
const one = (id) => PATH + "/" + encodeURIComponent(id);

function estimate(given, name) {
  if (!given || given.mean === null) return "–";
  const told = name === "revenue" ? (value) => number(Number(value.toFixed(2))) : (value) => percent(value);
  return told(given.mean) + (given.low === null ? "" : " (" + told(given.low) + " – " + told(given.high) + ")");
}

// An interval on an axis with zero in its middle.
function interval(given, most) {
  if (!given || given.low === null) return "–";
  const line = make("span", { class: given.low > 0 ? "span plus" : given.high < 0 ? "span minus" : "span", "aria-hidden": "true" });
  const at = (value) => 50 + 50 * Math.max(-1, Math.min(1, value / most));
  line.style.left = at(given.low) + "%";
  line.style.width = Math.max(0.5, at(given.high) - at(given.low)) + "%";
  const sign = (value) => (value > 0 ? "+" : "") + percent(value);
  return make("span", { class: "interval" }, make("span", { class: "axis" }, line), make("span", { text: sign(given.mean) + " (" + sign(given.low) + " – " + sign(given.high) + ")" }));
}

function differences(body) {
  const ends = body.differences.flatMap((row) => RATES.flatMap((name) => [row[name].relative.low, row[name].relative.high])).filter((end) => end !== null).map(Math.abs);
  const most = Math.min(2, Math.max(0.05, ...ends));
  const rows = body.differences.flatMap((row) => RATES.map((name) => ({ row, name })));
  return table(say("differences"), [
    [say("variant"), ({ row }) => row.variant + " – " + row.against],
    [say("measure"), ({ name }) => say(LABELS[name])],
    [say("relative"), ({ row, name }) => interval(row[name].relative, most)],
    ["p", ({ row, name }) => (row[name].p_value === null ? "–" : row[name].p_value.toFixed(4)), true],
  ], rows);
}

function report(body) {
  const { experiment, units, verdict } = body;
  const parts = [
    make("p", { class: "verdict", text: (verdict.decided ? say("decided", verdict.winner || say("none")) : say("undecided")) + " " + verdict.why }),
    figures([[say("units"), number(units.counted) + " / " + number(units.horizon)], [say("measure"), say(LABELS[experiment.metric] || experiment.metric)], [say("since"), when(experiment.started_at)]]),
  ];
  if (body.sample_ratio?.mismatch) parts.push(make("p", { role: "alert", text: say("mismatch") }));
  if (body.variants) {
    parts.push(table(say("variants"), [[say("variant"), (row) => row.name], [say("units"), (row) => number(row.units), true], [say("searches"), (row) => number(row.searches), true],
      ...RATES.map((name) => [say(LABELS[name]), (row) => estimate(row[name], name), true])], body.variants));
  }
  if (body.differences) parts.push(differences(body));
  if (body.preference) {
    parts.push(table(say("wins"), [[say("variant"), ([name]) => name], [say("won"), ([, wins]) => number(wins), true]], Object.entries(body.wins)),
      make("p", { text: say("preference", body.preference.of) + " " + estimate(body.preference) + " · " + say("ties", number(body.ties)) }));
  }
  return parts;
}

export async function show(place, { state, index, go }) {
  const kept = await ask("experiments", PATH, { index: index.name });
  const chosen = kept.items.find((each) => each.id === state.experiment);
  const found = chosen ? report(await ask("experiment", one(chosen.id), { index: index.name })) : [];
  const heading = chosen ? [make("h2", { text: chosen.id }), chosen.state === "running" ? act(say("stop"), async () => {
    if (!confirm(say("stopSure", chosen.id))) return;
    await send("POST", one(chosen.id) + "/stop", { index: index.name });
    tell(say("stopped", chosen.id));
    await go({});
  }) : ""] : [];
  place.replaceChildren(make("h1", { text: say("experiments") }), make("p", { class: "soft", text: say("experiments.about") }),
    ...kept.problems.map((text) => make("p", { role: "alert", text })),
    table(say("experiments"), [
      [say("experiment"), (row) => make("button", { type: "button", class: "plain", text: row.id, onclick: () => go({ experiment: row.id }) })],
      [say("kind"), (row) => say("kind." + row.kind)],
      [say("variants"), (row) => row.variants.map((each) => each.name + " " + percent(each.share, 0)).join(", ")],
      [say("measure"), (row) => say(LABELS[row.metric] || row.metric)],
      [say("state"), (row) => say("state." + row.state)],
      [say("since"), (row) => when(row.started_at)],
    ], kept.items), ...heading, ...found);
}
