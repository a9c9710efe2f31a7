// Grades for hits, by the keys 0 to 3: judgments that `vitrina evaluate` and `train` read.
import { make, marked, picture } from "../shop/elements.js";
import { money, number } from "../shop/strings.js";
import { ask, send } from "./api.js";
import { nameField, yourName } from "./person.js";
import { say } from "./strings.js";

const GRADES = [3, 2, 1, 0];
const HITS = 20;
const done = []; // what can be undone: {index, query, product_id, before}

async function grade(index, query, productId, value) {
  const body = { query, product_id: productId, judge: yourName(), grade: value };
  return (await send("PUT", "v1/admin/judgments", { index: index.name }, body)).before;
}

function showGrade(item, value) {
  item.dataset.grade = value ?? "";
  for (const button of item.querySelectorAll("button")) button.setAttribute("aria-pressed", String(button.value === String(value)));
}

function hitItem(hit, given, choose) {
  const product = hit.product;
  const buttons = GRADES.map((value) => make("button", { type: "button", value: String(value), text: value + " " + say("grade." + value), onclick: () => choose(item, value) }));
  const item = make("li", { class: "hit judged", "data-id": hit.id },
    make("div", { class: "thumb" }, picture(product, 64)),
    make("div", {}, make("p", { class: "title" }, ...marked(product.title || product.id, hit.highlights?.title?.offsets)),
      make("p", { class: "facts", text: [product.brand, (product.category || []).join(" › "), money(product.price, product.currency)].filter(Boolean).join(" · ") }),
      make("div", { class: "grades", role: "group", "aria-label": product.title || product.id }, ...buttons)));
  showGrade(item, given);
  return item;
}

async function download(index) {
  const text = await send("GET", "v1/admin/judgments", { index: index.name, format: "jsonl" });
  const address = URL.createObjectURL(new Blob([text], { type: "application/x-ndjson" }));
  make("a", { href: address, download: index.name + "-judgments.jsonl" }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

// list: of hits. Grades, moves and undoes by keys and buttons; tells what happened.
function judgeBy(list, told, count, { index, query }) {
  let total = count;
  const tell = (text) => { told.textContent = text + " " + say("judgedInAll", number(total)); };
  const focus = (item) => (item?.querySelector("button[aria-pressed=true]") || item?.querySelector("button"))?.focus();
  const failed = (error) => { told.textContent = say("failed", error.message); };

  async function choose(item, value) {
    if (!yourName()) { told.textContent = say("nameFirst"); document.getElementById("name").focus(); return; }
    const next = item.nextElementSibling;
    try {
      const before = await grade(index, query, item.dataset.id, value);
      done.push({ index, query, product_id: item.dataset.id, before });
      total += before === null ? 1 : 0;
      showGrade(item, value);
      tell(say("graded", value + " " + say("grade." + value)));
      focus(next || item);
    } catch (error) { failed(error); }
  }

  async function undo() {
    const last = done.pop();
    if (!last) { told.textContent = say("nothingToUndo"); return; }
    try {
      await grade(last.index, last.query, last.product_id, last.before);
      total -= last.before === null ? 1 : 0;
      const item = [...list.children].find((each) => each.dataset.id === last.product_id);
      if (item && last.query === query) { showGrade(item, last.before); focus(item); }
      tell(say("undone"));
    } catch (error) { done.push(last); failed(error); }
  }

  list.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const item = event.target.closest("li");
    const steps = { ArrowDown: item?.nextElementSibling, ArrowUp: item?.previousElementSibling };
    if (item && /^[0-3]$/.test(event.key)) choose(item, Number(event.key));
    else if (event.key === "u") undo();
    else if (event.key in steps) focus(steps[event.key]);
    else return;
    event.preventDefault();
  });
  return { choose, undo, first: () => focus(list.firstElementChild) };
}

function judgedQueries(queries, go) {
  if (!queries.length) return null;
  return make("details", {}, make("summary", { text: say("judgedQueries", number(queries.length)) }),
    make("ul", { class: "chips" }, ...queries.slice(0, 50).map((each) => make("li", {},
      make("button", { type: "button", class: "chip", text: each.query + " · " + number(each.judged), onclick: () => go({ q: each.query }) })))));
}

export async function show(place, { state, index, go }) {
  const query = (state.q || "").trim();
  const [kept, found] = await Promise.all([
    ask("judgments", "v1/admin/judgments", { index: index.name, query }),
    query ? ask("judging", "v1/search", { index: index.name, q: query, page_size: HITS, analytics: "off", diversity: "off", rules: "off" }) : null,
  ]);
  const ownGrades = () => new Map(kept.items.filter((each) => each.judge === yourName()).map((each) => [each.product_id, each.grade]));
  const box = make("input", { id: "q", type: "search", value: query, maxlength: 512, "aria-label": say("query") });
  const regrade = () => {
    const own = ownGrades();
    for (const item of list.children) showGrade(item, own.get(item.dataset.id));
  };
  const told = make("p", { id: "told", role: "status", text: say("judgedInAll", number(kept.count)) });
  const list = make("ol", { class: "hits", "aria-label": say("products") });
  const keys = judgeBy(list, told, kept.count, { index, query });
  const own = ownGrades();
  list.append(...(found?.hits || []).map((hit) => hitItem(hit, own.get(hit.id), keys.choose)));
  place.replaceChildren(make("h1", { text: say("judging") }), make("p", { class: "soft", text: say("judging.about") }),
    nameField(regrade),
    make("form", { class: "ask", onsubmit: (event) => { event.preventDefault(); go({ q: box.value.trim() }); } },
      box, make("button", { type: "submit", text: say("search") })),
    make("p", { class: "actions" }, make("button", { type: "button", text: say("undo"), id: "undo", onclick: keys.undo }),
      make("button", { type: "button", text: say("download"), id: "download", onclick: () => download(index).catch((error) => { told.textContent = say("failed", error.message); }) })),
    told, ...[judgedQueries(kept.queries, go)].filter(Boolean),
    query && !found.hits.length ? make("p", { text: say("nothing") }) : list);
  if (found?.hits.length) keys.first();
}
