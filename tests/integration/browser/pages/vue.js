const [host, port] = "%HOST%".split(":");
const client = window["algoliasearch/lite"].liteClient("VITRINA", "public", {
  hosts: [{ url: host, port, protocol: "http", accept: "readWrite" }],
});
const app = Vue.createApp({ data: () => ({ client: Vue.markRaw(client) }) });
for (const [name, component] of Object.entries(VueInstantSearch)) {
  if (name.startsWith("Ais")) app.component(name, component);
}
app.mount("#app");
