// The catalogue at a glance. Everything that is drawn is a filter when it is clicked.

import { FIND } from "./address.js";
import { get, once } from "./api.js";
import { bars, boxes } from "./charts.js";
import { h } from "./dom.js";
import { label, loadFields, network, vertical } from "./fields.js";
import { tile } from "./figures.js";
import { ago, money, number, percent, plural, rounded, share, short } from "./format.js";
import { generatedBanner } from "./generated.js";
import { onKept } from "./kept.js";
import { moved, movesList } from "./moves.js";
import { search } from "./private.js";
import { cards, LISTED, tray } from "./programs.js";
import { frame, freshness, title } from "./shell.js";
import { oneBelowAnother, part } from "./states.js";
import { scrollingTable } from "./tables.js";

const main = frame();
title("Overview");
const compare = tray();
onKept(compare.show);
const VERTICALS = 12;

/** A part that stands in the columns of the figures. */
function figure(heading, note) {
  const element = h("div");
  const box = h(
    "section",
    { class: "panel-box" },
    h("h2", null, heading),
    note && h("p", { class: "note" }, note),
    element,
  );
  return { element, box };
}

const networks = figure("Programs by network");
const verticals = figure("Verticals");
const commissions = figure(
  "Commission by network",
  "Highest percent of a sale: the box holds the middle half, the line its median, the whisker nine in ten.",
);
const earnings = figure("EPC by network", "USD per click, drawn in the same way.");
const changes = figure("Biggest changes", "Commission rates that moved most in the last days.");
const filled = figure("How much each network tells", "Share of its programs for which a field is known.");
const figures = [networks, verticals, commissions, earnings, changes];

const parts = h("div", { class: "parts" });
main.append(h("h1", null, "Overview"), parts, compare.bar, generatedBanner());

/** The statistics, asked for once and shared by the parts; asked for anew after a failure. */
const statistics = once(() => loadFields().then(() => get("/api/stats")));

function drawTiles(all) {
  freshness(all.index);
  return h(
    "dl",
    { class: "tiles" },
    tile("Programs", number(all.programs), { href: FIND }),
    tile("Networks", number(all.networks.length)),
    tile("Verified", number(all.verified), {
      href: "/find?verified=true",
      more: ` ${share(all.verified / Math.max(all.programs, 1))}`,
    }),
    tile("Featured", number(all.featured), { href: "/find?featured=true" }),
    tile("Closed", number(all.closed), { href: "/find?status=closed" }),
    tile("Last import", all.runs?.[0]?.finishedAt ? ago(all.runs[0].finishedAt) : null, { href: "/operate" }),
  );
}

const openPrograms = (each) => each.programs > 0;

async function distribution(field) {
  const all = await statistics();
  const answers = await Promise.all(
    all.networks.filter(openPrograms).map(async (each) => {
      const answer = await get("/api/programs", { network: each.network, facets: field, perPage: "1", fields: "id" });
      return { slug: each.network, total: answer.total, facet: answer.facets[field] };
    }),
  );
  return answers.filter(({ facet }) => facet.percentiles?.["50"] !== undefined);
}

function drawDistribution(field, format) {
  return (answers) =>
    answers.length
      ? boxes(
          answers.map(({ slug, facet, total }) => ({
            label: network(slug),
            percentiles: facet.percentiles,
            href: `/find?network=${slug}&sort=-${field}&${field}=!unknown`,
            kind: `n-${slug}`,
            known: total - facet.unknown,
            total,
          })),
          {
            format,
            words: ({ label: name, percentiles: at, known: some, total }) =>
              `${name}: median about ${format(at["50"])}, half between ${format(at["25"])} and ${format(at["75"])}; known for ${number(some)} of ${number(total)}`,
          },
        )
      : h("p", { class: "note" }, "No program has a value yet.");
}

const TOLD = [
  "commissionMax",
  "commissionFixedMax",
  "epc",
  "cookieDays",
  "conversionRate",
  "approvalRate",
  "recurring",
  "geoTargeting",
  "language",
  "merchantDomain",
  "launchedAt",
  "approvalMode",
];

function drawFilled(all) {
  const slugs = Object.keys(all.fillRates);
  const shown = TOLD.filter((field) => slugs.some((slug) => all.fillRates[slug][field] !== undefined));
  return scrollingTable(
    "Fill rates",
    ["Field", ...slugs.map((slug) => /** @type {[string, string]} */ ([network(slug), "number"]))],
    shown.map((field) =>
      h(
        "tr",
        null,
        h("th", { scope: "row" }, label(field)),
        slugs.map((slug) => {
          const rate = all.fillRates[slug][field] ?? 0;
          return h(
            "td",
            { class: `number heat-${Math.round(rate * 5)}` },
            rate === 0
              ? h("span", { class: "never" }, "never")
              : h("a", { href: `/find?network=${slug}&${field}=!unknown` }, share(rate)),
          );
        }),
      ),
    ),
    { look: "heat" },
  );
}

function drawVerticals(all) {
  const named = all.verticals.filter((each) => each.vertical && each.programs > 0);
  const rest = named.slice(VERTICALS).reduce((sum, each) => sum + each.programs, 0);
  return [
    bars(
      named.slice(0, VERTICALS).map((each) => ({
        label: vertical(each.vertical),
        value: each.programs,
        href: `/find?vertical=${each.vertical}`,
      })),
    ),
    rest > 0 &&
      h(
        "p",
        { class: "note" },
        `and ${short(rest)} in ${plural(named.length - VERTICALS, "other vertical", "other verticals")}`,
      ),
  ];
}

const place = oneBelowAnother(parts);

const tiles = h("div");
place(tiles, tiles, statistics, drawTiles, { shapes: 6, kind: "tiles" });

/** Columns share their boxes out by height, so all are filled before they are shown. */
const filledFigures = [
  part(networks.element, statistics, (all) =>
    bars(
      all.networks.filter(openPrograms).map((each) => ({
        label: network(each.network),
        value: each.programs,
        href: `/find?network=${each.network}`,
        kind: `n-${each.network}`,
      })),
    ),
  ),
  part(verticals.element, statistics, drawVerticals),
  part(commissions.element, () => distribution("commissionMax"), drawDistribution("commissionMax", percent)),
  part(
    earnings.element,
    () => distribution("epc"),
    drawDistribution("epc", (value) => money(rounded(value), "USD")),
  ),
  part(
    changes.element,
    () => moved({ days: 30 }),
    (found) => movesList(found, "No rate has changed in the last 30 days."),
    { hideMissing: true },
  ),
];
const dashboard = h(
  "div",
  { class: "dashboard", hidden: true },
  figures.map(({ box }) => box),
);
main.append(dashboard); // of the page while it is filled: an outage of many parts is told once
const awaited = h("div", { class: "awaited" });
const shown = h("div", null, awaited);
place(
  shown,
  awaited,
  () => Promise.all(filledFigures),
  () => {
    shown.append(dashboard);
    dashboard.hidden = false;
    return null;
  },
  { shapes: 4, kind: "block" },
);

function section(heading, ask, show, options) {
  const element = h("div");
  place(h("section", null, h("h2", null, heading), element), element, ask, show, options);
}

const listed = (none) => (answer) =>
  answer.programs.length ? cards(answer.programs) : h("p", { class: "note" }, none);
section(
  "Featured",
  () => loadFields().then(() => search({ featured: "true", perPage: "6", fields: LISTED })),
  listed("None yet. An operator features programs on their pages."),
  { shapes: 2, kind: "block" },
);
section(
  "Newest",
  () => loadFields().then(() => search({ sort: "newest", perPage: "6", fields: LISTED, status: "active" })),
  listed("No program is there yet."),
  { shapes: 2, kind: "block" },
);
place(filled.box, filled.element, statistics, drawFilled);
