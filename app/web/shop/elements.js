// Elements, without markup: no text of the catalogue is ever read as HTML.
export const byId = (id) => document.getElementById(id);

// A plain click stays here; one with a key, or in another tab, is the browser's.
export const plainClick = (event) => event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;

export function make(tag, facts = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(facts)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "text") element.textContent = value;
    else if (name in element && name !== "list" && typeof value !== "string") element[name] = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

// A text with spans of code points in bold.
export function marked(text, spans) {
  const signs = Array.from(text);
  const parts = [];
  let end = 0;
  for (const [from, to] of spans || []) {
    parts.push(signs.slice(end, from).join(""), make("mark", { text: signs.slice(from, to).join("") }));
    end = to;
  }
  return [...parts, signs.slice(end).join("")];
}

// A reserved name (RFC 2606) answers nobody, so the demo shop's images are not asked for.
const reserved = /^https?:\/\/([^/]*\.)?(example\.(com|net|org)|[^/]*\.(example|invalid|test))\//;

export function picture(product, size) {
  const title = product.title || product.id;
  const blank = make("span", { class: "blank", "aria-hidden": "true", text: Array.from(title)[0] || "·" });
  if (!product.image || reserved.test(product.image)) return blank;
  const image = make("img", { src: product.image, alt: "", width: size, height: size, loading: "lazy", decoding: "async" });
  image.addEventListener("error", () => image.replaceWith(blank));
  return image;
}
