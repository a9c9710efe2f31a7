// The shop: the address is the state, the state is searched, the answer is shown.
import { addressOf, readState, sorts, withFilter, writeFilter } from "./address.js";
import { ask, end, isLate, session, tell, wantsNoTraces } from "./api.js";
import { card, shelf } from "./cards.js";
import { showCart } from "./cart.js";
import { byId, make, plainClick } from "./elements.js";
import { showFilters } from "./filters.js";
import { speakPage } from "./language.js";
import { showNothing, showTold, showUnderstood } from "./told.js";
import { showProduct } from "./product.js";
import { followRedirect, showBanners } from "./ruled.js";
import { recent } from "./recent.js";
import { number, say, speak } from "./strings.js";
import { settle, startSuggesting } from "./suggest.js";

const PAGE = 24;
const narrow = matchMedia("(max-width: 52rem)");
let state = readState();
let from = null; // the hit that was followed: product_id, query_id, position
let currency = "";

const go = (next, replace) => {
  const address = addressOf(next);
  history[replace ? "replaceState" : "pushState"](null, "", address);
  state = next;
  return show();
};
const search = (q) => go({ ...state, q: q.trim().replace(/\s+/g, " "), filters: [], pages: 1, exact: false, product: "" });

const follow = (id, facts) => (event) => {
  if (facts) tell("click", { product_id: id, ...facts });
  if (!plainClick(event)) return;
  event.preventDefault();
  from = facts && { product_id: id, ...facts };
  go({ ...state, product: id });
};

function parameters(of) {
  const asked = new URLSearchParams();
  for (const filter of of.filters) asked.append("filter", writeFilter(filter));
  if (of.exact) asked.set("correct", "off");
  if (session && !wantsNoTraces) asked.set("session_id", session);
  if (wantsNoTraces) asked.set("analytics", "off");
  return asked;
}

function speakEverywhere() {
  speakPage(say);
  byId("box").placeholder = say("box");
  byId("box").setAttribute("aria-label", say("box"));
  byId("suggestions").setAttribute("aria-label", say("suggestions"));
  byId("aside").setAttribute("aria-label", say("filters"));
  byId("hits").setAttribute("aria-label", say("products"));
  const offered = ["", ...sorts].map((value) => make("option", { value, text: say(value || "relevance") }));
  byId("sort").replaceChildren(...offered);
  showCart();
}

async function show() {
  settle(state.q);
  end(state.product ? "search" : "product"); // of the page that was left
  byId("product").hidden = !state.product;
  byId("list").hidden = Boolean(state.product);
  byId("sort").value = state.sort;
  byId("why").checked = state.why;
  await (state.product ? one() : many());
  showRecent();
}

async function one() {
  document.title = "Vitrina";
  try {
    const led = from?.product_id === state.product ? from : null; // not a suggestion, or Back
    await showProduct(state, led, followLink, (event) => {
      if (!plainClick(event)) return;
      event.preventDefault();
      go({ ...state, product: "" });
    });
  } catch (error) {
    if (isLate(error)) return;
    const text = error.status === 404 ? say("gone") : say("failed", error.message);
    byId("product").replaceChildren(make("p", { text }), make("a", { href: addressOf({ ...state, product: "" }), text: say("back") }));
  }
}

const idOf = (event) => new URLSearchParams(new URL(event.currentTarget.href).search).get("product");
const followLink = (event) => follow(idOf(event), null)(event);

async function many() {
  document.title = (state.q || say("browse")) + " – Vitrina";
  byId("heading").textContent = state.q ? say("resultsFor", state.q) : say("browse");
  byId("told").textContent = say("busy");
  const wanted = state;
  try {
    const first = await page(wanted, 1);
    if (followRedirect(first.rules)) return;
    showAnswer(wanted, first);
    for (let next = 2; next <= wanted.pages; next++) {
      const body = await page(wanted, next);
      if (wanted !== state) return;
      append(wanted, body, (next - 1) * PAGE);
    }
  } catch (error) {
    if (isLate(error)) return;
    byId("told").textContent = say("failed", error.message);
    byId("hits").replaceChildren();
    byId("more").hidden = true;
    byId("nothing").replaceChildren(make("button", { type: "button", text: say("again"), onclick: show }));
  }
}

function page(of, number) {
  const asked = parameters(of);
  asked.set("q", of.q);
  asked.set("page", number);
  asked.set("page_size", PAGE);
  if (of.sort) asked.set("sort", of.sort);
  if (of.why) asked.set("explain", "on");
  if (number === 1) {
    asked.set("facets", "category,price,rating,brand,auto");
    asked.set("with", "refinements,related");
  }
  return ask("search", "v1/search", asked);
}

function showAnswer(of, body) {
  byId("hits").replaceChildren();
  byId("nothing").replaceChildren();
  byId("more").hidden = true;
  currency = body.hits[0]?.product.currency || currency;
  showTold(byId("told"), of, body);
  showBanners(byId("banners"), body.rules);
  showUnderstood(byId("understood"), of, body, currency, go);
  const filtered = parameters(of);
  filtered.set("query", of.q);
  showFilters(byId("filters"), body.facets, of, currency, filtered, go);
  byId("open").textContent = of.filters.length ? say("filtersOpen", of.filters.length) : say("filters");
  byId("close").textContent = say("close", number(body.total));
  showRefinements(of, body);
  showRelated(of, body);
  performance.mark("results");
  if (body.total) append(of, body, 0);
  else showNothing(byId("nothing"), of, body, { go, search, follow, currency });
}

function append(of, body, before) {
  const cards = body.hits.map((hit, place) => {
    const facts = { query_id: body.query_id, position: before + place + 1 };
    return card(hit.product, { hit, state: of, follow: follow(hit.id, facts) });
  });
  byId("hits").append(...cards);
  const shown = before + body.hits.length;
  byId("more").hidden = shown >= Math.min(body.total, 1000 - 1000 % PAGE) || !body.hits.length;
}

function showRefinements(of, body) {
  const offered = (body.refinements || []).filter((item) => !item.selected);
  const chips = offered.map((item) => make("button", { type: "button", class: "chip", text: item.text, onclick: () => {
    if (item.kind === "word") search(item.query);
    else go({ ...of, pages: 1, filters: [...of.filters, ...readState("?" + new URLSearchParams({ filter: item.filter })).filters] });
  } }));
  byId("refine").replaceChildren(...(chips.length ? [make("div", { class: "chips", role: "group", "aria-label": say("narrow") }, ...chips)] : []));
}

function showRelated(of, body) {
  const links = (body.related || []).map((item) => make("li", {}, make("a", { class: "chip", text: item.text,
    href: addressOf({ ...of, q: item.text, filters: [], pages: 1, exact: false }),
    onclick: (event) => { if (plainClick(event)) { event.preventDefault(); search(item.text); scrollTo(0, 0); } } })));
  byId("related").replaceChildren(...(links.length ? [make("h2", { text: say("related") }), make("ul", { class: "chips" }, ...links)] : []));
}

function showRecent() {
  const seen = recent().filter((each) => each.id !== state.product);
  const box = byId("recent");
  box.hidden = !seen.length || Boolean(!state.product && (state.q || state.filters.length));
  if (!box.hidden) {
    box.replaceChildren(...shelf("recent", seen.slice(0, 6), { state, follow: followLink }));
  }
}

// On a narrow page the filters lie in a sheet, which the browser makes modal.
function placeFilters() {
  const home = narrow.matches ? byId("sheetbody") : byId("aside");
  if (!narrow.matches && byId("sheet").open) byId("sheet").close();
  home.append(byId("filters"));
}

byId("open").addEventListener("click", () => byId("sheet").showModal());
byId("close").addEventListener("click", () => byId("sheet").close());
byId("sheet").addEventListener("click", (event) => { if (event.target === byId("sheet")) byId("sheet").close(); });
byId("sheet").addEventListener("close", () => { // told after it is closed: whoever types already is not interrupted
  if (document.activeElement === document.body) byId("open").focus();
});
narrow.addEventListener("change", placeFilters);
byId("sort").addEventListener("change", (event) => go({ ...state, sort: event.target.value, pages: 1 }));
byId("why").addEventListener("change", (event) => go({ ...state, why: event.target.checked }, true));
byId("language").addEventListener("change", (event) => { speak(event.target.value); speakEverywhere(); show(); });
byId("more").addEventListener("click", async () => {
  const place = byId("hits").children.length;
  const next = { ...state, pages: state.pages + 1 };
  try {
    const body = await page(state, next.pages);
    state = next;
    history.replaceState(null, "", addressOf(state));
    append(state, body, place);
    byId("hits").children[place]?.querySelector("a").focus();
  } catch (error) {
    if (!isLate(error)) byId("told").textContent = say("failed", error.message);
  }
});
addEventListener("popstate", () => {
  state = readState();
  show();
});
startSuggesting({
  go: search,
  pick: (path) => go(withFilter({ ...state, q: "", filters: [], product: "", exact: false }, { field: "category", values: [path] })),
  look: (product) => go({ ...state, product: product.id }),
});
speakEverywhere();
placeFilters();
show();
