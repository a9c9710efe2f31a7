// What shoppers asked: most, in vain, without clicks; and what one query showed.
import { make } from "../shop/elements.js";
import { ask } from "./api.js";
import { dayChart } from "./charts.js";
import { number, say } from "./strings.js";
import { field, figures, percent, table, when } from "./tables.js";

const DAYS = [1, 7, 28, 90];
const ROWS = 20;

const begin = (days) => new Date(Date.now() - days * 86_400_000).toISOString();

function queryLink(row, go) {
  return make("button", { type: "button", class: "plain", text: row.query, onclick: () => go({ query: row.query }) });
}

const rates = [
  [() => say("ctr"), (row) => percent(row.ctr), true],
  [() => say("toCart"), (row) => percent(row.add_to_cart_rate), true],
  [() => say("conversion"), (row) => percent(row.conversion_rate), true],
  [() => say("revenue"), (row) => number(row.revenue), true],
];
const named = (columns) => columns.map(([name, ...rest]) => [name(), ...rest]);

function tables(body, go) {
  const query = [say("query"), (row) => queryLink(row, go)], searches = [say("searches"), (row) => number(row.searches), true];
  return [
    table(say("topQueries"), [query, searches, ...named(rates)], body.top_queries),
    table(say("zeroQueries"), [query, searches], body.zero_result_queries),
    table(say("lowQueries"), [query, searches, ...named(rates)], body.low_ctr_queries),
    table(say("byPosition"), [[say("position"), (row) => number(row.position)], [say("shown"), (row) => number(row.shown), true], [say("clicks"), (row) => number(row.clicks), true], [say("ctr"), (row) => percent(row.ctr), true]], body.by_position),
    table(say("byModel"), [[say("model"), (row) => (row.model || "–") + " · " + (row.policy || "–")], searches, ...named(rates)], body.by_model),
  ];
}

async function whole(place, { index, go }, days) {
  const body = await ask("analytics", "v1/admin/analytics", { index: index.name, from: begin(days), limit: ROWS });
  const chart = make("div", { class: "chart", id: "chart" });
  const zero = body.searches ? body.zero_results / body.searches : null;
  place.append(figures([[say("searches"), body.searches], [say("nothingFound"), percent(zero)], [say("ctr"), percent(body.ctr)],
    [say("toCart"), percent(body.add_to_cart_rate)], [say("conversion"), percent(body.conversion_rate)], [say("sessions"), body.sessions],
    [say("latency"), body.latency_ms.p50 === null ? "–" : body.latency_ms.p50 + " / " + body.latency_ms.p95 + " ms"]]));
  if (!body.complete) place.append(make("p", { class: "soft", text: say("incomplete") }));
  if (body.by_day.length > 1) place.append(chart);
  place.append(...tables(body, go));
  if (body.by_day.length > 1) {
    const byDay = [...body.by_day].reverse();
    await dayChart(chart, say("byDay"), byDay.map((row) => Date.parse(row.day + "T00:00:00Z") / 1000),
      [{ label: say("searches"), values: byDay.map((row) => row.searches) }, { label: say("ctr"), values: byDay.map((row) => row.ctr), share: true }]);
  }
}

async function one(place, { state, index, go }, days) {
  const body = await ask("analytics", "v1/admin/analytics/query", { index: index.name, query: state.query, from: begin(days), limit: 50 });
  place.append(make("p", {}, make("button", { type: "button", class: "plain", text: "‹ " + say("report"), onclick: () => go({ query: "" }) })),
    make("h2", { text: "“" + body.query + "”" }),
    figures([[say("searches"), body.searches], [say("nothingFound"), body.zero_results], [say("ctr"), percent(body.ctr)],
      [say("toCart"), percent(body.add_to_cart_rate)], [say("conversion"), percent(body.conversion_rate)], [say("revenue"), body.revenue]]),
    make("p", { class: "actions" }, ...["preview", "judging"].map((view) => make("button", { type: "button", text: say(view), onclick: () => go({ view, q: body.query, query: "" }) }))),
    table(say("shownProducts"), [[say("product"), (row) => row.title || row.product_id + " (" + say("gone") + ")"], [say("shown"), (row) => number(row.shown), true],
      [say("meanPosition"), (row) => number(row.position), true], [say("clicks"), (row) => number(row.clicks), true], [say("ctr"), (row) => percent(row.ctr), true],
      [say("toCart"), (row) => number(row.add_to_cart), true], [say("purchases"), (row) => number(row.purchases), true]], body.products),
    table(say("latest"), [[say("time"), (row) => when(row.at)], [say("products"), (row) => number(row.total), true], [say("model"), (row) => (row.model || "–") + " · " + (row.policy || "–")],
      [say("clicked"), (row) => say(row.clicked ? "yes" : "no")]], body.latest));
}

export async function show(place, context) {
  const { state, go } = context;
  const days = DAYS.includes(Number(state.days)) ? Number(state.days) : 7;
  const span = make("select", { id: "days", onchange: (event) => go({ days: event.target.value }) }, ...DAYS.map((each) => make("option", { value: each, text: say("lastDays", each) })));
  span.value = days;
  const found = make("div", {});
  await (state.query ? one : whole)(found, context, days);
  place.replaceChildren(make("h1", { text: say("report") }), field(say("window"), span), found);
}
