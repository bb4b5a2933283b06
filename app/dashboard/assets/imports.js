// Imports: start one, watch it live, see what was rejected and why.

import { get, send } from "./api.js";
import { h, icon, replace } from "./dom.js";
import { doubtful } from "./doubtful.js";
import { codesOf, network } from "./fields.js";
import { ago, number, plural, seconds } from "./format.js";
import { failed, part, say } from "./states.js";
import { scrollingTable } from "./tables.js";

const RUNS = 10;
const REJECTED = 50;
const GENERATED = ["clickbank", "shareasale", "cj", "rakuten", "awin"];

// What a run read, in words; a feed or a generator says it by itself.
const SOURCES = { api: "network", details: "details" };

const STATES = { queued: "Waiting", running: "Running", done: "Done", failed: "Failed" };

export function imports(may) {
  const list = h("div");
  const detail = h("div", { class: "run-detail" });
  const told = h("div");
  let following = null;

  const refresh = () =>
    part(
      list,
      () => get("/api/import/runs", { limit: String(RUNS) }, { keyed: true }),
      ({ runs }) => table(runs),
      { shapes: 4 },
    );

  function table(runs) {
    if (!runs.length) return h("p", { class: "note" }, "Nothing has been imported yet.");
    return scrollingTable(
      "Import runs",
      [
        "Run",
        "State",
        "Networks",
        "When",
        ["Read", "number"],
        ["New", "number"],
        ["Changed", "number"],
        ["Same", "number"],
        ["Rejected", "number"],
      ],
      runs.map((run) => row(run)),
      { look: "dense" },
    );
  }

  const sum = (run, name) => number(run.networks.reduce((all, each) => all + each[name], 0));

  function row(run) {
    return h(
      "tr",
      { data: { run: run.id } },
      h(
        "th",
        { scope: "row" },
        h(
          "button",
          { type: "button", class: "link", data: { key: `run:${run.id}` }, on: { click: () => open(run.id) } },
          `Run ${run.id}`,
        ),
        h("small", null, ` ${SOURCES[run.source] ?? run.source}`),
      ),
      h("td", null, badge(run)),
      h(
        "td",
        null,
        run.networks.length > 2
          ? plural(run.networks.length, "network", "networks")
          : run.networks.map((each) => network(each.network)).join(", "),
      ),
      h("td", null, ago(run.createdAt)),
      ["read", "created", "updated", "unchanged", "rejected"].map((name) =>
        h("td", { class: "number" }, sum(run, name)),
      ),
    );
  }

  // -- one run, live -------------------------------------------------------------------------------------------------

  function open(id, { push = true } = {}) {
    following?.close();
    if (push) history.replaceState(null, "", `/operate?run=${id}`);
    const live = h("div");
    const rejected = h("div");
    replace(detail, h("h3", { tabindex: "-1" }, `Run ${id}`), live, rejected);
    let drawn = null;
    const draw = (run) => {
      replace(live, progress(run));
      if (drawn !== run.state && (run.state === "done" || run.state === "failed")) {
        say(`Run ${run.id}: ${STATES[run.state]}`);
        refresh();
        if (run.networks.some((each) => each.rejected > 0)) listRejected(rejected, id);
      }
      drawn = run.state;
    };
    get(`/api/import/runs/${id}`, "", { keyed: true }).then(
      (run) => {
        draw(run);
        if (run.state === "queued" || run.state === "running") follow(id, draw, live);
      },
      (problem) =>
        replace(
          live,
          failed(problem, () => open(id), { small: true }),
        ),
    );
  }

  function follow(id, draw, live) {
    following = new EventSource(`/api/import/runs/${id}/events`);
    const take = ({ data }) => draw(JSON.parse(data));
    following.addEventListener("progress", take);
    following.addEventListener("end", (event) => {
      take(event);
      following.close();
    });
    // the browser connects again by itself; say so meanwhile
    following.addEventListener(
      "error",
      () =>
        live.querySelector(".lost") ??
        live.append(h("p", { class: "note lost" }, "The connection was lost; connecting again…")),
    );
  }

  function progress(run) {
    const lasted =
      run.startedAt && ((run.finishedAt ? Date.parse(run.finishedAt) : Date.now()) - Date.parse(run.startedAt)) / 1000;
    return [
      run.source === "details" &&
        h(
          "p",
          { class: "note" },
          "Details of programs that ",
          h(
            "button",
            {
              type: "button",
              class: "link",
              data: { key: `sync:${run.parameters.sync}` },
              on: { click: () => open(run.parameters.sync) },
            },
            `run ${run.parameters.sync}`,
          ),
          " listed. They are asked for one by one, and read when all have come.",
        ),
      h(
        "p",
        { class: "row" },
        badge(run),
        run.partial && h("span", { class: "badge" }, "Partial: closes nothing"),
        lasted !== null && h("span", { class: "note" }, seconds(lasted)),
        run.error && h("span", { class: "badge bad" }, run.error),
      ),
      h(
        "ul",
        { class: "progresses" },
        run.networks.map((each) => {
          const all = run.state === "done" ? each.read : each.expected;
          const told = [
            each.created + each.updated + each.unchanged > 0 &&
              `${number(each.created)} new, ${number(each.updated)} changed, ${number(each.unchanged)} the same`,
            each.rejected > 0 && `${number(each.rejected)} rejected`,
            each.duplicates > 0 && `${number(each.duplicates)} twice`,
            each.missing > 0 && `${number(each.missing)} missing`,
            each.closed > 0 && `${number(each.closed)} closed`,
            each.removed > 0 && `${number(each.removed)} generated ones removed`,
          ].filter(Boolean);
          return h(
            "li",
            null,
            h(
              "div",
              { class: "row" },
              h("strong", null, network(each.network)),
              h(
                "span",
                { class: "note" },
                all ? `${number(each.read)} of ${number(all)} read` : `${number(each.read)} read`,
              ),
            ),
            h("progress", {
              max: String(all || 1),
              value: String(all ? Math.min(each.read, all) : 0),
              "aria-label": `${network(each.network)}: records read`,
            }),
            h("p", { class: "note counts" }, told.join(" · ")),
          );
        }),
      ),
      run.warnings.length > 0 && h("h4", null, "Doubtful values"),
      doubtful(run.warnings),
    ];
  }

  function listRejected(element, id, after = 0) {
    const more = h("div");
    const box = after ? element : h("div");
    if (!after) replace(element, h("h4", null, "Rejected records"), box);
    return part(
      box,
      () => get(`/api/import/runs/${id}/rejected`, { after: String(after), limit: String(REJECTED) }, { keyed: true }),
      (answer) => [
        h(
          "ul",
          { class: "rejected" },
          answer.rejected.map((each) =>
            h(
              "li",
              null,
              h(
                "details",
                null,
                h(
                  "summary",
                  null,
                  h(
                    "span",
                    { class: "note" },
                    `Record ${number(each.line)} · ${network(each.network)}${each.externalId ? ` · ${each.externalId}` : ""}`,
                  ),
                  h("span", null, each.reason),
                ),
                h("pre", { tabindex: "0" }, JSON.stringify(each.raw, null, 2)),
              ),
            ),
          ),
        ),
        answer.next !== null &&
          h(
            "button",
            { type: "button", class: "button", on: { click: () => listRejected(more, id, answer.next) } },
            "More",
          ),
        more,
      ],
    );
  }

  // -- start one -----------------------------------------------------------------------------------------------------

  function form() {
    if (!may("import")) return h("p", { class: "note" }, "Starting an import needs a key with scope import.");
    const boxes = codesOf("network")
      .filter((slug) => GENERATED.includes(slug))
      .map((slug) =>
        h(
          "label",
          { class: "choice" },
          h("input", { type: "checkbox", name: "network", value: slug, checked: true }),
          h("span", { class: "text" }, network(slug)),
        ),
      );
    const limit = h("input", { type: "number", name: "limit", min: "1", max: "1000000", placeholder: "all" });
    const seed = h("input", { type: "number", name: "seed", min: "0", value: "1" });
    const button = h("button", { type: "submit", class: "primary" }, "Start import");
    let attempt = crypto.randomUUID(); // pressing twice starts one run
    return h(
      "form",
      {
        class: "start",
        on: {
          submit: async (event) => {
            event.preventDefault();
            const chosen = boxes
              .map((each) => /** @type {HTMLInputElement} */ (each.querySelector("input")))
              .filter((each) => each.checked)
              .map((each) => each.value);
            if (!chosen.length)
              return void replace(told, h("p", { class: "notice", role: "alert" }, "Choose at least one network."));
            button.disabled = true;
            replace(told);
            try {
              const run = await send(
                "POST",
                "/api/import/bulk",
                {
                  networks: chosen,
                  ...(limit.value ? { limit: Number(limit.value) } : {}),
                  seed: Number(seed.value || 1),
                },
                { headers: { "Idempotency-Key": attempt } },
              );
              attempt = crypto.randomUUID();
              say(`Run ${run.id} has been started`);
              open(run.id);
              refresh();
            } catch (problem) {
              replace(
                told,
                failed(problem, null, { small: true }),
                problem.members?.run &&
                  h(
                    "p",
                    { class: "row" },
                    h(
                      "button",
                      { type: "button", class: "button", on: { click: () => open(problem.members.run) } },
                      `Watch run ${problem.members.run}`,
                    ),
                  ),
              );
            } finally {
              button.disabled = false;
            }
            return undefined;
          },
        },
      },
      h("fieldset", null, h("legend", null, "Generated catalogues"), boxes),
      h(
        "div",
        { class: "row" },
        h("label", { class: "pick" }, "Records a network", limit),
        h("label", { class: "pick" }, "Seed", seed),
        button,
      ),
    );
  }

  const badge = (run) =>
    h(
      "span",
      { class: `badge state-${run.state}` },
      run.state === "running" && h("span", { class: "spinner" }),
      run.state === "done" && icon("check"),
      STATES[run.state] ?? run.state,
    );

  const wanted = new URLSearchParams(location.search).get("run");
  if (/^\d+$/.test(wanted ?? "")) open(wanted, { push: false });
  refresh();
  const element = h("section", { class: "panel-box" }, h("h2", null, "Imports"), form(), told, detail, list);
  return {
    element,
    /** Watch a run that another part has started. */
    watch(run) {
      open(run.id);
      refresh();
      element.scrollIntoView({ block: "start" });
    },
  };
}
