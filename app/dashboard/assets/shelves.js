// Verticals as shelves: a picture, a name, how many programs.

import { h } from "./dom.js";
import { vertical } from "./fields.js";
import { number } from "./format.js";
import { picture } from "./pictures.js";

/** `values` of the facet `vertical`; `href(filter)` is where one leads. */
export const shelves = (values, href) =>
  h(
    "ul",
    { class: "shelves" },
    values
      .filter((each) => each.count > 0)
      .map((each) =>
        h(
          "li",
          null,
          h(
            "a",
            { href: href(each.filter) },
            picture(each.value),
            h("span", { class: "text" }, vertical(each.value)),
            h("span", { class: "count" }, number(each.count)),
          ),
        ),
      ),
  );
