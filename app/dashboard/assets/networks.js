// The networks: what each holds, how its connector is, and syncing now.

import { get, send } from "./api.js";
import { h, replace } from "./dom.js";
import { known } from "./figures.js";
import { ago, list as inWords, money, number, plural } from "./format.js";
import { linkOut } from "./programs.js";
import { failed, part, say, tell, watchRun } from "./states.js";
import { scrollingTable, silentHeading } from "./tables.js";

/** `opened(run)` is called with the run of a sync. */
export function networks(may, opened) {
  const list = h("div");
  const told = h("div");

  async function sync(each, button) {
    button.disabled = true;
    replace(told);
    try {
      const run = await send("POST", `/api/networks/${each.slug}/sync`);
      say(`${each.name}: sync started`);
      replace(told, h("p", { class: "notice" }, `${each.name} is being synced: run ${run.id}.`));
      opened(run);
    } catch (problem) {
      replace(told, failed(problem, null, { small: true }), watchRun(problem));
      tell(`${each.name} is not synced: ${problem.detail ?? problem.message}`);
    } finally {
      button.disabled = false;
    }
  }

  /** One press for all that need no account: real programs for everybody. */
  function openSync(all) {
    const open = all.filter((each) => each.needsAccount === false && each.health?.state !== "paused");
    if (!may("import") || !open.length) return null;
    const button = h(
      "button",
      { type: "button", class: "button primary", data: { key: "sync-open" } },
      "Sync them now",
    );
    button.addEventListener("click", async () => {
      button.disabled = true;
      const said = h("div", { class: "told" });
      replace(told, said);
      let first = null;
      for (const each of open) {
        try {
          const run = await send("POST", `/api/networks/${each.slug}/sync`);
          said.append(h("p", { class: "notice" }, `${each.name} is being synced: run ${run.id}.`));
          first ??= run;
        } catch (problem) {
          said.append(failed(problem, null, { small: true }), watchRun(problem) ?? "");
        }
      }
      button.disabled = false;
      if (first) {
        say(`${inWords(open.map((each) => each.name))}: sync started`);
        opened(first);
      }
    });
    return h(
      "p",
      { class: "row open-networks" },
      h("span", null, `${inWords(open.map((each) => each.name))} need no account: real programs for everybody.`),
      button,
    );
  }

  const draw = ({ networks: all }) => [openSync(all), table(all)];

  const table = (all) =>
    scrollingTable(
      "Networks",
      [
        "Network",
        "Connector",
        ["Programs", "number"],
        ["Closed", "number"],
        ["Missing", "number"],
        "Last complete import",
        "Minimum payout",
        silentHeading("Actions"),
      ],
      all.map((each) =>
        h(
          "tr",
          { data: { network: each.slug } },
          h("th", { scope: "row" }, h("span", { class: `dot n-${each.slug}`, "aria-hidden": "true" }), each.name),
          h("td", null, health(each)),
          h(
            "td",
            { class: "number" },
            each.programs ? h("a", { href: `/find?network=${each.slug}` }, number(each.programs)) : number(0),
          ),
          h("td", { class: "number" }, number(each.closed)),
          h("td", { class: "number" }, number(each.missing)),
          h("td", null, each.lastCompleteAt ? ago(each.lastCompleteAt) : h("span", { class: "never" }, "never")),
          h("td", null, known(each.minPayout === null ? null : money(each.minPayout, "USD"))),
          h(
            "td",
            { class: "actions" },
            may("import") && each.needsAccount !== null && syncButton(each),
            linkOut(each.home, "Site"),
          ),
        ),
      ),
      { look: "dense networks" },
    );

  function syncButton(each) {
    const button = h(
      "button",
      { type: "button", class: "button", data: { key: `sync:${each.slug}` }, "aria-label": `Sync ${each.name} now` },
      "Sync now",
    );
    button.addEventListener("click", () => sync(each, button));
    return button;
  }

  part(list, () => get("/api/networks", "", { keyed: true }), draw, { shapes: 9, kind: "rows" });
  return h("section", { class: "panel-box" }, h("h2", null, "Networks"), told, list);
}

const STATES = { ok: "verified", degraded: "paused", failing: "bad", paused: "", unconfigured: "" };
const SAID = {
  ok: "Healthy",
  degraded: "Degraded",
  failing: "Failing",
  paused: "Paused",
  unconfigured: "No credentials",
};

/** How its connector is, in a word, and why. */
function health(each) {
  const told = each.health;
  if (!told) return each.retired ? h("span", { class: "badge" }, "Closed by its owner") : known(null);
  const more = [
    told.reason,
    told.running && `run ${told.running} is under way`,
    told.failures > 0 && `${plural(told.failures, "failure", "failures")} in a row`,
    told.budget && `${number(Math.floor(told.budget.left))} of ${plural(told.budget.calls, "call", "calls")} left`,
  ].filter(Boolean);
  return [
    h("span", { class: `badge ${STATES[told.state] ?? ""}` }, SAID[told.state] ?? told.state),
    more.length > 0 && h("small", { class: "why" }, more.join(" · ")),
    told.lastSuccessAt && h("small", { class: "why" }, "last success ", ago(told.lastSuccessAt)),
    told.nextSyncAt && h("small", { class: "why" }, "next ", ago(told.nextSyncAt)),
  ];
}
