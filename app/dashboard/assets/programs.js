// A program in a list: its card, its row, its badges, and its pay in words.

/** @import { Hit } from "../answers.js" */

import { h, icon, marked, outward } from "./dom.js";
import { network, vertical } from "./fields.js";
import { known } from "./figures.js";
import { country, days, list, money, moneySpan, number, percentSpan, plural } from "./format.js";
import { compared, isCompared, isKept, MOST_COMPARED, toggleCompared, toggleKept } from "./kept.js";
import { comparison, relationBadge } from "./private.js";
import { tell } from "./states.js";
import { scrollingTable, silentHeading } from "./tables.js";

const GENERATED = "generator:"; // what generated programs come from; their logos are nowhere

/** What a list needs of a program; less to send than all of it. */
export const LISTED = [
  "id",
  "dataSource",
  "logoUrl",
  "network",
  "name",
  "description",
  "merchantDomain",
  "vertical",
  "category",
  "status",
  "commissionType",
  "commissionMin",
  "commissionMax",
  "commissionFixedMin",
  "commissionFixedMax",
  "currency",
  "commissionText",
  "recurring",
  "epc",
  "cookieDays",
  "popularity",
  "geoTargeting",
  "launchedAt",
  "verified",
  "featured",
].join(",");

const NEW_FOR = 90 * 86_400_000; // ms after its launch

/** The commission in words, null if nothing is known. */
export function commission(program) {
  const parts = [
    percentSpan(program.commissionMin, program.commissionMax),
    moneySpan(program.commissionFixedMin, program.commissionFixedMax, program.currency),
  ].filter(Boolean);
  return parts.length ? parts.join(" + ") : null;
}

export const epc = (program) => (program.epc === null ? null : money(program.epc, "USD"));
export const cookie = (program) => (program.cookieDays === null ? null : days(program.cookieDays));
export const countries = (program, most = 3) =>
  program.geoTargeting === null
    ? null
    : list(program.geoTargeting.map(country), program.geoTargeting.length > most ? most - 1 : most);

export const networkBadge = (slug) => h("span", { class: `badge network n-${slug}` }, network(slug));

export function badges(program) {
  const fresh = program.launchedAt && Math.abs(Date.now() - Date.parse(program.launchedAt)) < NEW_FOR;
  return h(
    "ul",
    { class: "badges", "aria-label": "Marks" },
    [
      networkBadge(program.network),
      relationBadge(program.relation),
      program.status !== "active" &&
        h("span", { class: `badge ${program.status}` }, program.status === "closed" ? "Closed" : "Paused"),
      program.pinned && h("span", { class: "badge" }, "Pinned"),
      program.featured && h("span", { class: "badge featured" }, icon("star"), "Featured"),
      program.verified && h("span", { class: "badge verified" }, icon("check"), "Verified"),
      program.recurring && h("span", { class: "badge" }, icon("loop"), "Recurring"),
      fresh && h("span", { class: "badge new" }, icon("spark"), "New"),
    ]
      .filter(Boolean)
      .map((badge) => h("li", null, badge)),
  );
}

/** A program's logo, which comes through our own server; a letter until it is there, and where there is none. */
export function monogram(program) {
  const sign = h(
    "span",
    { class: `monogram n-${program.network}`, "aria-hidden": "true" },
    [...program.name.trim()][0]?.toUpperCase() ?? "?",
  );
  if (program.logoUrl && !program.dataSource?.startsWith(GENERATED)) {
    const picture = h("img", { src: `/api/programs/${program.id}/logo`, alt: "", loading: "lazy" });
    picture.addEventListener("load", () => picture.classList.add("there"));
    picture.addEventListener("error", () => picture.remove());
    sign.append(picture);
  }
  return sign;
}

function metric(name, value, more) {
  return h(
    "div",
    null,
    h("dt", null, name),
    h("dd", null, known(value), value !== null && more && h("small", null, more)),
  );
}

function toggle(kind, program, is, act) {
  const words = { save: ["Keep", "Kept"], compare: ["Compare", "Comparing"] }[kind];
  const button = h("button", { type: "button", class: "toggle", data: { key: `${kind}:${program.id}` } });
  const show = () => {
    const on = is(program.id);
    button.setAttribute("aria-pressed", String(on));
    button.setAttribute("aria-label", `${words[0]} ${program.name}`);
    button.replaceChildren(icon(kind), h("span", null, on ? words[1] : words[0]));
  };
  button.addEventListener("click", () => {
    if (act(program.id) === false) tell(`Only ${MOST_COMPARED} programs can be compared; take one out first.`);
    show();
  });
  show();
  return button;
}

export const keepButton = (program) => toggle("save", program, isKept, toggleKept);
export const compareButton = (program) => toggle("compare", program, isCompared, toggleCompared);

const name = (program) => (program.highlights?.name ? marked(program.highlights.name) : program.name);

/**
 * A card: what a person compares programs by, at a glance.
 * @param {any} program
 * @param {{ heading?: "h2" | "h3" }} options
 */
export function card(program, { heading = "h3" } = {}) {
  const where = program.highlights?.merchantDomain ? marked(program.highlights.merchantDomain) : program.merchantDomain;
  const kind = program.highlights?.category ? marked(program.highlights.category) : program.category;
  return h(
    "article",
    { class: "card", data: { id: program.id } },
    monogram(program),
    h(
      "div",
      { class: "what" },
      h(
        heading,
        null,
        h("a", { href: `/programs/${program.id}`, data: { key: `program:${program.id}` } }, name(program)),
      ),
      h(
        "p",
        { class: "where" },
        where && h("span", null, where),
        program.vertical && h("span", null, vertical(program.vertical)),
        kind && h("span", null, kind),
      ),
      program.description &&
        h(
          "p",
          { class: "about" },
          program.highlights?.description ? marked(program.highlights.description) : program.description,
        ),
      h(
        "div",
        { class: "foot-row" },
        badges(program),
        h("div", { class: "actions" }, keepButton(program), compareButton(program)),
      ),
    ),
    h(
      "dl",
      { class: "metrics" },
      metric("Commission", commission(program)),
      metric("EPC", epc(program)),
      metric("Cookie", cookie(program)),
      metric("Sells to", countries(program)),
    ),
    program.offers?.length > 1 && offers(program),
  );
}

/** Cards side by side. */
export const cards = (programs) =>
  h(
    "div",
    { class: "cards pair" },
    programs.map((each) => card(each)),
  );

/** The other offers of the merchant, of a search by merchant. */
function offers(program) {
  const others = program.offers.filter((each) => each.id !== program.id);
  const compared = program.offers.map(comparison).filter(Boolean);
  const listed = h(
    "ul",
    { class: "offers-line", "aria-label": `Other offers of ${program.merchantDomain ?? program.name}` },
    others.map((each) =>
      h(
        "li",
        null,
        networkBadge(each.network),
        h("a", { href: `/programs/${each.id}` }, commission(each) ?? each.name),
        relationBadge(each.relation),
      ),
    ),
  );
  return [listed, compared.map((text) => h("p", { class: "compared" }, text))];
}

/** @type {[string | null, string, (program: Hit) => any, string?][]} */
const COLUMNS = [
  [
    "name",
    "Program",
    (p) => [
      h("a", { href: `/programs/${p.id}`, data: { key: `program:${p.id}` } }, name(p)),
      (p.offers ?? []).length > 1 && h("small", null, ` ${plural((p.offers ?? []).length, "offer", "offers")}`),
    ],
  ],
  ["network", "Network", (p) => networkBadge(p.network)],
  ["vertical", "Vertical", (p) => p.vertical && vertical(p.vertical)],
  ["commission", "Commission", commission, "number"],
  ["epc", "EPC", epc, "number"],
  ["cookieDays", "Cookie", cookie, "number"],
  ["popularity", "Popularity", (p) => p.popularity && number(p.popularity), "number"],
  [null, "Sells to", (p) => countries(p, 2)],
];
const FIRST_DOWN = ["commission", "epc", "cookieDays", "popularity"];

/** A dense table; `sorted` is the sort parameter, `href(sort)` the address of the same view in another order. */
export function table(programs, sorted, href) {
  const head = COLUMNS.map(([key, title, , kind]) => {
    if (!key) return h("th", { scope: "col" }, title);
    const direction = sorted === key ? "ascending" : sorted === `-${key}` ? "descending" : null;
    const next =
      direction === "descending"
        ? key
        : direction === "ascending"
          ? `-${key}`
          : FIRST_DOWN.includes(key)
            ? `-${key}`
            : key;
    return h(
      "th",
      { scope: "col", class: kind, "aria-sort": direction },
      h(
        "a",
        { href: href(next), data: { view: true, key: `sort:${key}` } },
        title,
        h("span", { class: "arrow", "aria-hidden": "true" }, direction === "ascending" ? "↑" : direction ? "↓" : ""),
      ),
    );
  });
  const rows = programs.map((each) =>
    h(
      "tr",
      { data: { id: each.id } },
      COLUMNS.map(([, , show, kind], at) =>
        h(at ? "td" : "th", { class: kind, scope: at ? null : "row" }, known(show(each))),
      ),
      h("td", { class: "actions" }, keepButton(each), compareButton(each)),
    ),
  );
  return scrollingTable("Programs as a table", [...head, silentHeading("Keep and compare")], rows, { look: "dense" });
}

/** A link to another host, which learns nothing about this page. */
export function linkOut(address, text, { primary = false } = {}) {
  const safe = address && outward(address);
  return (
    safe &&
    h(
      "a",
      {
        href: safe,
        target: "_blank",
        rel: "noopener noreferrer nofollow",
        class: primary ? "button primary" : "button",
      },
      text,
      icon("out"),
      h("span", { class: "hidden" }, " (opens in a new tab)"),
    )
  );
}

/** The bar that shows what will be compared, once there is something. */
export function tray() {
  const bar = h("aside", { class: "tray", "aria-label": "To compare", hidden: true });
  const show = () => {
    const ids = compared();
    bar.hidden = ids.length === 0;
    bar.replaceChildren(
      h("span", null, `${number(ids.length)} of ${number(MOST_COMPARED)} to compare`),
      h("a", { class: "button primary", href: `/compare?ids=${ids.join(",")}` }, icon("compare"), "Compare"),
    );
  };
  show();
  return { bar, show };
}
