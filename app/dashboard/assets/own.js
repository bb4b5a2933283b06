// Programs of one's own, which no network lists: added, changed and removed by hand.

import { get, key, send } from "./api.js";
import { confirmed } from "./confirm.js";
import { h, replace } from "./dom.js";
import { loadFields, network } from "./fields.js";
import { known } from "./figures.js";
import { plural } from "./format.js";
import { keyForm } from "./key_form.js";
import { ownForm } from "./own_form.js";
import { EVERY_STATUS, OWN_NETWORK } from "./private.js";
import { commission, cookie, LISTED } from "./programs.js";
import { frame, title } from "./shell.js";
import { failed, skeleton, tell } from "./states.js";
import { scrollingTable, silentHeading } from "./tables.js";

const MOST = 100; // programs of the list
const PAGE = "/own";
const LATE = 504; // written, but the index does not show it yet

const main = frame();
title("Programs of my own");
const heading = h("h1", { tabindex: "-1" }, "Programs of my own");
const body = h("div", { class: "mine" });
main.append(heading, body);

/** What a write answers; one that is only late in the index is none the less done. */
async function written(method, path, members, headers = {}) {
  try {
    return await send(method, `${path}?refresh=wait`, members, { headers });
  } catch (problem) {
    if (problem.status === LATE) return null;
    throw problem;
  }
}

const list = (programs, total) =>
  total === 0
    ? h("p", { class: "note" }, "There is none yet. In-house programs, which no network lists, are added below.")
    : scrollingTable(
        "Programs of my own",
        ["Program", ["Commission", "number"], ["Cookie", "number"], silentHeading("Actions")],
        programs.map((each) =>
          h(
            "tr",
            { data: { id: each.id } },
            h("th", { scope: "row" }, h("a", { href: `/programs/${each.id}` }, each.name)),
            h("td", { class: "number" }, known(commission(each))),
            h("td", { class: "number" }, known(cookie(each))),
            h(
              "td",
              { class: "actions" },
              h("a", { class: "button", href: `${PAGE}?edit=${each.id}`, "aria-label": `Edit ${each.name}` }, "Edit"),
              h(
                "button",
                {
                  type: "button",
                  class: "button",
                  "aria-label": `Remove ${each.name}`,
                  on: { click: () => remove(each) },
                },
                "Remove",
              ),
            ),
          ),
        ),
        { look: "dense" },
      );

async function remove(program) {
  const sure = await confirmed({
    question: `Remove ${program.name}?`,
    detail: "It is no longer found, and its address answers that it was deleted.",
    yes: "Remove",
    danger: true,
  });
  if (!sure) return;
  try {
    await written("DELETE", `/api/programs/${program.id}`);
    tell(`${program.name} is removed`);
    await show();
    heading.focus();
  } catch (problem) {
    tell(`Not removed: ${problem.detail ?? problem.message}`);
  }
}

/** The list, and a form for another. */
async function overview() {
  const { programs, total } = await get("/api/programs", {
    network: OWN_NETWORK,
    status: EVERY_STATUS,
    perPage: String(MOST),
    sort: "-updatedAt",
    fields: LISTED,
  });
  let tried = "";
  let mark = "";
  const add = async (members) => {
    const text = JSON.stringify(members);
    if (text !== tried) mark = crypto.randomUUID(); // what is sent twice is stored once
    tried = text;
    await written("POST", "/api/programs", members, { "Idempotency-Key": mark });
    tell(`${members.name} is added`);
    await show();
    heading.focus();
  };
  replace(
    body,
    h(
      "section",
      null,
      h("h2", null, plural(total, "program", "programs")),
      list(programs, total),
      total > programs.length &&
        h("p", { class: "more" }, h("a", { class: "button", href: `/find?network=${OWN_NETWORK}` }, "All in a list")),
    ),
    h("section", { class: "panel-box" }, h("h2", null, "Add a program"), ownForm(null, "Add", add)),
  );
}

/** The form of one that is there. */
async function editing(id) {
  const program = await get(`/api/programs/${id}`);
  const save = async (members) => {
    await written("PUT", `/api/programs/${id}`, members);
    tell(`${members.name} is saved`);
    location.assign(`/programs/${id}`);
  };
  const others = program.network !== OWN_NETWORK;
  replace(
    body,
    h(
      "section",
      { class: "panel-box" },
      h("h2", null, program.name),
      others
        ? h(
            "p",
            { class: "notice" },
            `${network(program.network)} says what this program is; it is not yours to change.`,
          )
        : ownForm(program, "Save", save),
    ),
    h("p", null, h("a", { class: "button", href: PAGE }, "All programs of my own")),
  );
}

function asking(told) {
  replace(
    body,
    h(
      "section",
      { class: "panel-box key", "aria-labelledby": "key-title" },
      h("h2", { id: "key-title" }, "To write programs needs a key"),
      keyForm(
        [
          "In-house programs, which no network lists, are kept beside the others and found with them. ",
          h("code", null, "affindex keys create NAME --scope import"),
          " makes a key that may write them.",
        ],
        show,
      ),
      told,
    ),
  );
}

async function show() {
  if (!key()) return asking(null);
  replace(body, skeleton(5));
  try {
    const [{ scope }] = await Promise.all([get("/api/key", "", { keyed: true }), loadFields()]);
    if (scope === "read") {
      return asking(h("p", { class: "notice" }, "The key that is held may only read; give one of scope import."));
    }
    const edited = new URLSearchParams(location.search).get("edit");
    return await (edited && /^\d+$/.test(edited) ? editing(edited) : overview());
  } catch (problem) {
    if (problem.status === 401) return asking(failed(problem, null, { small: true }));
    if (problem.status === undefined) console.error(problem);
    return replace(body, failed(problem, show));
  }
}

show();
