// What a person has kept in this browser.

import { FIND } from "./address.js";
import { key } from "./api.js";
import { confirmed } from "./confirm.js";
import { h, icon, replace } from "./dom.js";
import { loadFields } from "./fields.js";
import { number, plural } from "./format.js";
import { forgetKept, kept, onKept } from "./kept.js";
import { EVERY_STATUS, search } from "./private.js";
import { card, LISTED, tray } from "./programs.js";
import { frame, title } from "./shell.js";
import { bringTogether } from "./shortlist_sync.js";
import { empty, failed, say, skeleton } from "./states.js";

const AT_ONCE = 100; // programs a page of the API holds

const main = frame();
title("Shortlist");
const body = h("div");
const tools = h("div", { class: "tools" });
const compare = tray();
main.append(
  h("div", { class: "bar" }, h("h1", null, "Shortlist"), tools),
  h("p", { class: "note" }, key() ? "Kept on the server, for all who hold a key." : "Kept in this browser only."),
  body,
  compare.bar,
);
onKept(() => {
  compare.show();
  drawTools();
});

function drawTools() {
  const ids = kept();
  const to = (format) => `/api/programs/export?format=${format}&id=${ids.join(",")}&status=${EVERY_STATUS}`;
  replace(
    tools,
    ids.length > 0 && [
      h("a", { class: "button", href: to("csv"), download: "shortlist.csv" }, icon("down"), "CSV"),
      h("a", { class: "button", href: to("ndjson"), download: "shortlist.ndjson" }, icon("down"), "NDJSON"),
      h(
        "button",
        { type: "button", class: "button", data: { key: "forget" }, on: { click: forget } },
        "Empty the list",
      ),
    ],
  );
}

async function forget() {
  if (
    !(await confirmed({
      question: `Take ${plural(kept().length, "program", "programs")} off the shortlist?`,
      yes: "Empty the list",
      danger: true,
    }))
  )
    return;
  forgetKept();
  show();
  say("The shortlist is empty");
}

let newest = 0; // of the times that the list was drawn: an answer for an older one is dropped

async function show() {
  newest += 1;
  const mine = newest;
  drawTools();
  const ids = kept();
  if (!ids.length) {
    replace(
      body,
      empty(
        "Nothing kept yet",
        h("p", null, "Press Keep on a program, and it will be here the next time you come."),
        h("p", null, h("a", { class: "button primary", href: FIND }, icon("search"), "Find programs")),
      ),
    );
    return;
  }
  replace(body, skeleton(Math.min(ids.length, 5), "block"));
  try {
    const parts = [];
    for (let at = 0; at < ids.length; at += AT_ONCE) parts.push(ids.slice(at, at + AT_ONCE));
    const [answers] = await Promise.all([
      Promise.all(
        parts.map((each) =>
          search({ id: each.join(","), status: EVERY_STATUS, perPage: String(AT_ONCE), fields: LISTED }),
        ),
      ),
      loadFields(),
    ]);
    if (mine !== newest) return;
    const found = new Map(answers.flatMap(({ programs }) => programs).map((each) => [each.id, each]));
    const gone = ids.filter((id) => !found.has(id)).length;
    replace(
      body,
      gone > 0 &&
        h(
          "p",
          { class: "notice" },
          gone === 1
            ? "One kept program is no longer in the catalogue."
            : `${number(gone)} kept programs are no longer in the catalogue.`,
        ),
      h(
        "div",
        { class: "cards" },
        ids.filter((id) => found.has(id)).map((id) => card(found.get(id), { heading: "h2" })),
      ),
    );
  } catch (problem) {
    if (mine !== newest) return;
    if (problem.status === undefined) console.error(problem);
    replace(body, failed(problem, show));
  }
}

show();
if (key()) bringTogether().then(show);
