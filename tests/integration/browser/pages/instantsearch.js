// What the getting-started pages of InstantSearch show; only the client's construction is ours.
const [host, port] = "%HOST%".split(":");
const old = location.pathname.includes("version4");
const searchClient = old
  ? algoliasearch("VITRINA", "public", { hosts: [{ url: "%HOST%", protocol: "http" }] })
  : window["algoliasearch/lite"].liteClient("VITRINA", "public", {
      hosts: [{ url: host, port, protocol: "http", accept: "readWrite" }],
    });
const w = instantsearch.widgets;
const levels = ["lvl0", "lvl1", "lvl2"].map((level) => "hierarchicalCategories." + level);
const search = instantsearch({
  indexName: "instant_search",
  searchClient,
  routing: true,
  insights: old ? false : {
    insightsClient: window.aa,
    insightsInitParams: { host: "http://%HOST%", useCookie: false },
  },
  future: { preserveSharedStateOnUnmount: true },
});
search.on("error", ({ error }) => { document.title = "error: " + error.message; });
const item = (hit, { html, components, sendEvent }) => html`<article>
  <h2>${components.Highlight({ attribute: "name", hit })}</h2>
  <p>${components.Snippet({ attribute: "description", hit })}</p>
  <b>${hit.price}</b>
  <button class="look" onClick=${() => sendEvent("click", hit, "Product Clicked")}>look</button>
  <button class="cart" onClick=${() => sendEvent("conversion", hit, "Added To Cart", {
    eventSubtype: "addToCart", objectData: [{ price: hit.price, quantity: 2 }],
    value: 2 * hit.price, currency: "USD" })}>buy</button>
</article>`;
const titled = (name) => w.panel({ templates: { header: () => name } });
search.addWidgets([
  w.configure({ hitsPerPage: 8, attributesToSnippet: ["description:6"], clickAnalytics: true }),
  w.searchBox({ container: "#searchbox" }),
  w.stats({ container: "#stats" }),
  w.hits({ container: "#hits", templates: { item } }),
  w.pagination({ container: "#pages" }),
  w.sortBy({ container: "#sort", items: [
    { label: "Featured", value: "instant_search" },
    { label: "Price (asc)", value: "instant_search_price_asc" },
    { label: "Price (desc)", value: "instant_search_price_desc" },
  ] }),
  w.hitsPerPage({ container: "#size", items: [
    { label: "8 a page", value: 8, default: true }, { label: "16 a page", value: 16 },
  ] }),
  w.clearRefinements({ container: "#clear" }),
  w.currentRefinements({ container: "#current" }),
  w.breadcrumb({ container: "#breadcrumb", attributes: levels }),
  w.hierarchicalMenu({ container: "#tree", attributes: levels }),
  w.menu({ container: "#menu", attribute: "type" }),
  w.refinementList({ container: "#brand", attribute: "brand", searchable: true, limit: 5,
    showMore: true }),
  w.refinementList({ container: "#features", attribute: "features", operator: "and" }),
  w.rangeInput({ container: "#price", attribute: "price" }),
  w.rangeSlider({ container: "#slider", attribute: "weight" }),
  w.ratingMenu({ container: "#rating", attribute: "stars" }),
  w.numericMenu({ container: "#numeric", attribute: "price", items: [
    { label: "All" }, { label: "up to 50", end: 50 }, { label: "from 100", start: 100 },
  ] }),
  w.toggleRefinement({ container: "#toggle", attribute: "free_shipping" }),
  w.dynamicWidgets({ container: "#dynamic", widgets: [],
    fallbackWidget: ({ attribute, container }) =>
      titled(attribute)(w.refinementList)({ container, attribute }) }),
  w.queryRuleCustomData({ container: "#custom", templates: { default: ({ items }) => String(items.length) } }),
  w.queryRuleContext({ trackedFilters: { brand: (values) => values } }),
]);
if (!old) {
  search.addWidgets([
    w.lookingSimilar({ container: "#alike", objectIDs: ["p7"], limit: 3,
      templates: { item: (hit, { html }) => html`<i>${hit.name}</i>` } }),
    w.relatedProducts({ container: "#related", objectIDs: ["p7"], limit: 3,
      templates: { item: (hit, { html }) => html`<i>${hit.name}</i>` } }),
  ]);
}
search.start();
