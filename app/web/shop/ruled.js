// What merchandising rules say to the page: where to go instead, and banners, as plain text.
import { make } from "./elements.js";

// The service allows hosts; here only what could run is kept out, and going in a circle.
function addressOf(text) {
  const found = new URL(text, location.href);
  return found.protocol === "https:" || found.protocol === "http:" ? found : null;
}

// Whether the page is being left.
export function followRedirect(rules) {
  const to = rules?.redirect && addressOf(rules.redirect);
  if (!to || to.href === location.href) return false;
  location.replace(to);
  return true;
}

export function showBanners(place, rules) {
  place.replaceChildren(...(rules?.banners || []).map(banner));
}

function banner({ text, url, image }) {
  const picture = image && make("img", { src: image, alt: "", loading: "lazy", decoding: "async" });
  const inside = [picture, make("span", { text })];
  const to = url && addressOf(url);
  return make("p", { class: "banner" }, ...(to ? [make("a", { href: to.href }, ...inside)] : inside));
}
