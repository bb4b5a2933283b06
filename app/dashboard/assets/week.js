// What the last seven days brought, as pictures. Each bar leads to its programs.

import { FIND } from "./address.js";
import { forgetKey, get, key } from "./api.js";
import { bars } from "./charts.js";
import { h } from "./dom.js";
import { loadFields, network, vertical } from "./fields.js";
import { tile } from "./figures.js";
import { number, plural } from "./format.js";
import { EVERY_STATUS, RELATION } from "./private.js";
import { frame, title } from "./shell.js";
import { oneBelowAnother } from "./states.js";

const MOST = 12; // verticals of a picture
const DAYS = 7;

/** What is counted, what it is called, and the filter that finds the programs since a day. */
const MOVES = [
  { key: "new", heading: "New", none: "No program is new.", filter: (since) => `createdAt=${since}..` },
  { key: "closed", heading: "Closed", none: "No program was closed.", filter: (since) => `closed=${since}..` },
  { key: "raised", heading: "Paying more", none: "No program pays more.", filter: (since) => `changedSince=${since}` },
  { key: "cut", heading: "Paying less", none: "No program pays less.", filter: (since) => `rateCut=${since}` },
];

/** The same of programs that the holder of a key has joined. */
const OWN_MOVES = [
  { heading: "Closed", filter: "closed" },
  { heading: "Terms changed", filter: "changedSince" },
  { heading: "Paying less", filter: "rateCut" },
];

const main = frame();
title("This week");
const joined = h("div");
const own = h("section", { class: "joined-week" }, h("h2", null, "What I have joined"), joined);
const pictures = h("div");
const parts = h("div");
main.append(h("h1", null, "This week"), parts);
const place = oneBelowAnother(parts);

function picture({ key, heading, none, filter }, week, since) {
  const rows = (all, name, of) =>
    all
      .filter((each) => each[key] > 0 && each[of])
      .sort((one, other) => other[key] - one[key])
      .slice(0, MOST)
      .map((each) => ({
        label: name(each[of]),
        value: each[key],
        href: `/?${of}=${each[of]}&${filter(since)}`,
        kind: of === "network" ? `n-${each[of]}` : undefined,
      }));
  return h(
    "section",
    { class: "panel-box", data: { moves: key } },
    h("h2", null, heading),
    h("p", { class: "note" }, week.total[key] ? plural(week.total[key], "program", "programs") : none),
    week.total[key] > 0 && [
      h("h3", null, "By network"),
      bars(rows(week.networks, network, "network")),
      h("h3", null, "By vertical"),
      bars(rows(week.verticals, vertical, "vertical")),
    ],
  );
}

function draw(week) {
  const since = new Date(Date.now() - week.days * 86_400_000).toISOString().slice(0, 10);
  return h(
    "div",
    { class: "dashboard" },
    MOVES.map((each) => picture(each, week, since)),
  );
}

/** What became of what is joined, with ways to it; nothing where nothing is joined. */
async function ownMoves() {
  const since = new Date(Date.now() - DAYS * 86_400_000).toISOString().slice(0, 10);
  const asked = OWN_MOVES.map(({ filter }) => ({ [RELATION]: "joined", status: EVERY_STATUS, [filter]: since }));
  const counted = (parameters) => get("/api/programs", { ...parameters, perPage: "0" }, { keyed: true });
  const [all, ...found] = await Promise.all([{ [RELATION]: "joined", status: EVERY_STATUS }, ...asked].map(counted));
  own.hidden = all.total === 0;
  return h(
    "dl",
    { class: "tiles" },
    OWN_MOVES.map(({ heading }, at) =>
      tile(heading, number(found[at].total), { href: `${FIND}?${new URLSearchParams(asked[at])}` }),
    ),
  );
}

if (key())
  place(
    own,
    joined,
    () => ownMoves().catch(unkeyed),
    (shown) => shown,
    { shapes: 3, kind: "tiles" },
  );

/** A key that is no longer good is forgotten, and the page is everybody's. */
function unkeyed(problem) {
  if (problem.status !== 401) throw problem;
  forgetKey();
  own.hidden = true;
  return null;
}

place(pictures, pictures, () => loadFields().then(() => get("/api/week")), draw, { shapes: 4, kind: "block" });
