// A word that some of the programs are made up, while they stand beside real ones.

import { get } from "./api.js";
import { h, icon } from "./dom.js";
import { number } from "./format.js";
import { EVERY_STATUS } from "./private.js";

const DISMISSED = "affindex.generated";
const MADE_UP = "generator:";
const MOST_SOURCES = "1000";

/** A banner at the foot of a page, which comes once it is known to be needed; put away, it stays so for the visit. */
export function generatedBanner() {
  const element = h("aside", { class: "banner", "aria-label": "Generated programs", hidden: true });
  if (sessionStorage.getItem(DISMISSED) === null) look(element);
  return element;
}

async function look(element) {
  let facet;
  try {
    const asked = { perPage: "0", status: EVERY_STATUS, facets: "dataSource", facetLimit: MOST_SOURCES };
    facet = (await get("/api/programs", asked)).facets.dataSource;
  } catch {
    return; // what is wrong is said by the page itself
  }
  const sum = (values) => values.reduce((all, each) => all + each.count, 0);
  const generated = sum(facet.values.filter((each) => each.value.startsWith(MADE_UP)));
  if (!generated || generated === sum(facet.values)) return;
  const dismiss = () => {
    sessionStorage.setItem(DISMISSED, "dismissed");
    element.hidden = true;
  };
  element.replaceChildren(
    h(
      "p",
      null,
      `${number(generated)} of these programs are generated for trying out; `,
      h("code", null, "affindex catalogue remove-generated"),
      " removes them.",
    ),
    h(
      "button",
      { type: "button", class: "quiet", "aria-label": "Do not tell again in this visit", on: { click: dismiss } },
      icon("close"),
    ),
  );
  element.hidden = false;
}
