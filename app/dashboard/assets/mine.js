// My programs: how my accounts stand to them, what changed in a week, and first what closed while I am in it.

import { FIND } from "./address.js";
import { forgetKey, get, key } from "./api.js";
import { h, icon, replace } from "./dom.js";
import { loadFields, network, word } from "./fields.js";
import { known, tile } from "./figures.js";
import { ago, number, plural } from "./format.js";
import { joinedWatch } from "./joined_watch.js";
import { onKept } from "./kept.js";
import { keyForm } from "./key_form.js";
import { EVERY_STATUS, RELATION, relationBadge } from "./private.js";
import { cards, LISTED, tray } from "./programs.js";
import { frame, title } from "./shell.js";
import { failed, part, say, skeleton } from "./states.js";

const SHOWN = 12; // programs of a section; the rest is a way to Find
const RELATIONS = ["joined", "pending", "declined", "removed"];
const WEEK = 7 * 86_400_000; // ms
const MOST_LOGGED = 1000; // changes in one answer

const main = frame();
title("My programs");
const body = h("div");
const compare = tray();
onKept(compare.show);
main.append(h("h1", null, "My programs"), body, compare.bar);

/** Programs of mine: only with a key, so without a way around it. */
const mine = (parameters) =>
  get(
    "/api/programs",
    { status: EVERY_STATUS, perPage: String(SHOWN), fields: `${LISTED},${RELATION}`, ...parameters },
    { keyed: true },
  );

/** The address of all programs of which a section shows the first. */
const all = (parameters) => `${FIND}?${new URLSearchParams({ status: EVERY_STATUS, ...parameters })}`;

function section(heading, element) {
  return h("section", null, h("h2", null, heading), element);
}

/** Cards, and the way to those that do not fit. */
function found(answer, parameters, none) {
  if (!answer.total) return none && h("p", { class: "note" }, none);
  return [
    cards(answer.programs),
    answer.total > answer.programs.length &&
      h(
        "p",
        { class: "more" },
        h("a", { class: "button", href: all(parameters) }, `All ${plural(answer.total, "program", "programs")}`),
      ),
  ];
}

/**
 * A section of programs. One without `none` goes where there are none.
 * @param {string} heading
 * @param {Record<string, string>} parameters
 * @param {string | null} none
 */
function programs(heading, parameters, none = null) {
  const element = h("div");
  const box = section(heading, element);
  part(
    element,
    () => mine(parameters),
    (answer) => {
      box.hidden = !answer.total && !none;
      return found(answer, parameters, none);
    },
    { shapes: 2, kind: "pair" },
  );
  return box;
}

/** How many there are of each relation, and which accounts said so. */
function figures(facet, accounts) {
  return [
    h(
      "dl",
      { class: "tiles" },
      RELATIONS.map((relation) =>
        tile(word(RELATION, relation), number(facet.values.find((each) => each.value === relation)?.count ?? 0), {
          href: all({ [RELATION]: relation }),
        }),
      ),
    ),
    accounts.length > 0 &&
      h(
        "p",
        { class: "note" },
        accounts.map((each, at) => [
          at > 0 && " · ",
          `${network(each.network)}${each.name === each.network ? "" : ` (${each.name})`}, `,
          each.seenAt ? ["read ", ago(each.seenAt)] : "not read whole yet",
        ]),
      ),
  ];
}

/** A change between an account and a program. */
const change = (each) =>
  h(
    "li",
    null,
    h("a", { href: `/programs/${each.id}` }, each.name ?? `Program ${each.id}`),
    h("span", { class: "note" }, each.account),
    h("span", null, named(each.old), " → ", named(each.new)),
    ago(each.at),
  );

const named = (relation) => relationBadge(relation) ?? known(relation && word(RELATION, relation));

/** What a week changed: between accounts and programs, and in the terms of what is joined. */
function week() {
  const since = new Date(Date.now() - WEEK).toISOString();
  const relations = h("div");
  const terms = h("div");
  part(
    relations,
    () => get("/api/relations/changes", { since, limit: String(MOST_LOGGED) }, { keyed: true }),
    ({ changes, more }) =>
      changes.length
        ? [
            more && h("p", { class: "note" }, `The first ${number(changes.length)} of the week.`),
            h("ol", { class: "relation-log" }, changes.toReversed().map(change)),
          ]
        : h("p", { class: "note" }, "No account has come to stand otherwise to a program."),
    { shapes: 3 },
  );
  const changed = { [RELATION]: "joined", changedSince: since };
  part(
    terms,
    () => mine(changed),
    (answer) => found(answer, changed, "The terms of what I have joined are what they were."),
    { shapes: 2, kind: "pair" },
  );
  return section("Changed this week", [
    relations,
    h("h3", null, "Terms of programs that I have joined"),
    terms,
    joinedWatch(),
  ]);
}

function nothing() {
  return h(
    "div",
    { class: "state" },
    icon("none"),
    h("h2", null, "No account has said yet how it stands to a program"),
    h(
      "p",
      null,
      "Networks tell it with their programs. Set up an account, or import a feed that says it: ",
      h("code", null, "affindex networks accounts"),
      " lists what is set up.",
    ),
    h("p", null, h("a", { class: "button primary", href: "/operate" }, "To the networks")),
  );
}

function draw(facet, accounts) {
  const told = facet.values.some((each) => each.count > 0);
  replace(
    body,
    h(
      "div",
      { class: "mine" },
      told
        ? [
            h("section", null, h("h2", { class: "hidden" }, "In figures"), figures(facet, accounts)),
            programs("Closed while you are in it", { [RELATION]: "joined", status: "closed" }),
            week(),
            programs("Joined", { [RELATION]: "joined", status: "active,paused" }, "None is joined."),
            programs("Pending", { [RELATION]: "pending" }, "No application is waiting."),
            programs("Declined", { [RELATION]: "declined,removed" }, "None has declined or removed you."),
          ]
        : nothing(),
      h(
        "p",
        { class: "row" },
        h("a", { class: "button", href: "/own" }, "Programs of my own"),
        h("code", null, `${key().slice(0, 10)}…`),
        h("button", { type: "button", class: "button", data: { key: "forget" }, on: { click: forget } }, "Forget key"),
      ),
    ),
  );
}

function forget() {
  forgetKey();
  say("The key is forgotten");
  show();
}

/** What stands here for who has given no key. */
function asking(told) {
  replace(
    body,
    h(
      "section",
      { class: "panel-box key", "aria-labelledby": "key-title" },
      h("h2", { id: "key-title" }, "Your own programs need a key"),
      keyForm(
        [
          "Which programs you have joined, which applications wait, who declined, what closed or changed: it is yours " +
            "alone, and shown to the holder of an API key. ",
          h("code", null, "affindex keys create NAME --scope read"),
          " makes one.",
        ],
        show,
      ),
      told,
    ),
  );
}

async function show() {
  if (!key()) return asking(null);
  replace(body, skeleton(5, "tiles"));
  try {
    const [answer, { accounts }] = await Promise.all([
      mine({ perPage: "0", facets: RELATION }),
      get("/api/accounts", "", { keyed: true }),
      loadFields(),
    ]);
    return draw(answer.facets[RELATION], accounts);
  } catch (problem) {
    if (problem.status === 401) {
      forgetKey();
      return asking(failed(problem, null, { small: true }));
    }
    if (problem.status === undefined) console.error(problem);
    return replace(body, failed(problem, show));
  }
}

show();
