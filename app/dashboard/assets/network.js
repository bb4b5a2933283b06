// One network: what it asks of affiliates, what it pays, and what it sells.

import { FIND } from "./address.js";
import { get } from "./api.js";
import { bars } from "./charts.js";
import { h, icon, replace } from "./dom.js";
import { codesOf, loadFields, network, word } from "./fields.js";
import { known, tile } from "./figures.js";
import { ago, list, money, number, percent, plural, rounded, share } from "./format.js";
import { onKept } from "./kept.js";
import { search } from "./private.js";
import { cards, LISTED, linkOut, monogram, tray } from "./programs.js";
import { frame, title } from "./shell.js";
import { shelves } from "./shelves.js";
import { absent, failed, skeleton } from "./states.js";
import { leadingBox } from "./suggest.js";

const slug = decodeURIComponent(location.pathname.split("/")[2] ?? "").toLowerCase();
const main = frame();
const compare = tray();
onKept(compare.show);

const body = h("div", { class: "program" });
main.append(h("div", { class: "seek" }, leadingBox()), body, compare.bar);

const FACETS = ["vertical", "commissionMax", "epc", "cookieDays", "approvalMode", "recurring"];
const here = (more = "") => `${FIND}?network=${slug}${more}`;

/** The policy of the network itself, from the database. */
function policy(told) {
  return [
    h(
      "dl",
      { class: "tiles" },
      tile("Minimum payout", told.minPayout === null ? null : money(told.minPayout, "USD")),
      tile(
        "Payment methods",
        told.paymentMethods && list(told.paymentMethods.map((each) => word("paymentMethods", each))),
      ),
      tile("Closed programs", number(told.closed), { href: here("&status=closed") }),
      tile("Last complete import", told.lastCompleteAt && ago(told.lastCompleteAt)),
    ),
    h(
      "p",
      { class: "row links" },
      told.retired
        ? h("span", { class: "notice" }, "This network was closed by its owner: it takes no affiliates any more.")
        : linkOut(told.home, `Join ${told.name}`, { primary: true }),
      h(
        "span",
        { class: "note" },
        "An account is made at the network; each program then lets affiliates in as it says.",
      ),
    ),
  ];
}

/** What its programs say, from the index, and the terms of its own. */
function draw(answer, terms) {
  const { facets } = answer;
  const median = (name, format) => {
    const value = facets[name].percentiles?.["50"];
    return value === undefined ? null : `about ${format(rounded(value))}`;
  };
  const told = (name) => ` known for ${share(1 - facets[name].unknown / Math.max(answer.total, 1))}`;
  const recurring = facets.recurring.values.find((each) => each.filter === "true")?.count ?? 0;
  replace(
    body,
    h(
      "header",
      { class: "head" },
      monogram({ name: network(slug), network: slug }),
      h("div", null, h("h1", null, network(slug))),
    ),
    h(
      "dl",
      { class: "tiles" },
      tile("Programs", number(answer.total), { href: here() }),
      tile("Median commission", median("commissionMax", percent), { more: told("commissionMax") }),
      tile(
        "Median EPC",
        median("epc", (value) => money(value, "USD")),
        { more: told("epc") },
      ),
      tile(
        "Median cookie",
        median("cookieDays", (value) => plural(value, "day", "days")),
        { more: told("cookieDays") },
      ),
      tile("Recurring", number(recurring), { href: here("&recurring=true") }),
    ),
    h("section", null, h("h2", null, "Terms"), terms),
    h("section", null, h("h2", null, "How affiliates are let in"), letIn(facets.approvalMode)),
    h(
      "section",
      null,
      h("h2", null, "Categories"),
      shelves(facets.vertical.values, (filter) => here(`&vertical=${filter}`)),
    ),
    h(
      "section",
      null,
      h("h2", null, "Most popular"),
      answer.programs.length
        ? cards(answer.programs)
        : h("p", { class: "note" }, "No program of this network is in the catalogue."),
    ),
  );
}

const letIn = (facet) => {
  const rows = facet.values
    .filter((each) => each.count > 0)
    .map((each) => ({
      label: word("approvalMode", each.value),
      value: each.count,
      href: here(`&approvalMode=${each.filter}`),
      kind: `n-${slug}`,
    }));
  return rows.length ? bars(rows) : h("p", null, known(null), " ", h("small", null, "Its programs do not say."));
};

const nowhere = () =>
  absent(
    "There is no such network",
    h("p", null, h("a", { href: FIND, class: "button" }, icon("search"), "Find programs")),
  );

async function show() {
  replace(body, skeleton(8));
  try {
    await loadFields();
    if (!codesOf("network").includes(slug)) return void replace(body, nowhere());
    title(network(slug));
    // the policy is the database's: without it the rest is there all the same
    const [answer, told] = await Promise.all([
      search({
        network: slug,
        facets: FACETS.join(","),
        facetLimit: "100",
        perPage: "6",
        sort: "-popularity",
        fields: LISTED,
      }),
      get(`/api/networks/${slug}`, "", { keyed: true }).then(policy, (problem) =>
        failed(problem, show, { small: true }),
      ),
    ]);
    draw(answer, told);
  } catch (problem) {
    replace(
      body,
      failed(problem, () => show()),
    );
    if (problem.status === undefined) console.error(problem);
  }
}

show();
