const [host, port] = "%HOST%".split(":");
const searchClient = window["algoliasearch/lite"].liteClient("VITRINA", "public", {
  hosts: [{ url: host, port, protocol: "http", accept: "readWrite" }],
});
const { autocomplete, getAlgoliaResults } = window["@algolia/autocomplete-js"];
const { createQuerySuggestionsPlugin } = window["@algolia/autocomplete-plugin-query-suggestions"];
const suggestions = createQuerySuggestionsPlugin({
  searchClient,
  indexName: "instant_search_query_suggestions",
  getSearchParams: () => ({ hitsPerPage: 5 }),
  categoryAttribute: ["instant_search", "facets", "exact_matches", "categories"],
});
autocomplete({
  container: "#box",
  placeholder: "Search",
  detachedMediaQuery: "none",
  plugins: [suggestions],
  getSources: ({ query }) => [{
    sourceId: "products",
    getItemUrl: ({ item }) => "#" + item.objectID,
    getItems: () => getAlgoliaResults({
      searchClient, queries: [{ indexName: "instant_search", params: { query, hitsPerPage: 3 } }],
    }),
    templates: { item: ({ item, components, html }) =>
      html`<div class="product">${components.Highlight({ hit: item, attribute: "name" })}</div>` },
  }],
});
