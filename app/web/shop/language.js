// The language that is spoken: the browser's first; a choice is kept on this device.
const SPOKEN = ["en", "zh"];
const kept = (() => { try { return localStorage.getItem("language"); } catch { return null; } })();
export let language = SPOKEN.includes(kept) ? kept : navigator.language.startsWith("zh") ? "zh" : "en";

export function speak(name) {
  language = SPOKEN.includes(name) ? name : "en";
  try { localStorage.setItem("language", language); } catch { /* private windows */ }
}

// What the page itself holds, and the list to choose from.
export function speakPage(say) {
  document.documentElement.lang = language;
  for (const element of document.querySelectorAll("[data-text]")) element.textContent = say(element.dataset.text);
  const list = document.getElementById("language");
  list.setAttribute("aria-label", say("language"));
  list.value = language;
}

// texts: language → name → text, {} of which the values fill in order.
export function fill(texts, name, values) {
  let place = 0;
  return texts[language][name].replace(/\{\}/g, () => values[place++]);
}

export const number = (value) => new Intl.NumberFormat(language).format(value);
