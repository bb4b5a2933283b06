// Up to four programs side by side. Which ones is in the address.

/** @import { Program } from "../answers.js" */

import { FIND } from "./address.js";
import { key, newest } from "./api.js";
import { h, icon, replace } from "./dom.js";
import { loadFields, network, vertical, word } from "./fields.js";
import { known } from "./figures.js";
import { country, list, money, number, percent } from "./format.js";
import { compareOnly, MOST_COMPARED } from "./kept.js";
import { getOwn, RELATION } from "./private.js";
import { commission, cookie, epc, linkOut, networkBadge } from "./programs.js";
import { frame, title } from "./shell.js";
import { empty, failed, skeleton } from "./states.js";
import { scrollingTable } from "./tables.js";

const main = frame();
const body = h("div");
main.append(h("h1", null, "Compare"), body);
title("Compare");

const comparing = newest();
let differing = new URLSearchParams(location.search).get("only") === "differences";

const MINE = "My relation"; // told to who holds a key

// What is shown, whether more (1) or less (-1) is better, and of which number.
/** @type {[string, (program: Program) => any, number?, ((program: Program) => number | null)?][]} */
const ROWS = [
  [MINE, (/** @type {any} */ p) => p.relation && word(RELATION, p.relation)],
  ["Status", (p) => word("status", p.status)],
  ["Commission", commission, 1, (p) => p.commissionMax],
  ["Recurring", (p) => p.recurring],
  ["EPC", epc, 1, (p) => p.epc],
  ["Cookie", cookie, 1, (p) => p.cookieDays],
  ["Conversion rate", (p) => p.conversionRate !== null && percent(p.conversionRate), 1, (p) => p.conversionRate],
  ["Approval rate", (p) => p.approvalRate !== null && percent(p.approvalRate), 1, (p) => p.approvalRate],
  [
    "Average earnings per sale",
    (p) => p.averageEarnings !== null && money(p.averageEarnings, p.currency),
    1,
    (p) => p.averageEarningsUsd,
  ],
  ["Popularity on its network", (p) => p.popularity !== null && number(p.popularity), 1, (p) => p.popularity],
  ["Minimum payout", (p) => p.minPayout !== null && money(p.minPayout, p.minPayoutCurrency), -1, (p) => p.minPayoutUsd],
  ["Payment methods", (p) => p.paymentMethods && list(p.paymentMethods.map((each) => word("paymentMethods", each)))],
  ["Days until confirmed", (p) => p.validationDays !== null && number(p.validationDays), -1, (p) => p.validationDays],
  ["Approval", (p) => p.approvalMode && word("approvalMode", p.approvalMode)],
  ["Deep links", (p) => p.deepLinkAllowed],
  ["Product feed", (p) => p.hasProductFeed],
  ["Sells to", (p) => p.geoTargeting && list(p.geoTargeting.map(country), 6)],
  ["Languages", (p) => p.language && list(p.language.map((each) => word("language", each)))],
  ["Vertical", (p) => p.vertical && vertical(p.vertical)],
  ["Category", (p) => p.category],
  ["Merchant", (p) => p.merchantDomain],
];

const ids = () =>
  [
    ...new Set(
      (new URLSearchParams(location.search).get("ids") ?? "").split(",").filter((each) => /^[1-9]\d{0,15}$/.test(each)),
    ),
  ]
    .slice(0, MOST_COMPARED)
    .map(Number);

const plain = (value) => (value === true ? "Yes" : value === false ? "No" : value);
// `false` of a row means "no number here", unless the field itself is a flag
const value = (show, program, name) =>
  plain(["Recurring", "Deep links", "Product feed"].includes(name) ? show(program) : show(program) || null);

/**
 * @param {Program[]} programs
 * @param {number} gone how many there are no more
 */
function table(programs, gone) {
  const rows = ROWS.filter(([name]) => name !== MINE || key()).map(([name, show, better, of]) => {
    const shown = programs.map((each) => value(show, each, name));
    const figures = of ? programs.map((each) => of(each)).filter((each) => each !== null) : [];
    const best =
      figures.length > 1 && Math.min(...figures) !== Math.max(...figures)
        ? better === 1
          ? Math.max(...figures)
          : Math.min(...figures)
        : null;
    const same = shown.every((each) => each === shown[0]);
    if (same && differing && programs.length > 1) return null;
    return h(
      "tr",
      { class: same && programs.length > 1 ? "same" : null },
      h("th", { scope: "row" }, name),
      programs.map((each, at) => {
        const wins = best !== null && of?.(each) === best;
        return h("td", { class: wins ? "best" : null }, known(shown[at]), wins && h("small", null, " best"));
      }),
    );
  });
  return [
    gone > 0 &&
      h(
        "p",
        { class: "notice" },
        gone === 1
          ? "One of these programs is no longer there."
          : `${number(gone)} of these programs are no longer there.`,
      ),
    h(
      "div",
      { class: "row compare-tools" },
      programs.length > 1 &&
        h(
          "label",
          { class: "switch" },
          h("span", null, "Only differences"),
          h("input", {
            type: "checkbox",
            role: "switch",
            checked: differing,
            data: { key: "differences" },
            on: { change: ({ target }) => go(ids(), target.checked) },
          }),
        ),
    ),
    scrollingTable(
      "Comparison",
      [
        h("td", null),
        ...programs.map((each) =>
          h(
            "th",
            { scope: "col" },
            h("a", { href: `/programs/${each.id}` }, each.name),
            h("span", { class: "net" }, networkBadge(each.network)),
            h(
              "button",
              {
                type: "button",
                class: "quiet",
                "aria-label": `Take ${each.name} out`,
                data: { key: `out:${each.id}` },
                on: {
                  click: () =>
                    go(
                      ids().filter((id) => id !== each.id),
                      differing,
                    ),
                },
              },
              icon("close"),
            ),
          ),
        ),
      ],
      [
        rows,
        h(
          "tr",
          null,
          h("th", { scope: "row" }, "Links"),
          programs.map((each) =>
            h(
              "td",
              null,
              h(
                "span",
                { class: "row" },
                known(linkOut(each.merchantUrl, "Merchant") ?? linkOut(each.programUrl, network(each.network))),
              ),
            ),
          ),
        ),
      ],
      { look: "comparison" },
    ),
    programs.length < MOST_COMPARED &&
      h(
        "p",
        { class: "note" },
        `Room for ${number(MOST_COMPARED - programs.length)} more: `,
        h("a", { href: FIND }, "find programs"),
        " and press Compare.",
      ),
  ];
}

function go(next, only) {
  differing = only;
  compareOnly(next);
  const query = [next.length && `ids=${next.join(",")}`, only && "only=differences"].filter(Boolean).join("&");
  history.pushState(null, "", `/compare${query ? `?${query}` : ""}`);
  show();
}

addEventListener("popstate", () => {
  differing = new URLSearchParams(location.search).get("only") === "differences";
  show();
});

async function show() {
  const asked = ids();
  if (!asked.length) {
    comparing.stop();
    settle();
    replace(
      body,
      empty(
        "Nothing to compare yet",
        h("p", null, `Choose up to ${number(MOST_COMPARED)} programs with their Compare buttons.`),
        h("p", null, h("a", { class: "button primary", href: FIND }, icon("search"), "Find programs")),
      ),
    );
    return;
  }
  // at once, so that neither a reader nor a screen reader takes the old table for the new one
  body.setAttribute("aria-busy", "true");
  if (!body.querySelector("table")) replace(body, skeleton(10));
  try {
    const answers = await comparing.ask((signal) =>
      Promise.all([...asked.map((id) => program(id, signal)), loadFields()]),
    );
    if (answers === undefined) return; // another comparison is under way
    answers.pop(); // the fields
    const programs = answers.filter(Boolean);
    settle();
    if (programs.length) replace(body, table(programs, answers.length - programs.length));
    else
      replace(
        body,
        empty(
          "These programs are no longer there",
          h("p", null, h("a", { class: "button", href: FIND }, "Find programs")),
        ),
      );
  } catch (problem) {
    settle();
    if (problem.status === undefined) console.error(problem);
    replace(body, failed(problem, show));
  }
}

const settle = () => body.removeAttribute("aria-busy");

/** Null if there is none any more. */
function program(id, signal) {
  return getOwn(`/api/programs/${id}`, "", { signal }).catch((problem) => {
    if (problem.status === 404 || problem.status === 410) return null;
    throw problem;
  });
}

show();
