// The filter panel: every facet that the API has, each with its own way to choose.

import { narrowed, toggled, withFilter } from "./address.js";
import { get } from "./api.js";
import { h, icon, replace } from "./dom.js";
import { field, groups, label, OPEN_AT_FIRST, word } from "./fields.js";
import { number } from "./format.js";
import { search } from "./private.js";
import { rangeControl } from "./ranges.js";
import { failed, skeleton } from "./states.js";

const SHOWN = 8; // values before "show more"
const TREE_LIMIT = 400; // more than there are verticals and their categories together
const MANY = 200; // after "show more"
const OPEN = "affindex.open";
const TYPING = 200; // ms

/** Which facets the panel needs now, as the API's parameters. */
export function wanted(state) {
  const open = openKeys(state);
  const limits = [
    String(SHOWN + 1),
    ...open.filter((key) => key === "categoryPath").map((key) => `${key}:${TREE_LIMIT}`),
    ...[...expanded].filter((key) => open.includes(key)).map((key) => `${key}:${MANY}`),
  ];
  return open.length ? { facets: open.join(","), facetLimit: limits.join(",") } : {};
}

const expanded = new Set();
const unfolded = new Set();
const searched = new Map(); // key -> words typed into its search box

function openKeys(state) {
  const all = groups().flatMap(({ keys }) => keys);
  const stored = JSON.parse(sessionStorage.getItem(OPEN) ?? "null") ?? OPEN_AT_FIRST;
  return all.filter((key) => stored.includes(key) || state.filters.has(key));
}

function remember(key, open) {
  const stored = new Set(JSON.parse(sessionStorage.getItem(OPEN) ?? "null") ?? OPEN_AT_FIRST);
  if (open) stored.add(key);
  else stored.delete(key);
  sessionStorage.setItem(OPEN, JSON.stringify([...stored]));
}

/**
 * The panel. `change(state)` is called with the next state; `show(state, facets)` draws the counts of an answer,
 * `pending()` greys them while the next one is awaited.
 */
export function filterPanel(change) {
  const bodies = new Map();
  const summaries = new Map();
  let state = null;
  let facets = {};
  let waiting = true;
  let unanswered = false; // the results say why, and try again; the sections only wait for them

  const element = h("div", { class: "panel" });

  function build() {
    element.replaceChildren(
      ...groups().flatMap(({ title, keys }) => [
        h("h2", { class: "group" }, title),
        ...keys.map((key) => {
          const body = h("div", { class: "facet" });
          const chosen = h("span", { class: "chosen" });
          bodies.set(key, body);
          summaries.set(key, chosen);
          return h(
            "details",
            {
              open: openKeys(state).includes(key),
              data: { facet: key },
              on: { toggle: ({ target }) => opened(key, target.open) },
            },
            h("summary", { data: { key: `facet:${key}` } }, h("span", null, label(key)), chosen),
            body,
          );
        }),
      ]),
    );
  }

  function opened(key, open) {
    remember(key, open);
    if (!open || facets[key] || waiting) return;
    if (unanswered) expect(key);
    else load(key);
  }

  /** A section without choices, quiet: one failure is told once. */
  function expect(key) {
    replace(bodies.get(key), h("p", { class: "note" }, "Comes with the results."));
  }

  /** One facet by itself, when a section is opened or widened after the answer came. */
  async function load(key, limit = key === "categoryPath" ? TREE_LIMIT : expanded.has(key) ? MANY : SHOWN + 1) {
    const body = bodies.get(key);
    const asked = state;
    if (!facets[key]) replace(body, skeleton(3));
    try {
      const answer = await search(
        narrowed(state, {
          perPage: "1",
          fields: "id",
          facets: key,
          ...(field(key).private ? {} : { facetLimit: `${key}:${limit}` }),
        }),
      );
      if (asked !== state) return; // an answer for other filters has come or will come
      facets[key] = answer.facets[key];
      if (facets[key]) draw(key);
      else expect(key);
    } catch (problem) {
      if (asked === state)
        replace(
          body,
          failed(problem, () => load(key, limit), { small: true }),
        );
    }
  }

  function draw(key) {
    const facet = facets[key];
    const body = bodies.get(key);
    const items = state.filters.get(key) ?? [];
    summaries.get(key).textContent = items.length ? number(items.length) : "";
    if (!facet) {
      if (body.closest("details").open) load(key);
      return;
    }
    const apply = (values) => change(withFilter(state, key, values));
    if (facet.histogram) replace(body, rangeControl(key, facet, items, apply));
    else if (key === "categoryPath") replace(body, tree(facet, items));
    else replace(body, values(key, facet, items));
  }

  // -- values ------------------------------------------------------------------------------------------------------

  /**
   * @param {string} key
   * @param {any} value of a facet
   * @param {{ text?: string, more?: any, instead?: string[] }} options `instead`: the values that this one takes away
   */
  function choice(key, value, { text = word(key, value.value), more = null, instead = [] } = {}) {
    const box = h("input", {
      type: "checkbox",
      checked: value.selected,
      data: { key: `value:${key}:${value.filter}` },
      on: { change: ({ target }) => choose(key, value.filter, target.checked, instead) },
    });
    return h(
      "li",
      null,
      h(
        "label",
        { class: value.excluded ? "choice excluded" : "choice" },
        box,
        h("span", { class: "text" }, value.excluded ? `not ${text}` : text),
        h("span", { class: "count" }, number(value.count)),
      ),
      more,
    );
  }

  function values(key, facet, items) {
    const words = searched.get(key) ?? "";
    const listed = facet.values.filter((each) => each.count > 0 || each.selected || each.excluded);
    const wide = expanded.has(key);
    const shown = wide ? listed : listed.slice(0, SHOWN);
    const result = h(
      "ul",
      { class: "choices" },
      shown.map((each) => choice(key, each)),
    );
    if (facet.unknown > 0 || items.includes("unknown")) {
      result.append(
        choice(key, { value: "unknown", filter: "unknown", count: facet.unknown, selected: items.includes("unknown") }),
      );
    }
    const searchable = listed.length > SHOWN || wide || words;
    return [
      searchable && searchBox(key, result, words),
      listed.length === 0 && !facet.unknown && h("p", { class: "note" }, "Nothing to choose from here."),
      result,
      !wide &&
        listed.length > SHOWN &&
        h(
          "button",
          {
            type: "button",
            class: "link",
            data: { key: `more:${key}` },
            on: { click: () => widen(key) },
          },
          "Show more",
        ),
    ];
  }

  function choose(key, filter, on, instead) {
    const others = instead.reduce((left, each) => withFilter(left, key, toggled(left, key, each, false)), state);
    change(withFilter(others, key, toggled(others, key, filter, on)));
  }

  function widen(key) {
    expanded.add(key);
    if (key === "categoryPath")
      draw(key); // all of its values are here
    else load(key, MANY);
  }

  function unfold(vertical, open) {
    if (open) unfolded.add(vertical);
    else unfolded.delete(vertical);
    draw("categoryPath");
  }

  function searchBox(key, result, words) {
    let timer = null;
    let asked = 0;
    const look = async (typed) => {
      const mine = ++asked;
      searched.set(key, typed);
      if (!typed) return draw(key);
      const found = await like(key, typed);
      if (mine !== asked) return undefined;
      result.replaceChildren(
        ...(found?.length
          ? found.map((each) => choice(key, each))
          : [h("li", { class: "note" }, found ? `Nothing like “${typed}”.` : "Cannot be searched right now.")]),
      );
      return undefined;
    };
    const box = h("input", {
      type: "search",
      class: "inside",
      value: words,
      placeholder: `Search ${label(key).toLowerCase()}`,
      "aria-label": `Search in ${label(key)}`,
      data: { key: `search:${key}` },
      on: {
        input: ({ target }) => {
          clearTimeout(timer);
          timer = setTimeout(() => look(target.value.trim()), TYPING);
        },
      },
    });
    if (words) look(words);
    return box;
  }

  /** Values like some words, by code or by name. Countries, languages and topics are found by the reader's own names too. Null without an answer. */
  async function like(key, typed) {
    const own = (each) => word(key, each.value).toLowerCase().includes(typed.toLowerCase());
    try {
      const [found, all] = await Promise.all([
        get(`/api/facets/${key}`, narrowed(state, { facetQuery: typed })),
        ["country", "language", "currency", "topic"].includes(field(key).codes)
          ? search(narrowed(state, { perPage: "1", fields: "id", facets: key, facetLimit: `${key}:1000` }))
          : null,
      ]);
      const named = all ? all.facets[key].values.filter((each) => each.count > 0 && own(each)) : [];
      return [...new Map([...found.values, ...named].map((each) => [each.filter, each])).values()];
    } catch {
      return null;
    }
  }

  // -- vertical → category: one of a vertical's categories narrows it, so they never stand together -- -------------------------------------------------------------------------------------------

  function tree(facet, items) {
    const roots = facet.values.filter((each) => !each.value.includes(" > "));
    const inner = Map.groupBy(
      facet.values.filter((each) => each.value.includes(" > ")),
      (each) => each.value.split(" > ")[0],
    );
    const live = roots.filter(
      (each) => each.count > 0 || each.selected || inner.get(each.value)?.some((child) => child.selected),
    );
    const wide = expanded.has("categoryPath");
    const list = live.slice(0, wide ? live.length : SHOWN).map((each) => {
      const children = (inner.get(each.value) ?? []).filter((child) => child.count > 0 || child.selected);
      const open = unfolded.has(each.value) || children.some((child) => child.selected);
      const button =
        children.length > 0 &&
        h(
          "button",
          {
            type: "button",
            class: "unfold",
            "aria-expanded": String(open),
            "aria-label": `Categories in ${each.value}`,
            data: { key: `unfold:${each.value}` },
            on: { click: () => unfold(each.value, !open) },
          },
          icon("right"),
        );
      const more = [
        button,
        open &&
          h(
            "ul",
            { class: "choices" },
            children.map((child) =>
              choice("categoryPath", child, { text: child.value.slice(each.value.length + 3), instead: [each.filter] }),
            ),
          ),
      ];
      const instead = children.map((child) => child.filter);
      return choice("categoryPath", each, { text: each.value, more, instead });
    });
    const result = h("ul", { class: "choices tree" }, list);
    if (facet.unknown > 0 || items.includes("unknown")) {
      result.append(
        choice("categoryPath", {
          value: "unknown",
          filter: "unknown",
          count: facet.unknown,
          selected: items.includes("unknown"),
        }),
      );
    }
    return [
      !result.children.length && h("p", { class: "note" }, "Nothing to choose from here."),
      result,
      !wide &&
        live.length > SHOWN &&
        h(
          "button",
          {
            type: "button",
            class: "link",
            data: { key: "more:categoryPath" },
            on: { click: () => widen("categoryPath") },
          },
          `All ${number(live.length)} categories`,
        ),
    ];
  }

  return {
    element,
    pending(next) {
      state = next;
      waiting = true;
      if (!bodies.size) replace(element, skeleton(12)); // built with the first answer, so that nothing moves
      element.classList.add("pending");
    },
    /** The answer did not come: what is there may be used as it is, and asks nothing by itself. */
    settle() {
      element.classList.remove("pending");
      waiting = false;
      unanswered = true;
      if (!bodies.size) build();
      for (const key of openKeys(state)) if (!facets[key]) expect(key);
    },
    show(next, answered) {
      state = next;
      facets = { ...answered };
      waiting = false;
      unanswered = false;
      element.classList.remove("pending");
      if (!bodies.size) build();
      const open = openKeys(next);
      for (const key of bodies.keys()) {
        const section = bodies.get(key).closest("details");
        if (open.includes(key) && !section.open) section.open = true;
        draw(key);
      }
    },
  };
}
