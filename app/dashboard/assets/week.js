// What the last seven days brought, as pictures. Each bar leads to its programs.

import { get } from "./api.js";
import { bars } from "./charts.js";
import { h } from "./dom.js";
import { loadFields, network, vertical } from "./fields.js";
import { plural } from "./format.js";
import { frame, title } from "./shell.js";
import { part } from "./states.js";

const MOST = 12; // verticals of a picture

/** What is counted, what it is called, and the filter that finds the programs since a day. */
const MOVES = [
  { key: "new", heading: "New", none: "No program is new.", filter: (since) => `createdAt=${since}..` },
  { key: "closed", heading: "Closed", none: "No program was closed.", filter: (since) => `closed=${since}..` },
  { key: "raised", heading: "Paying more", none: "No program pays more.", filter: (since) => `changedSince=${since}` },
  { key: "cut", heading: "Paying less", none: "No program pays less.", filter: (since) => `rateCut=${since}` },
];

const main = frame();
title("This week");
const pictures = h("div");
main.append(h("h1", null, "This week"), pictures);

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

part(pictures, () => loadFields().then(() => get("/api/week")), draw, { shapes: 4, kind: "block" });
