// The networks: what each holds, how its connector is, and syncing now.

import { get, send } from "./api.js";
import { h, replace } from "./dom.js";
import { ago, money, number, plural } from "./format.js";
import { known, linkOut } from "./programs.js";
import { failed, part, say } from "./states.js";

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
      replace(told, failed(problem, null, { small: true }), problem.members?.run && h("p", null, h("a", { href: `/operate?run=${problem.members.run}` }, `Watch run ${problem.members.run}`)));
    } finally {
      button.disabled = false;
    }
  }

  const draw = ({ networks: all }) =>
    h(
      "div",
      { class: "scroller", tabindex: "0", role: "region", "aria-label": "Networks" },
      h(
        "table",
        { class: "dense" },
        h("thead", null, h("tr", null, ["Network", "Connector", "Programs", "Closed", "Missing", "Last complete import", "Minimum payout", ""].map((each, at) => h("th", { scope: "col", class: at > 1 && at < 5 ? "number" : null }, each || h("span", { class: "hidden" }, "Actions"))))),
        h(
          "tbody",
          null,
          all.map((each) =>
            h(
              "tr",
              { data: { network: each.slug } },
              h("th", { scope: "row" }, h("span", { class: `dot n-${each.slug}`, "aria-hidden": "true" }), each.name),
              h("td", null, health(each)),
              h("td", { class: "number" }, each.programs ? h("a", { href: `/?network=${each.slug}` }, number(each.programs)) : number(0)),
              h("td", { class: "number" }, number(each.closed)),
              h("td", { class: "number" }, number(each.missing)),
              h("td", null, each.lastCompleteAt ? ago(each.lastCompleteAt) : h("span", { class: "unknown" }, "never")),
              h("td", null, known(each.minPayout === null ? null : money(each.minPayout, "USD"))),
              h("td", { class: "actions" }, may("import") && !each.retired && syncButton(each), linkOut(each.home, "Site")),
            ),
          ),
        ),
      ),
    );

  function syncButton(each) {
    const button = h("button", { type: "button", class: "button", data: { key: `sync:${each.slug}` }, "aria-label": `Sync ${each.name} now` }, "Sync now");
    button.addEventListener("click", () => sync(each, button));
    return button;
  }

  part(list, () => get("/api/networks"), draw, { shapes: 6 });
  return h("section", { class: "panel-box" }, h("h2", null, "Networks"), told, list);
}

const STATES = { ok: "verified", degraded: "paused", failing: "bad", paused: "", unconfigured: "" };
const SAID = { ok: "Healthy", degraded: "Degraded", failing: "Failing", paused: "Paused", unconfigured: "No credentials" };

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
