// Products that were looked at, on this device only.
const KEY = "recent";
const MOST = 12;

export function recent() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY));
    return Array.isArray(kept) ? kept.filter((each) => each && typeof each.id === "string") : [];
  } catch { return []; }
}

export function remember(product) {
  const { id, title, image, price, currency } = product;
  const kept = [{ id, title, image, price, currency }, ...recent().filter((each) => each.id !== id)];
  try { localStorage.setItem(KEY, JSON.stringify(kept.slice(0, MOST))); } catch { /* full, or private */ }
}
