// The box as an ARIA combobox: searches, what goes with them, categories and products while typing.
import { ask, end, isLate, tell } from "./api.js";
import { byId, make, picture } from "./elements.js";
import { money, say } from "./strings.js";

const box = byId("box");
const list = byId("suggestions");
let options = []; // {element, text, choose}
let active = -1;
let allowed = true; // not after a search was started: a late answer must not cover its results

function hide() {
  end("suggest");
  list.hidden = true;
  options = [];
  active = -1;
  box.setAttribute("aria-expanded", "false");
  box.removeAttribute("aria-activedescendant");
}

// go: search for a text. pick: follow a category filter. look: open a product.
export function startSuggesting({ go, pick, look }) {
  const option = (group, text, choose, ...children) => {
    const id = "option-" + options.length;
    const element = make("div", { role: "option", id, "aria-selected": "false", class: "option" }, ...children);
    element.addEventListener("mousedown", (event) => { event.preventDefault(); choose(); });
    options.push({ element, text, choose });
    group.append(element);
  };
  const group = (name) => {
    const heading = make("div", { class: "grouphead", id: "group-" + name, text: say(name) });
    const made = make("div", { role: "group", "aria-labelledby": "group-" + name }, heading);
    return made;
  };

  function show(found) {
    options = [];
    active = -1;
    const groups = [];
    const asked = (name, items) => {
      if (!items.length) return;
      const made = group(name);
      for (const item of items) {
        option(made, item.text, () => {
          tell("suggestion_click", { query: item.text, suggestion_id: item.suggestion_id });
          go(item.text);
        }, item.text);
      }
      groups.push(made);
    };
    asked("queries", found.items.filter((item) => !item.beside));
    asked("goesWith", found.items.filter((item) => item.beside));
    if (found.categories?.length) {
      const categories = group("categories");
      for (const item of found.categories) {
        option(categories, null, () => pick(item.path), item.path.replaceAll(" > ", " › "));
      }
      groups.push(categories);
    }
    if (found.products?.length) {
      const products = group("products");
      for (const product of found.products) {
        option(products, null, () => look(product), picture(product, 40),
          make("span", { text: product.title || product.id }), make("small", { text: money(product.price, product.currency) }));
      }
      groups.push(products);
    }
    list.replaceChildren(...groups);
    list.hidden = !options.length;
    box.setAttribute("aria-expanded", String(!list.hidden));
    box.removeAttribute("aria-activedescendant");
  }

  function move(step) {
    if (!options.length) return;
    options[active]?.element.setAttribute("aria-selected", "false");
    active = active + step < -1 ? options.length - 1 : active + step >= options.length ? -1 : active + step;
    const now = options[active];
    if (!now) { box.removeAttribute("aria-activedescendant"); return; }
    now.element.setAttribute("aria-selected", "true");
    now.element.scrollIntoView({ block: "nearest" });
    box.setAttribute("aria-activedescendant", now.element.id);
  }

  async function suggest() {
    allowed = true;
    const typed = box.value;
    if (!typed.trim()) { hide(); return; }
    try {
      const found = await ask("suggest", "v1/suggest", new URLSearchParams({ q: typed, limit: 6, with: "products,categories" }));
      if (allowed && typed === box.value && document.activeElement === box) show(found);
    } catch (error) {
      if (!isLate(error)) hide();
    }
  }

  box.addEventListener("input", suggest);
  box.addEventListener("blur", hide);
  box.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) suggest();
      else move(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      hide();
    } else if (event.key === "Enter" && active >= 0) {
      event.preventDefault();
      options[active].choose();
    }
  });
  byId("form").addEventListener("submit", (event) => {
    event.preventDefault();
    go(box.value);
  });
}

export function settle(text) {
  allowed = false;
  hide();
  box.value = text;
}
