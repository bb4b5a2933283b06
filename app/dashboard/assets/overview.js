// The catalogue at a glance. Everything that is drawn is a filter when it is clicked.

import { get } from "./api.js";
import { bars, boxes } from "./charts.js";
import { h } from "./dom.js";
import { label, loadFields, network, vertical } from "./fields.js";
import { ago, money, number, percent, plural, share, short } from "./format.js";
import { onKept } from "./kept.js";
import { card, known, LISTED, networkBadge, tray } from "./programs.js";
import { frame, title } from "./shell.js";
import { part } from "./states.js";

const main = frame();
title("Overview");
const compare = tray();
onKept(compare.show);
const VERTICALS = 12;

function section(heading, note, { wide = false } = {}) {
  const element = h("div");
  return { element, box: h("section", { class: wide ? "wide" : "panel-box" }, h("h2", null, heading), note && h("p", { class: "note" }, note), element) };
}

const tiles = h("div");
const networks = section("Programs by network");
const verticals = section("Verticals");
const commissions = section("Commission by network", "Highest percent of a sale: the box holds the middle half, the line its median, the whisker nine in ten.");
const earnings = section("EPC by network", "USD per click, drawn in the same way.");
const featured = section("Featured", null, { wide: true });
const fresh = section("Newest", null, { wide: true });
const changes = section("Biggest changes", "Commission rates that moved most in the last days.");
const filled = section("How much each network tells", "Share of its programs for which a field is known.");

main.append(
  h("h1", null, "Overview"),
  tiles,
  h("div", { class: "dashboard" }, networks.box, verticals.box, commissions.box, earnings.box, changes.box),
  featured.box,
  fresh.box,
  filled.box,
  compare.bar,
);

const tile = (name, value, href, more) => h("div", { class: "tile" }, h("dt", null, name), h("dd", null, href ? h("a", { href }, known(value)) : known(value), more && h("small", null, more)));

const shared = { first: null };
/** The statistics, asked for once and shared by the parts; asked for anew after a failure. */
const statistics = () => (shared.first ??= loadFields().then(() => get("/api/stats")).catch((problem) => ((shared.first = null), Promise.reject(problem))));

function drawTiles(all) {
  const index = all.index;
  document.getElementById("freshness").textContent = index?.pendingChanges === 0 ? "The index is in step with the catalogue." : index?.pendingChanges ? `${plural(index.pendingChanges, "change is", "changes are")} on the way into the index.` : "";
  return h(
    "dl",
    { class: "tiles" },
    tile("Programs", number(all.programs), "/"),
    tile("Networks", number(all.networks.length)),
    tile("Verified", number(all.verified), "/?verified=true", ` ${share(all.verified / Math.max(all.programs, 1))}`),
    tile("Featured", number(all.featured), "/?featured=true"),
    tile("Closed", number(all.closed), "/?status=closed"),
    tile("Last import", all.runs?.[0]?.finishedAt ? ago(all.runs[0].finishedAt) : null, "/operate"),
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
          answers.map(({ slug, facet, total }) => ({ label: network(slug), percentiles: facet.percentiles, href: `/?network=${slug}&sort=-${field}&${field}=!unknown`, kind: `n-${slug}`, known: total - facet.unknown, total })),
          {
            format,
            words: ({ label: name, percentiles: at, known: some, total }) => `${name}: median ${format(at["50"])}, half between ${format(at["25"])} and ${format(at["75"])}; known for ${number(some)} of ${number(total)}`,
          },
        )
      : h("p", { class: "note" }, "No program has a value yet.");
}

const cards = ({ programs }) => (programs.length ? h("div", { class: "cards pair" }, programs.map((each) => card(each))) : h("p", { class: "note" }, "None yet. An operator marks programs on their pages."));

async function biggest() {
  const since = new Date(Date.now() - 30 * 86_400_000).toISOString();
  await loadFields();
  const found = await get("/api/changes", { since, field: "commissionMax", limit: "500" });
  const moved = found.changes
    .filter((each) => each.field === "commissionMax" && each.old !== null && each.new !== null)
    .sort((one, other) => Math.abs(other.new - other.old) - Math.abs(one.new - one.old))
    .slice(0, 8);
  const ids = [...new Set(moved.map((each) => each.id))];
  const programs = ids.length ? (await get("/api/programs", { id: ids.join(","), status: "active,paused,closed", fields: "id,name,network", perPage: "20" })).programs : [];
  return { moved, named: new Map(programs.map((each) => [each.id, each])) };
}

const drawBiggest = ({ moved, named }) =>
  moved.length
    ? h(
        "ul",
        { class: "moves" },
        moved.map((each) => {
          const program = named.get(each.id);
          const up = each.new > each.old;
          return h("li", null, h("a", { href: `/programs/${each.id}` }, program?.name ?? `Program ${each.id}`), program && networkBadge(program.network), h("span", { class: up ? "up" : "down" }, `${percent(each.old)} → ${percent(each.new)}`, h("span", { class: "hidden" }, up ? " (up)" : " (down)")), h("small", null, ago(each.at)));
        }),
      )
    : h("p", { class: "note" }, "No rate has changed in the last 30 days.");

const TOLD = ["commissionMax", "commissionFixedMax", "epc", "cookieDays", "conversionRate", "approvalRate", "recurring", "geoTargeting", "language", "merchantDomain", "launchedAt", "approvalMode"];

function drawFilled(all) {
  const slugs = Object.keys(all.fillRates);
  const shown = TOLD.filter((field) => slugs.some((slug) => all.fillRates[slug][field] !== undefined));
  return h(
    "div",
    { class: "scroller", tabindex: "0", role: "region", "aria-label": "Fill rates" },
    h(
      "table",
      { class: "heat" },
      h("thead", null, h("tr", null, h("th", { scope: "col" }, "Field"), slugs.map((slug) => h("th", { scope: "col", class: "number" }, network(slug))))),
      h(
        "tbody",
        null,
        shown.map((field) =>
          h(
            "tr",
            null,
            h("th", { scope: "row" }, label(field)),
            slugs.map((slug) => {
              const rate = all.fillRates[slug][field] ?? 0;
              return h("td", { class: `number heat-${Math.round(rate * 5)}` }, rate === 0 ? h("span", { class: "unknown" }, "never") : h("a", { href: `/?network=${slug}&${field}=!unknown` }, share(rate)));
            }),
          ),
        ),
      ),
    ),
  );
}

part(tiles, statistics, drawTiles, { shapes: 1, kind: "block" });
part(networks.element, statistics, (all) => bars(all.networks.filter(openPrograms).map((each) => ({ label: network(each.network), value: each.programs, href: `/?network=${each.network}`, kind: `n-${each.network}` }))));
part(verticals.element, statistics, (all) => {
  const named = all.verticals.filter((each) => each.vertical && each.programs > 0);
  const rest = named.slice(VERTICALS).reduce((sum, each) => sum + each.programs, 0);
  return [bars(named.slice(0, VERTICALS).map((each) => ({ label: vertical(each.vertical), value: each.programs, href: `/?vertical=${each.vertical}` }))), rest > 0 && h("p", { class: "note" }, `and ${short(rest)} in ${plural(named.length - VERTICALS, "other vertical", "other verticals")}`)];
});
part(commissions.element, () => distribution("commissionMax"), drawDistribution("commissionMax", percent));
part(earnings.element, () => distribution("epc"), drawDistribution("epc", (value) => money(Math.round(value * 100) / 100, "USD")));
part(featured.element, () => loadFields().then(() => get("/api/programs", { featured: "true", perPage: "6", fields: LISTED })), cards, { shapes: 2, kind: "block" });
part(fresh.element, () => loadFields().then(() => get("/api/programs", { sort: "newest", perPage: "6", fields: LISTED, status: "active" })), cards, { shapes: 2, kind: "block" });
part(changes.element, biggest, drawBiggest, { hideMissing: true });
part(filled.element, statistics, drawFilled);
