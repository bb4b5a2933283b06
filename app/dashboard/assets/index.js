// The index: what serves, how far it is behind, and working on it.

import { get, send } from "./api.js";
import { confirmed } from "./confirm.js";
import { h, icon, replace } from "./dom.js";
import { known, tile } from "./figures.js";
import { ago, number, plural, seconds } from "./format.js";
import { failed, say, skeleton } from "./states.js";
import { scrollingTable } from "./tables.js";

const LOOK_AGAIN = 3000; // ms, while somebody looks

const OPERATIONS = {
  verify: {
    name: "Verify",
    question: "Compare the index with the database?",
    detail: "By count and checksum; nothing is changed.",
  },
  rebuild: {
    name: "Rebuild",
    question: "Build the index anew?",
    detail: "Searches go on meanwhile. The new generation serves once it has been compared with the database.",
  },
  rollback: {
    name: "Roll back",
    question: "Let the generation before serve again?",
    detail: "At once. It has gone on receiving every change.",
    danger: true,
  },
};

export function index(may) {
  const body = h("div", null, skeleton(2));
  const told = h("div", { class: "told" });
  async function look() {
    try {
      const [ready, whole] = await Promise.all([
        get("/readyz"),
        get("/api/index", "", { keyed: true }).catch((problem) =>
          problem.status === 404 ? null : Promise.reject(problem),
        ),
      ]);
      replace(body, tiles(ready), whole && [generations(whole), letters(whole), operations(whole)]);
    } catch (problem) {
      replace(body, failed(problem, null, { small: true }));
    }
  }

  const tiles = ({ parts, index: lag }) =>
    h(
      "dl",
      { class: "tiles" },
      tile("Search", parts.search === "ready" ? "Ready" : "Missing"),
      tile("Database", parts.database === "ready" ? "Ready" : "Missing"),
      tile("Serving generation", lag.generation && h("code", null, lag.generation)),
      tile("Changes on the way", lag.pendingChanges === null ? null : number(lag.pendingChanges)),
      tile(
        "Oldest of them",
        lag.oldestPendingSeconds === null ? null : lag.pendingChanges === 0 ? "–" : seconds(lag.oldestPendingSeconds),
      ),
    );

  const generations = (whole) =>
    scrollingTable(
      "Generations",
      ["Generation", "State", "Documents", "Refused", "Made"],
      whole.generations.map((each) =>
        h(
          "tr",
          null,
          h("th", { scope: "row" }, h("code", null, each.name)),
          h(
            "td",
            null,
            h("span", { class: each.state === "serving" ? "badge verified" : "badge" }, each.state),
            !each.current && h("small", null, " older mapping"),
            each.pausedBecause && h("small", { class: "why" }, each.pausedBecause),
          ),
          h(
            "td",
            null,
            known(each.documents === null ? null : number(each.documents)),
            each.state === "building" &&
              each.expected && [
                h("small", null, ` of ${number(each.expected)}`),
                h("progress", {
                  max: String(each.expected),
                  value: String(each.built ?? 0),
                  "aria-label": "Documents built",
                }),
                pace(each),
              ],
          ),
          h("td", null, number(each.deadLetters)),
          h("td", null, ago(each.createdAt)),
        ),
      ),
      { look: "dense" },
    );

  /** How fast a build goes, and what is left; nothing before it is known. */
  const pace = ({ rate, remainingSeconds }) =>
    rate !== null &&
    h(
      "small",
      { class: "pace" },
      `${number(Math.round(rate))} a second`,
      remainingSeconds !== null && `, ${seconds(Math.ceil(remainingSeconds))} left`,
    );

  const letters = (whole) =>
    whole.deadLetters.length > 0 &&
    h(
      "details",
      { class: "unknowns" },
      h("summary", null, plural(whole.deadLetters.length, "refused document", "refused documents")),
      h(
        "ul",
        { class: "rejected" },
        whole.deadLetters.map((each) =>
          h(
            "li",
            null,
            h("a", { href: `/programs/${each.program}` }, `Program ${each.program}`),
            ` ${each.type}: ${each.reason}`,
          ),
        ),
      ),
    );

  const operations = (whole) =>
    h(
      "ul",
      { class: "timeline", "aria-label": "Last operations" },
      whole.operations.map((each) =>
        h(
          "li",
          { data: { kind: each.kind } },
          h("span", null, ago(each.startedAt)),
          h(
            "span",
            null,
            h("strong", null, OPERATIONS[each.kind]?.name ?? each.kind),
            " ",
            h(
              "span",
              { class: `badge state-${each.state}` },
              each.state === "running" && h("span", { class: "spinner" }),
              each.state,
            ),
            " ",
            each.error ?? outcome(each.result),
          ),
        ),
      ),
    );

  function outcome(result) {
    if (!result) return "";
    if (result.inStep === true) return `in step: ${plural(result.rows, "program", "programs")} compared`;
    if (result.inStep === false)
      return `not in step: ${number(result.missing)} missing, ${number(result.stale)} stale, ${number(result.extra)} too many`;
    return result.generation ? `${result.generation} serves` : "";
  }

  async function act(kind) {
    const { name, question, detail, danger } = OPERATIONS[kind];
    if (!(await confirmed({ question, detail, danger, yes: name }))) return;
    replace(told);
    try {
      await send("POST", `/api/index/${kind}`, {});
      say(`${name}: started`);
    } catch (problem) {
      replace(told, failed(problem, null, { small: true }));
    }
    look();
  }

  look();
  const timer = setInterval(() => (body.isConnected ? !document.hidden && look() : clearInterval(timer)), LOOK_AGAIN);
  const buttons = may("admin")
    ? h(
        "div",
        { class: "row" },
        Object.entries(OPERATIONS).map(([kind, { name }]) =>
          h(
            "button",
            { type: "button", class: "button", data: { key: `index:${kind}` }, on: { click: () => act(kind) } },
            kind === "verify" && icon("check"),
            name,
          ),
        ),
      )
    : h("p", { class: "note" }, "Working on the index needs a key with scope admin.");
  return h("section", { class: "panel-box index", id: "index" }, h("h2", null, "Index"), buttons, told, body);
}
