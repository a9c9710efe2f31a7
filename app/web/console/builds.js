// Builds with their progress, and the kept snapshots: look at one, put one in force.
import { make } from "../shop/elements.js";
import { ask, isLate, send } from "./api.js";
import { number, say } from "./strings.js";
import { act, field, percent, table, tell, when } from "./tables.js";

const AGAIN_MS = 1_000;

function progress(build) {
  const told = build.progress;
  if (build.state !== "running") return say("state." + build.state) + (build.result?.reason ? ": " + build.result.reason : "");
  if (!told) return say("state.running");
  const share = told.total ? told.done / told.total : null;
  return make("span", {}, told.stage + " " + (share === null ? number(told.done) : percent(share, 0)) + " ",
    make("progress", { max: 1, value: share ?? undefined, "aria-label": told.stage }), told.eta_s ? " " + say("left", Math.ceil(told.eta_s)) : "");
}

function builds(items) {
  return table(say("builds"), [
    [say("time"), (row) => when(row.created_at)],
    [say("index"), (row) => row.index],
    [say("catalogue"), (row) => row.catalogs.join(", ")],
    [say("state"), progress],
  ], items);
}

function snapshots(body, index, go, refresh) {
  const inForce = body.current?.snapshot;
  return table(say("snapshots"), [
    [say("snapshot"), (row) => row.id],
    [say("built"), (row) => when(row.created_at)],
    [say("products"), (row) => number(row.counts.products ?? 0), true],
    [say("decide"), (row) => (row.id === inForce ? make("strong", { text: say("now") }) : make("span", { class: "actions" },
      make("button", { type: "button", text: say("lookAt"), onclick: () => go({ view: "preview", "b.snapshot": row.id }) }),
      act(say("activate"), async () => {
        if (!confirm(say("activateSure", row.id))) return;
        await send("POST", "v1/admin/snapshots/" + encodeURIComponent(row.id) + "/activate", { index: index.name });
        tell(say("activated", row.id));
        await refresh();
      })))],
  ], body.items);
}

function starter(index, refresh) {
  const files = make("input", { id: "files", type: "text", placeholder: "products.jsonl.gz", maxlength: 2000 });
  const queries = make("input", { id: "queries", type: "text", placeholder: "queries.tsv", maxlength: 500 });
  const start = act(say("start"), async () => {
    const catalog = files.value.split(",").map((name) => name.trim()).filter(Boolean);
    await send("POST", "v1/admin/builds", undefined, { catalog, index: index.name, ...(queries.value.trim() && { queries: queries.value.trim() }) });
    tell(say("started"));
    await refresh();
  });
  return make("form", { onsubmit: (event) => { event.preventDefault(); start.click(); }, class: "fields" },
    field(say("catalogue"), files),
    field(say("queryLog"), queries), start);
}

export async function show(place, { index, go }) {
  const running = make("div", { id: "running" }), kept = make("div", { id: "kept" });
  let before = "";

  async function refresh() {
    const { items } = await ask("builds", "v1/admin/builds");
    const now = JSON.stringify(items.map((each) => [each.id, each.state]));
    running.replaceChildren(builds(items));
    if (now !== before) kept.replaceChildren(snapshots(await ask("kept", "v1/admin/snapshots", { index: index.name }), index, go, () => { before = ""; return refresh(); }));
    before = now;
    if (items.some((each) => each.state === "running")) setTimeout(again, AGAIN_MS);
  }
  async function again() { // until the view is left
    if (!place.contains(running)) return;
    try { await refresh(); } catch (error) { if (!isLate(error)) tell(say("failed", error.message), true); }
  }

  await refresh();
  place.replaceChildren(make("h1", { text: say("builds") }), starter(index, refresh), running, kept);
}
