// One program: everything known about it, with units and where it comes from.

import { FIND } from "./address.js";
import { get, key } from "./api.js";
import { h, icon, replace } from "./dom.js";
import { loadFields, network, vertical, word } from "./fields.js";
import { tile } from "./figures.js";
import { country, money, number } from "./format.js";
import { onKept } from "./kept.js";
import { getOwn, OWN_NETWORK } from "./private.js";
import { facts } from "./program_facts.js";
import { changes } from "./program_history.js";
import { actions, linksBox } from "./program_links.js";
import { marks } from "./program_marks.js";
import { noteBox } from "./program_note.js";
import { others } from "./program_offers.js";
import { badges, card, commission, compareButton, cookie, epc, keepButton, monogram, tray } from "./programs.js";
import { frame, title } from "./shell.js";
import { absent, failed, oneBelowAnother, skeleton } from "./states.js";
import { leadingBox } from "./suggest.js";

const id = decodeURIComponent(location.pathname.split("/")[2] ?? "");
const main = frame();
const compare = tray();
onKept(compare.show);

const body = h("div", { class: "program" });
main.append(h("div", { class: "seek" }, leadingBox()), body, compare.bar);

/** @param {any} program @param {any} links those of the accounts that have joined it; null without a key */
function draw(program, links) {
  title(program.name);
  const below = h("div", { class: "parts" });
  replace(
    body,
    breadcrumb(program),
    h(
      "header",
      { class: "head" },
      monogram(program),
      h("div", null, h("h1", null, program.name), where(program), badges(program), topics(program)),
      h(
        "div",
        { class: "row links" },
        actions(program, links),
        editLink(program),
        keepButton(program),
        compareButton(program),
      ),
    ),
    program.status !== "active" &&
      h(
        "p",
        { class: "notice" },
        program.status === "closed"
          ? "This program is closed: it takes no affiliates any more."
          : "This program is paused: it takes no affiliates at the moment.",
      ),
    program.description && h("p", { class: "lead", lang: program.textLanguage }, program.description),
    h(
      "dl",
      { class: "tiles" },
      tile("Commission", commission(program), { more: program.recurring ? " recurring" : "" }),
      tile("EPC", epc(program), { more: " per click" }),
      tile("Cookie", cookie(program)),
      tile("Popularity", program.popularity === null ? null : number(program.popularity), {
        more: ` of 100 on ${network(program.network)}`,
      }),
      tile("Minimum payout", program.minPayout === null ? null : money(program.minPayout, program.minPayoutCurrency)),
    ),
    linksBox(program, links),
    key() && noteBox(program),
    h("div", { class: "columns" }, facts(program)),
    below,
    // what is written is answered without what is private of it
    key() && marks(program, (changed) => draw({ ...program, ...changed }, links)),
  );
  const place = oneBelowAnother(below);
  const section = (heading, ask, show, options) => {
    const element = h("div");
    place(h("section", null, h("h2", null, heading), element), element, ask, show, options);
  };
  section("All offers of this merchant", ...others(program));
  section(
    "What has changed",
    () => get(`/api/programs/${program.id}/history`),
    (answer) => changes(program, answer),
    { shapes: 3, hideMissing: true },
  );
  section(
    "Similar programs",
    () => getOwn(`/api/programs/${program.id}/similar`),
    (answer) =>
      answer.programs.length
        ? h(
            "div",
            { class: "cards pair" },
            answer.programs.slice(0, 6).map((each) => card(each)),
          )
        : h("p", { class: "note" }, "None is close enough."),
    { shapes: 2, kind: "block", hideMissing: true },
  );
}

/** The way here from all programs, each step a list. */
function breadcrumb(program) {
  const shelf = program.vertical && vertical(program.vertical);
  const steps = [
    [FIND, "All programs"],
    shelf && [`${FIND}?vertical=${program.vertical}`, shelf],
    shelf &&
      program.category && [
        `${FIND}?categoryPath=${encodeURIComponent(escaped(`${shelf} > ${program.category}`))}`,
        program.category,
      ],
  ];
  return h(
    "nav",
    { "aria-label": "Breadcrumb" },
    h(
      "ol",
      { class: "crumbs" },
      steps.filter(Boolean).map(([href, text]) => h("li", null, h("a", { href }, text))),
      h("li", { "aria-current": "page" }, program.name),
    ),
  );
}

const escaped = (text) => text.replace(/([\\,])/g, "\\$1");

/** The way to change a program of one's own. */
const editLink = (program) =>
  key() && program.network === OWN_NETWORK && h("a", { class: "button", href: `/own?edit=${program.id}` }, "Edit");

/** Whose it is, where, and on which shelf, each a way to more of the kind. */
const where = (program) =>
  h(
    "p",
    { class: "where" },
    program.merchantDomain &&
      h("a", { href: `/merchants/${encodeURIComponent(program.merchantDomain)}` }, program.merchantDomain),
    program.vertical && h("a", { href: `${FIND}?vertical=${program.vertical}` }, vertical(program.vertical)),
    h("a", { href: `/networks/${program.network}` }, network(program.network)),
    program.primaryRegion && h("span", null, country(program.primaryRegion)),
  );

/** What it sells, each a way to all that sell it. */
function topics(program) {
  if (!program.topics?.length) return null;
  return h(
    "ul",
    { class: "chips topics", "aria-label": "Topics" },
    program.topics.map((each) =>
      h("li", null, h("a", { class: "chip", href: `/find?topics=${encodeURIComponent(each)}` }, word("topics", each))),
    ),
  );
}

/** The links of the holder of a key; a help, without which the rest is shown all the same. */
const ownLinks = () => (key() ? get(`/api/programs/${id}/links`, "", { keyed: true }).catch(() => null) : null);

async function show() {
  replace(body, skeleton(8));
  try {
    if (!/^\d+$/.test(id)) throw Object.assign(new Error(), { status: 404 });
    const [program, links] = await Promise.all([getOwn(`/api/programs/${id}`), ownLinks(), loadFields()]);
    draw(program, links);
  } catch (problem) {
    title("Program");
    const gone = { 404: "There is no such program", 410: "This program has been deleted" }[problem.status];
    replace(
      body,
      gone
        ? absent(gone, h("p", null, h("a", { href: FIND, class: "button" }, icon("search"), "Find programs")))
        : failed(problem, () => show()),
    );
    if (problem.status === undefined) console.error(problem);
  }
}

show();
