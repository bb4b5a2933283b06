// Figures with a name: tiles, and the word for what is not known.

import { h } from "./dom.js";
import { unknown } from "./format.js";

/** A value, or the word for not having one. */
export const known = (value) => (value === null || value === undefined ? unknown() : value);

/**
 * A figure with its name, and `more` in small where there is a value. Wanted inside `dl.tiles`.
 * @param {string} name
 * @param {any} value
 * @param {{ more?: any, href?: string }} options `href`: the programs behind the figure
 */
export function tile(name, value, { more, href } = {}) {
  return h(
    "div",
    { class: "tile" },
    h("dt", null, name),
    h(
      "dd",
      null,
      href ? h("a", { href }, known(value)) : known(value),
      value !== null && more && h("small", null, more),
    ),
  );
}
