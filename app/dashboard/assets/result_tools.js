// Around a list of results: its order, page size, view, export and pages.

import { hrefOf, narrowed } from "./address.js";
import { h, icon } from "./dom.js";
import { label, SORTS } from "./fields.js";
import { number } from "./format.js";
import { isPrivate, save } from "./private.js";
import { tell } from "./states.js";

const DEEPEST = 10_000; // results that pages reach; a cursor goes on

/** How the results are shown: "cards" or "table". */
export const viewOf = (state) => (state.view === "table" ? "table" : "cards");

/**
 * Order, page size, grouping, view and export.
 * @param {import("./address.js").State} state
 * @param {(next: import("./address.js").State) => void} change
 */
export function toolsOf(state, change) {
  const sorts = SORTS.map(([value, text]) => [value, value === "" && !state.q ? "Most popular" : text]).filter(
    ([value]) => state.q || value !== "-popularity" || state.sort === "-popularity",
  );
  if (!sorts.some(([value]) => value === state.sort))
    sorts.push([state.sort, `By ${label(state.sort.replace(/^-/, "")).toLowerCase()}`]);
  const select = (name, label, options, chosen, pick) =>
    h(
      "label",
      { class: "pick" },
      h("span", null, label),
      h(
        "select",
        { name, data: { key: name }, on: { change: ({ target }) => pick(target.value) } },
        options.map(([value, text]) => h("option", { value, selected: value === chosen }, text)),
      ),
    );
  const mode = (name, text) =>
    h(
      "button",
      {
        type: "button",
        class: "toggle",
        "aria-pressed": String(viewOf(state) === name),
        "aria-label": text,
        title: text,
        data: { key: `view:${name}` },
        on: { click: () => change({ ...state, view: name === "cards" ? "" : name }) },
      },
      icon(name),
    );
  return [
    select("sort", "Sort", sorts, state.sort, (sort) => change({ ...state, sort, page: "1", cursor: "" })),
    select(
      "perPage",
      "Per page",
      ["20", "50", "100"].includes(state.perPage)
        ? ["20", "50", "100"].map((each) => [each, each])
        : [
            [state.perPage, state.perPage],
            ["20", "20"],
            ["50", "50"],
            ["100", "100"],
          ],
      state.perPage,
      (perPage) => change({ ...state, perPage, page: "1", cursor: "" }),
    ),
    h(
      "button",
      {
        type: "button",
        class: "toggle",
        "aria-pressed": String(state.collapse === "merchant"),
        title: "One card a merchant, with its offers on all networks",
        data: { key: "collapse" },
        on: { click: () => change({ ...state, collapse: state.collapse ? "" : "merchant", page: "1", cursor: "" }) },
      },
      "By merchant",
    ),
    h("div", { class: "modes", role: "group", "aria-label": "View" }, mode("cards", "Cards"), mode("table", "Table")),
    exports(state),
  ];
}

function exports(state) {
  const to = (format) =>
    `/api/programs/export?${narrowed({ ...state, sort: state.sort || (state.q ? "" : "-popularity") }, { format })}`;
  // a link carries no key
  const own = isPrivate(state.filters);
  const file = (format, text) =>
    h(
      "a",
      {
        href: to(format),
        download: `programs.${format}`,
        on: {
          click: async (event) => {
            if (!own) return;
            event.preventDefault();
            tell("The export is being made…");
            try {
              await save(to(format), `programs.${format}`);
              tell("The export is there");
            } catch (problem) {
              tell(`Not exported: ${problem.detail ?? problem.message}`);
            }
          },
        },
      },
      text,
    );
  return h(
    "details",
    { class: "menu" },
    h("summary", { class: "button", data: { key: "export" } }, icon("down"), h("span", null, "Export")),
    h(
      "div",
      { class: "sheet" },
      h("p", null, "Every program of this result, in its order."),
      file("csv", "CSV, for a spreadsheet"),
      file("ndjson", "NDJSON, one program a line"),
    ),
  );
}

/**
 * Links to other pages of the results.
 * @param {import("./address.js").State} state
 * @param {import("../answers.js").Page} answer
 */
export function pagesOf(state, answer) {
  const at = answer.page ?? null;
  const size = Number(state.perPage);
  const last = Math.min(Math.ceil((answer.groups ?? answer.total) / size), Math.floor(DEEPEST / size));
  const to = (page) => hrefOf({ ...state, page: String(page), cursor: "" });
  const link = (href, text, more = {}) =>
    h("a", { href, class: "button", data: { view: "page", key: `page:${text}` }, ...more }, text);
  if (at === null) {
    return [
      link(hrefOf({ ...state, cursor: "", page: "1" }), "First page"),
      answer.nextCursor && link(hrefOf({ ...state, cursor: answer.nextCursor }), "Next"),
    ];
  }
  if (last <= 1) return [];
  const around = [...new Set([1, at - 1, at, at + 1, last])]
    .filter((each) => each >= 1 && each <= last)
    .sort((one, other) => one - other);
  const listed = around.flatMap((each, index) => [
    index && each - around[index - 1] > 1 ? h("span", { "aria-hidden": "true" }, "…") : null,
    link(to(each), number(each), {
      "aria-label": `Page ${number(each)}`,
      ...(each === at ? { "aria-current": "page" } : {}),
    }),
  ]);
  const next =
    at < last
      ? link(to(at + 1), "Next")
      : answer.nextCursor && link(hrefOf({ ...state, cursor: answer.nextCursor }), "Next");
  return [at > 1 && link(to(at - 1), "Previous"), listed, next];
}
