// Where an API key is given: on the page of operators, and where what is one's own is shown.

import { keepKey } from "./api.js";
import { h } from "./dom.js";
import { bringTogether } from "./shortlist_sync.js";

/**
 * A form for a key; `taken()` is called once it is kept.
 * @param {any[]} note what it is for
 * @param {() => void} taken
 */
export function keyForm(note, taken) {
  const input = h("input", {
    type: "password",
    id: "key",
    name: "key",
    autocomplete: "off",
    required: true,
    placeholder: "afx_…",
    data: { key: "key" },
  });
  const remember = h("input", { type: "checkbox" });
  return h(
    "form",
    {
      on: {
        submit: (event) => {
          event.preventDefault();
          keepKey(input.value.trim(), remember.checked);
          bringTogether();
          taken();
        },
      },
    },
    h("p", { class: "note" }, note),
    h(
      "div",
      { class: "row" },
      h("label", { class: "pick", for: "key" }, "Key"),
      input,
      h("button", { type: "submit", class: "primary" }, "Use key"),
      h("label", { class: "row" }, remember, "Keep on this device"),
    ),
  );
}
