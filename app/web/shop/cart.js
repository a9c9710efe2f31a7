// What was put in the cart, on this device: how many of each product. The shop behind it is yours.
import { tell } from "./api.js";
import { number, say } from "./strings.js";

const KEY = "cart";
const MOST = 200;

export function cart() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY));
    return kept && typeof kept === "object" && !Array.isArray(kept) ? kept : {};
  } catch { return {}; }
}

const count = () => Object.values(cart()).reduce((sum, each) => sum + (Number(each) || 0), 0);

// from: {query_id, position} of the search that led to the product.
export function addToCart(product, from) {
  const kept = cart();
  if (product.id in kept || Object.keys(kept).length < MOST) kept[product.id] = (Number(kept[product.id]) || 0) + 1;
  try { localStorage.setItem(KEY, JSON.stringify(kept)); } catch { /* full, or private */ }
  tell("add_to_cart", { product_id: product.id, quantity: 1, value: product.price, currency: product.currency, query_id: from?.query_id, position: from?.position });
  showCart();
}

export function showCart() {
  const place = document.getElementById("cart"), held = count();
  place.textContent = say("cart", number(held));
  place.hidden = !held;
}
