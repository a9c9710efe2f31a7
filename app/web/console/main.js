// The console: who asks, which index, which view; the address is the state.
import { byId, make, plainClick } from "../shop/elements.js";
import { speakPage } from "../shop/language.js";
import { ask, isLate, isRefused, keyInUse, useKey } from "./api.js";
import { say, speak } from "./strings.js";
import { tell } from "./tables.js";

const VIEWS = {
  preview: () => import("./preview.js"),
  judging: () => import("./judging.js"),
  report: () => import("./report.js"),
  rules: () => import("./rules.js"),
  synonyms: () => import("./synonyms.js"),
  experiments: () => import("./experiments.js"),
  facts: () => import("./facts.js"),
  builds: () => import("./builds.js"),
};
let state = readState();
let indexes = [];

function readState() {
  return Object.fromEntries(new URLSearchParams(location.search));
}

const addressOf = (of) => "console?" + new URLSearchParams(Object.entries(of).filter(([, value]) => value));

// changes: of the state; what is empty goes from the address. only "address": what is shown stays.
function go(changes, only) {
  const address = addressOf({ ...state, ...changes });
  history[only === "address" ? "replaceState" : "pushState"](null, "", address);
  state = readState();
  return only === "address" ? undefined : show();
}

const indexInUse = () => indexes.find((each) => each.name === state.index) || indexes.find((each) => each.default) || indexes[0];

function speakEverywhere() {
  speakPage(say);
  byId("index").setAttribute("aria-label", say("index"));
  byId("views").setAttribute("aria-label", say("views"));
}

function showFrame(name) {
  byId("signin").hidden = true;
  for (const id of ["views", "index"]) byId(id).hidden = false;
  byId("out").hidden = !keyInUse();
  byId("views").replaceChildren(...Object.keys(VIEWS).map((view) => make("a", {
    href: addressOf({ view, index: state.index }), text: say(view === "synonyms" ? "synonyms.title" : view), "aria-current": view === name ? "page" : undefined,
    onclick: (event) => {
      if (!plainClick(event)) return;
      event.preventDefault();
      state = { index: state.index };
      go({ view });
      byId("view").focus({ preventScroll: true });
    },
  })));
  byId("index").replaceChildren(...indexes.map((each) => make("option", { value: each.name, text: each.name })));
  byId("index").value = indexInUse()?.name || "";
  document.title = say(name === "synonyms" ? "synonyms.title" : name) + " – Vitrina";
}

function askForKey(refusal) {
  for (const id of ["views", "index", "out"]) byId(id).hidden = true;
  byId("view").replaceChildren();
  byId("refusal").textContent = refusal;
  byId("signin").hidden = false;
  byId("key").value = "";
  byId("key").focus();
}

async function show() {
  tell("");
  const name = state.view in VIEWS ? state.view : "preview";
  showFrame(name);
  const wanted = state;
  try {
    const { show: showView } = await VIEWS[name]();
    if (wanted === state) await showView(byId("view"), { state, index: indexInUse(), go });
  } catch (error) {
    if (!isLate(error) && wanted === state) byId("view").replaceChildren(make("p", { role: "alert", text: say("failed", error.message) }));
  }
}

async function enter() {
  try {
    indexes = (await ask("indexes", "v1/admin/indexes")).items;
    await show();
  } catch (error) {
    if (isLate(error)) return;
    if (isRefused(error)) askForKey(keyInUse() ? error.message : "");
    else byId("view").replaceChildren(make("p", { role: "alert", text: say("failed", error.message) }));
  }
}

byId("signin").addEventListener("submit", (event) => {
  event.preventDefault();
  useKey(byId("key").value.trim());
  enter();
});
byId("out").addEventListener("click", () => { useKey(""); askForKey(""); });
byId("index").addEventListener("change", (event) => { state = { view: state.view }; go({ index: event.target.value }); });
byId("language").addEventListener("change", (event) => { speak(event.target.value); speakEverywhere(); if (byId("signin").hidden) show(); });
addEventListener("popstate", () => { state = readState(); show(); });
speakEverywhere();
enter();
