// Tables that scroll inside the page, so that the page itself never does.

import { h } from "./dom.js";

/**
 * A table in a region of its own name.
 * @param {string} label
 * @param {(string | [string, string?] | Element)[]} columns names, with a class, or whole cells
 * @param {any[]} rows `tr`s
 * @param {{ look?: string }} options `look`: the class of the table
 */
export function scrollingTable(label, columns, rows, { look } = {}) {
  const cell = (each) => {
    if (each instanceof Element) return each;
    const [name, kind] = Array.isArray(each) ? each : [each];
    return h("th", { scope: "col", class: kind }, name);
  };
  return h(
    "div",
    { class: "scroller", tabindex: "0", role: "region", "aria-label": label },
    h("table", { class: look }, h("thead", null, h("tr", null, columns.map(cell))), h("tbody", null, rows)),
  );
}

/** The heading of a column of buttons, which is only said. */
export const silentHeading = (name) => h("th", { scope: "col" }, h("span", { class: "hidden" }, name));
