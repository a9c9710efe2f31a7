// Who works here: kept with judgments and changes of rules. A name, no account.
import { make } from "../shop/elements.js";
import { say } from "./strings.js";
import { field } from "./tables.js";

export function yourName() {
  try { return localStorage.getItem("name") || ""; } catch { return ""; }
}

export function nameField(changed) {
  const box = make("input", { id: "name", type: "text", value: yourName(), maxlength: 60, autocomplete: "nickname", onchange: (event) => {
    try { localStorage.setItem("name", event.target.value.trim()); } catch { /* it is asked for again */ }
    changed?.();
  } });
  return field(say("yourName"), box);
}
