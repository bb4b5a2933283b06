// The front page: what there is, before anything is asked.

import { FIND } from "./address.js";
import { get, once } from "./api.js";
import { h } from "./dom.js";
import { loadFields, network } from "./fields.js";
import { number, plural } from "./format.js";
import { moved, movesList } from "./moves.js";
import { search } from "./private.js";
import { cards, LISTED } from "./programs.js";
import { shelves } from "./shelves.js";
import { oneBelowAnother, part } from "./states.js";

const SHOWN = 6;

/** How many there are: all, and for each network and vertical. Of the index alone, so it is there without the database. */
const counted = once(async () => {
  const [answer] = await Promise.all([
    get("/api/programs", { perPage: "0", facets: "network,vertical", facetLimit: "100" }),
    loadFields(),
  ]);
  const of = (field) => answer.facets[field].values.filter((each) => each.count > 0);
  return { total: answer.total, networks: of("network"), verticals: of("vertical") };
});

/** `head` stands above the search box, `body` below it. */
export function home() {
  const figures = h("div", { class: "figures" });
  const body = h("div", { class: "parts" });
  let shown = false;

  function section(heading, ...content) {
    const element = h("div", null, content);
    return { element, box: h("section", null, h("h2", null, heading), element) };
  }

  return {
    head: h("div", { class: "welcome" }, h("h1", null, "Every affiliate program, one search"), figures),
    body,
    /** Draw it, the first time that it is looked at. */
    show() {
      if (shown) return;
      shown = true;
      const place = oneBelowAnother(body);
      /** Programs as cards; the whole section goes where there are none. */
      const programs = (heading, parameters) => {
        const { box, element } = section(heading);
        place(
          box,
          element,
          () => loadFields().then(() => search({ perPage: String(SHOWN), fields: LISTED, ...parameters })),
          (answer) => {
            box.hidden = answer.programs.length === 0;
            return cards(answer.programs);
          },
          { shapes: SHOWN, kind: "pair" },
        );
      };

      part(figures, counted, drawFigures, { shapes: 1 });
      const all = h("div", { class: "parts" });
      place(
        all,
        all,
        counted,
        (found) => [section("Networks", drawNetworks(found)).box, section("Categories", drawShelves(found)).box],
        { shapes: 30, kind: "shelves" },
      );
      programs("Featured", { featured: "true" });
      const raises = section("Biggest raises this week");
      place(
        raises.box,
        raises.element,
        () => moved({ days: 7, raises: true }),
        (found) => movesList(found, "No rate was raised in the last seven days."),
        { hideMissing: true },
      );
      programs("Newest", { sort: "newest", status: "active" });
    },
  };
}

const drawFigures = ({ total, networks }) =>
  total === 0
    ? h("p", null, "The catalogue is empty; the first import fills it.")
    : h(
        "p",
        null,
        h("a", { href: FIND }, plural(total, "program", "programs")),
        ` of ${plural(networks.length, "network", "networks")}`,
      );

const drawNetworks = ({ networks }) =>
  h(
    "ul",
    { class: "badges large" },
    networks.map((each) =>
      h(
        "li",
        null,
        h(
          "a",
          { class: `badge network n-${each.value}`, href: `/networks/${each.value}` },
          network(each.value),
          h("span", null, number(each.count)),
        ),
      ),
    ),
  );

const drawShelves = ({ verticals }) => shelves(verticals, (filter) => `${FIND}?vertical=${filter}`);
