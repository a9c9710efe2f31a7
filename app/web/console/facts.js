// What is known of the index: how full its fields are, segments, changes, models and their proof.
import { make } from "../shop/elements.js";
import { ask } from "./api.js";
import { number, say } from "./strings.js";
import { figures, percent, size, table, when } from "./tables.js";

const MEASURES = ["nDCG-linear@10", "nDCG-esci@10", "MRR@10", "R@100", "pair order"];

function meter(share) {
  const bar = make("span", { class: "bar", "aria-hidden": "true" });
  bar.style.width = 100 * share + "%";
  return make("span", { class: "share" }, make("span", { class: "track" }, bar), make("span", { text: percent(share) }));
}

function fields(body) {
  const rows = [...body.fields].sort((one, other) => Boolean(other.doubt) - Boolean(one.doubt) || other.filled - one.filled);
  return table(say("fields"), [
    [say("field"), (row) => row.name.replace("attributes.", "")],
    [say("kind"), (row) => say("kind." + row.kind)],
    [say("filled"), (row) => meter(body.products ? row.filled / body.products : 0)],
    [say("values"), (row) => (row.distinct === null ? "–" : number(row.distinct)), true],
    [say("doubt"), (row) => (row.doubt ? make("span", { class: "tag", text: say("doubt." + row.doubt) }) : "")],
  ], rows);
}

function proof(model) {
  const lines = Object.entries(model.measures).filter(([, measures]) => measures && typeof measures === "object");
  const names = MEASURES.filter((name) => lines.some(([, measures]) => measures[name]?.mean !== undefined));
  const told = (measure) => (measure?.mean === undefined ? "–" : measure.mean.toFixed(3) + " (" + measure.low.toFixed(3) + "–" + measure.high.toFixed(3) + ")");
  return make("section", {}, make("h2", { text: model.policy + " · " + model.name }),
    make("p", { class: "soft", text: [model.created_at && when(model.created_at), model.features && say("features", model.features),
      ...Object.values(model.training.sets || {}).map(String), model.training.split].filter(Boolean).join(" · ") }),
    names.length ? table(say("heldOut"), [[say("ranker"), ([name]) => name], ...names.map((name) => [name, ([, measures]) => told(measures[name]), true])], lines) : make("p", { text: say("noProof") }));
}

export async function show(place, { index }) {
  const body = await ask("facts", "v1/admin/facts", { index: index.name });
  const { snapshot, changes } = body;
  place.replaceChildren(make("h1", { text: say("facts") }),
    figures([[say("products"), body.products], [say("segments"), body.segments.length], [say("size"), size(snapshot.bytes)],
      [say("behind"), changes.behind === null ? "–" : changes.behind], [say("notFolded"), changes.kept === null ? "–" : changes.kept], [say("built"), when(snapshot.created_at)]]),
    ...[...body.degraded, changes.problem].filter(Boolean).map((text) => make("p", { role: "alert", text })),
    snapshot.outdated.length ? make("p", { role: "alert", text: say("outdated", snapshot.outdated.join(", ")) }) : "",
    fields(body),
    table(say("segments"), [[say("segment"), (row) => row.id], [say("products"), (row) => number(row.products), true], [say("replaced"), (row) => number(row.gone), true]], body.segments),
    ...body.models.map(proof));
}
