// For operators: imports, feeds, networks, searches and the index. Looking is open; doing needs an API key.

import { forgetKey, get, key } from "./api.js";
import { h, icon, replace } from "./dom.js";
import { feeds } from "./feeds.js";
import { loadFields } from "./fields.js";
import { generatedBanner } from "./generated.js";
import { imports } from "./imports.js";
import { index } from "./index.js";
import { keyForm } from "./key_form.js";
import { networks } from "./networks.js";
import { searches } from "./searches.js";
import { frame, title } from "./shell.js";
import { failed, say } from "./states.js";

const main = frame();
title("Operate");

const keyBox = h("section", { class: "panel-box key", "aria-labelledby": "key-title" });
const parts = h("div", { class: "operate" });
main.append(
  h(
    "div",
    { class: "bar" },
    h("h1", null, "Operate"),
    h("a", { class: "button", href: "/own" }, "Programs of one's own"),
  ),
  keyBox,
  parts,
  generatedBanner(),
);

const SCOPES = ["read", "import", "admin"];
let scope = null;

/** Whether the held key may do something; parts ask before they offer a button. */
const may = (needed) => SCOPES.indexOf(scope) >= SCOPES.indexOf(needed);

function draw(told) {
  const held = key();
  replace(
    keyBox,
    h("h2", { id: "key-title" }, "API key"),
    held && scope
      ? h(
          "p",
          { class: "row" },
          h("span", { class: "badge verified" }, icon("check"), `Scope ${scope}`),
          h("code", null, `${held.slice(0, 10)}…`),
          h(
            "button",
            { type: "button", class: "button", data: { key: "forget" }, on: { click: forget } },
            "Forget this key",
          ),
        )
      : form(),
    told,
  );
}

const form = () =>
  keyForm(
    [
      "Everything here can be looked at without a key. To start imports, change marks or work on the index, give one: ",
      h("code", null, "affindex keys create NAME --scope admin"),
      " makes it.",
    ],
    check,
  );

function forget() {
  forgetKey();
  scope = null;
  draw();
  show();
  say("The key is forgotten");
}

async function check() {
  scope = null;
  if (key()) {
    try {
      scope = (await get("/api/key", "", { keyed: true })).scope;
      say(`The key is accepted, scope ${scope}`);
    } catch (problem) {
      if (problem.status === 401) forgetKey();
      draw(failed(problem, problem.status === 401 ? null : check, { small: true }));
      return show();
    }
  }
  draw();
  return show();
}

async function show() {
  try {
    await loadFields();
    const runs = imports(may);
    replace(parts, runs.element, feeds(may, runs.watch), networks(may, runs.watch), searches(may), index(may));
  } catch (problem) {
    replace(parts, failed(problem, show));
  }
}

check();
