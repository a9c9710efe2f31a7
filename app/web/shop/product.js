// One product: picture, price, variants, details, what is like it.
import { addressOf } from "./address.js";
import { ask, tell } from "./api.js";
import { attributeRows, price, shelf, stars } from "./cards.js";
import { addToCart } from "./cart.js";
import { byId, make, picture } from "./elements.js";
import { remember } from "./recent.js";
import { say } from "./strings.js";

const LISTED = 6;
let last = null;

// from: {query_id, position} of the search that led here. follow: opens another product.
export async function showProduct(state, from, follow, back) {
  const place = byId("product");
  const path = "v1/products/" + encodeURIComponent(state.product);
  const product = await ask("product", path);
  document.title = (product.title || product.id) + " – Vitrina";
  remember(product);
  if (last !== state.product) tell("view", { product_id: product.id, query_id: from?.query_id, position: from?.position });
  last = state.product;
  const variants = make("section", { class: "variants", hidden: true });
  const together = make("section", { id: "together", hidden: true });
  const alike = make("section", { hidden: true });
  const away = make("a", { href: addressOf({ ...state, product: "" }), class: "back", onclick: back, text: "‹ " + say("back") });
  const facts = [product.brand, (product.category || []).join(" › ")].filter(Boolean).join(" · ");
  const stock = product.stock === undefined || product.stock === null ? null : say(product.stock > 0 ? "inStock" : "soldOut");
  const title = make("h1", { tabindex: "-1", text: product.title || product.id });
  place.replaceChildren(away,
    make("div", { class: "product" },
      make("div", { class: "picture" }, picture(product, 480)),
      make("div", {}, title,
        make("p", { class: "facts", text: facts }),
        make("p", { class: "money" }, price(product), stars(product)),
        stock && make("p", { text: stock }),
        make("p", {}, make("button", { type: "button", id: "buy", class: "chip on", text: say("buy"), disabled: product.stock === 0,
          onclick: (event) => { addToCart(product, from); event.target.textContent = say("bought"); } })),
        product.description ? make("p", { class: "description", text: product.description }) : null,
        variants,
        make("h2", { text: say("details") }),
        make("dl", {}, ...attributeRows(product)))),
    together, alike);
  title.focus({ preventScroll: true });
  scrollTo(0, 0);
  showVariants(variants, product, state, path);
  showList("together", together, path + "/together", { state, follow });
  showList("also", alike, path + "/related", { state, follow });
}

async function showVariants(box, product, state, path) {
  try {
    const { items } = await ask("variants", path + "/variants");
    if (items.length < 2) return;
    const differing = namesThatDiffer(items);
    box.replaceChildren(make("h2", { text: say("variantsTitle") }), make("ul", {}, ...items.map((each) => {
      const told = differing.map((name) => (each.attributes || {})[name]).filter(Boolean).join(", ") || each.title || each.id;
      const current = each.id === product.id;
      return make("li", {}, make("a", { href: addressOf({ ...state, product: each.id }), class: "chip", "aria-current": current ? "true" : undefined, text: told }));
    })));
    box.hidden = false;
  } catch { /* the product is there without them */ }
}

function namesThatDiffer(items) {
  const names = new Set(items.flatMap((each) => Object.keys(each.attributes || {})));
  return [...names].filter((name) => new Set(items.map((each) => String((each.attributes || {})[name]))).size > 1);
}

// name: of the list and of its question. Empty where nothing is known, as of what nobody bought yet.
async function showList(name, box, path, options) {
  try {
    const { items } = await ask(name, path, new URLSearchParams({ limit: LISTED }));
    if (!items.length) return;
    box.replaceChildren(...shelf(name, items, options));
    box.hidden = false;
  } catch { /* likewise */ }
}
