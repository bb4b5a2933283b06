// A question before something that cannot simply be taken back.

import { h } from "./dom.js";

/**
 * Resolves to whether the person said yes. Escape, the backdrop and closing say no.
 * @param {{ question: string, detail?: string, yes: string, danger?: boolean }} asked
 */
export function confirmed({ question, detail, yes, danger = false }) {
  return new Promise((resolve) => {
    const dialog = h(
      "dialog",
      { class: "ask", "aria-labelledby": "asked" },
      h("h2", { id: "asked" }, question),
      detail && h("p", null, detail),
      h(
        "div",
        { class: "row end" },
        h("button", { type: "button", class: "button", on: { click: () => dialog.close() } }, "Cancel"),
        h(
          "button",
          { type: "button", class: danger ? "primary danger" : "primary", on: { click: () => dialog.close("yes") } },
          yes,
        ),
      ),
    );
    dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}
