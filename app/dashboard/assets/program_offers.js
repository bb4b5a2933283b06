// All offers of a merchant, side by side.

import { h } from "./dom.js";
import { word } from "./fields.js";
import { known } from "./figures.js";
import { EVERY_STATUS, RELATION, relationBadge, search } from "./private.js";
import { commission, cookie, epc, LISTED, networkBadge } from "./programs.js";
import { scrollingTable } from "./tables.js";

/** The offers of a merchant beside each other, the best of each figure marked; `here` is the id of the program shown. */
export function offersTable(programs, here = null) {
  const best = (of) => {
    const figures = programs.map((each) => each[of]).filter((each) => each !== null);
    return Math.min(...figures) === Math.max(...figures) ? null : Math.max(...figures);
  };
  const top = { commissionMax: best("commissionMax"), epc: best("epc"), cookieDays: best("cookieDays") };
  const cell = (each, name, value) => {
    const wins = each[name] !== null && each[name] === top[name];
    return h("td", { class: wins ? "number best" : "number" }, known(value), wins && h("small", null, " best"));
  };
  const related = programs.some((each) => each[RELATION] !== undefined);
  const relation = (each) => known(relationBadge(each.relation) ?? (each.relation && word(RELATION, each.relation)));
  return scrollingTable(
    "Offers of this merchant",
    [
      "Network",
      "Program",
      ["Commission", "number"],
      ["EPC", "number"],
      ["Cookie", "number"],
      "Status",
      ...(related ? ["Mine"] : []),
    ],
    programs.map((each) =>
      h(
        "tr",
        { class: each.id === here ? "here" : null },
        h("td", null, networkBadge(each.network)),
        h(
          "th",
          { scope: "row" },
          each.id === here
            ? [each.name, h("small", null, " this one")]
            : h("a", { href: `/programs/${each.id}` }, each.name),
        ),
        cell(each, "commissionMax", commission(each)),
        cell(each, "epc", epc(each)),
        cell(each, "cookieDays", cookie(each)),
        h("td", null, word("status", each.status)),
        related && h("td", null, relation(each)),
      ),
    ),
  );
}

/** All programs of a merchant, whatever their status, the best paid first. */
export const offersOf = (domain) =>
  search({
    merchantDomain: domain.replace(/([\\,])/g, "\\$1"),
    status: EVERY_STATUS,
    perPage: "100",
    sort: "-commission",
    fields: LISTED,
  });

/**
 * The other offers of a program's merchant: what is asked, and how its answer is shown.
 * @returns {[() => Promise<any>, (answer: any) => any]}
 */
export function others({ id, merchantDomain }) {
  const note = (text) => h("p", { class: "note" }, text);
  if (!merchantDomain) return [() => Promise.resolve(), () => note("The network does not say who the merchant is.")];
  return [
    () => offersOf(merchantDomain),
    ({ programs }) =>
      programs.length > 1
        ? offersTable(programs, id)
        : note(`No other program in the catalogue is of ${merchantDomain}.`),
  ];
}
