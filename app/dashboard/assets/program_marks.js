// Our own marks on a program, for who may set them.

import { send } from "./api.js";
import { h, keyed, replace } from "./dom.js";
import { failed, tell } from "./states.js";

/** Switches of our marks; `draw(program)` is called with the program as it is afterwards. */
export function marks(program, draw) {
  const told = h("div");
  const box = (name, text) =>
    h(
      "label",
      { class: "switch" },
      h("span", null, text),
      h("input", {
        type: "checkbox",
        role: "switch",
        checked: program[name],
        data: { key: `mark:${name}` },
        on: {
          change: async ({ target }) => {
            target.disabled = true;
            try {
              draw(await send("PATCH", `/api/programs/${program.id}`, { [name]: target.checked }));
              tell(`${text} is ${target.checked ? "on" : "off"}: saved`);
              keyed(document.body, `mark:${name}`)?.focus();
            } catch (problem) {
              target.checked = program[name];
              target.disabled = false;
              replace(told, failed(problem, null, { small: true }));
            }
          },
        },
      }),
    );
  return h(
    "section",
    { class: "panel-box" },
    h("h2", null, "Our marks"),
    h("p", { class: "note" }, "An import never changes these."),
    box("verified", "Verified"),
    box("featured", "Featured"),
    told,
  );
}
