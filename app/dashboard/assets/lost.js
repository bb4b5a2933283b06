// An address that there is not.

import { FIND } from "./address.js";
import { h, icon } from "./dom.js";
import { frame, title } from "./shell.js";
import { absent } from "./states.js";
import { leadingBox } from "./suggest.js";

title("Not found");
frame().append(
  h("div", { class: "seek" }, leadingBox()),
  absent(
    "There is no such page",
    h("p", null, "The address may be mistyped, or what stood there is gone."),
    h(
      "p",
      { class: "row" },
      h("a", { href: FIND, class: "button primary" }, icon("search"), "Find programs"),
      h("a", { href: "/", class: "button" }, "Front page"),
    ),
  ),
);
