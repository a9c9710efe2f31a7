const [host, port] = "%HOST%".split(":");
const searchClient = window["algoliasearch/lite"].liteClient("VITRINA", "public", {
  hosts: [{ url: host, port, protocol: "http", accept: "readWrite" }],
});
const r = ReactInstantSearch;
const h = React.createElement;
const Hit = ({ hit }) => h("article", null, h(r.Highlight, { attribute: "name", hit }));
ReactDOM.createRoot(document.getElementById("root")).render(
  h(r.InstantSearch, { indexName: "instant_search", searchClient, insights: false,
    future: { preserveSharedStateOnUnmount: true } },
  h(r.SearchBox), h(r.Stats), h(r.RefinementList, { attribute: "brand" }),
  h(r.HierarchicalMenu, { attributes: ["hierarchicalCategories.lvl0", "hierarchicalCategories.lvl1"] }),
  h(r.InfiniteHits, { hitComponent: Hit })),
);
