// The filter panel: every facet that the API has, each with its own way to choose.

import { get } from "./api.js";
import { narrowed, range, toggled, unescaped, withFilter } from "./address.js";
import { h, icon, replace } from "./dom.js";
import { field, groups, label, OPEN_AT_FIRST, word } from "./fields.js";
import { number } from "./format.js";
import { describe, rangeControl } from "./ranges.js";
import { failed, skeleton } from "./states.js";

const SHOWN = 8; // values before "show more"
const TREE_LIMIT = 400; // more than there are verticals and their categories together
const MANY = 200; // after "show more"
const OPEN = "affindex.open";
const TYPING = 200; // ms

/** Which facets the panel needs now, as the API's parameters. */
export function wanted(state) {
  const open = openKeys(state);
  const limits = [String(SHOWN + 1), ...open.filter((key) => key === "categoryPath").map((key) => `${key}:${TREE_LIMIT}`), ...[...expanded].filter((key) => open.includes(key)).map((key) => `${key}:${MANY}`)];
  return open.length ? { facets: open.join(","), facetLimit: limits.join(",") } : {};
}

const expanded = new Set();
const unfolded = new Set();
const searched = new Map(); // key -> words typed into its search box

function openKeys(state) {
  const all = groups().flatMap(([, keys]) => keys);
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

  const element = h("div", { class: "panel" });

  function build() {
    element.replaceChildren(
      ...groups().flatMap(([title, keys]) => [
        h("h3", { class: "group" }, title),
        ...keys.map((key) => {
          const body = h("div", { class: "facet" });
          const chosen = h("span", { class: "chosen" });
          bodies.set(key, body);
          summaries.set(key, chosen);
          return h(
            "details",
            { open: openKeys(state).includes(key), data: { facet: key }, on: { toggle: ({ target }) => opened(key, target.open) } },
            h("summary", { data: { key: `facet:${key}` } }, h("span", null, label(key)), chosen),
            body,
          );
        }),
      ]),
    );
  }

  function opened(key, open) {
    remember(key, open);
    if (open && !facets[key] && !waiting) load(key);
  }

  /** One facet by itself, when a section is opened or widened after the answer came. */
  async function load(key, limit = key === "categoryPath" ? TREE_LIMIT : expanded.has(key) ? MANY : SHOWN + 1) {
    const body = bodies.get(key);
    const asked = state;
    if (!facets[key]) replace(body, skeleton(3));
    try {
      const answer = await get("/api/programs", narrowed(state, { perPage: "1", fields: "id", facets: key, facetLimit: `${key}:${limit}` }));
      if (asked !== state) return; // an answer for other filters has come or will come
      facets[key] = answer.facets[key];
      draw(key);
    } catch (problem) {
      if (asked === state) replace(body, failed(problem, () => load(key, limit), { small: true }));
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

  function choice(key, value, { indent = false, text = word(key, value.value), more = null } = {}) {
    const box = h("input", {
      type: "checkbox",
      checked: value.selected,
      data: { key: `value:${key}:${value.filter}` },
      on: { change: ({ target }) => change(withFilter(state, key, toggled(state, key, value.filter, target.checked))) },
    });
    return h(
      "li",
      { class: indent ? "inner" : null },
      h("label", { class: value.excluded ? "choice excluded" : "choice" }, box, h("span", { class: "text" }, value.excluded ? `not ${text}` : text), h("span", { class: "count" }, number(value.count))),
      more,
    );
  }

  function values(key, facet, items) {
    const words = searched.get(key) ?? "";
    const listed = facet.values.filter((each) => each.count > 0 || each.selected || each.excluded);
    const wide = expanded.has(key);
    const shown = wide ? listed : listed.slice(0, SHOWN);
    const result = h("ul", { class: "choices" }, shown.map((each) => choice(key, each)));
    if (facet.unknown > 0 || items.includes("unknown")) {
      result.append(choice(key, { value: "unknown", filter: "unknown", count: facet.unknown, selected: items.includes("unknown") }));
    }
    const searchable = listed.length > SHOWN || wide || words;
    return [
      searchable && searchBox(key, result, facet, words),
      listed.length === 0 && !facet.unknown && h("p", { class: "note" }, "Nothing to choose from here."),
      result,
      !wide && listed.length > SHOWN && h("button", { type: "button", class: "link", data: { key: `more:${key}` }, on: { click: () => (expanded.add(key), load(key, MANY)) } }, "Show more"),
    ];
  }

  function searchBox(key, result, facet, words) {
    let timer = null;
    let asked = 0;
    const look = async (typed) => {
      const mine = ++asked;
      searched.set(key, typed);
      if (!typed) return draw(key);
      const found = await search(key, typed);
      if (mine === asked && found) result.replaceChildren(...(found.length ? found.map((each) => choice(key, each)) : [h("li", { class: "note" }, `Nothing like “${typed}”.`)]));
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

  /** Values like some words, by code or by name. Countries and languages are found by the reader's own names too. */
  async function search(key, typed) {
    const own = (each) => word(key, each.value).toLowerCase().includes(typed.toLowerCase());
    try {
      const [found, all] = await Promise.all([
        get(`/api/facets/${key}`, narrowed(state, { facetQuery: typed })),
        ["country", "language", "currency"].includes(field(key).codes) ? get("/api/programs", narrowed(state, { perPage: "1", fields: "id", facets: key, facetLimit: `${key}:1000` })) : null,
      ]);
      const named = all ? all.facets[key].values.filter((each) => each.count > 0 && own(each)) : [];
      return [...new Map([...found.values, ...named].map((each) => [each.filter, each])).values()];
    } catch {
      return [];
    }
  }

  // -- vertical → category -------------------------------------------------------------------------------------------

  function tree(facet, items) {
    const roots = facet.values.filter((each) => !each.value.includes(" > "));
    const inner = Map.groupBy(facet.values.filter((each) => each.value.includes(" > ")), (each) => each.value.split(" > ")[0]);
    const live = roots.filter((each) => each.count > 0 || each.selected || inner.get(each.value)?.some((child) => child.selected));
    const wide = expanded.has("categoryPath");
    const list = live.slice(0, wide ? live.length : SHOWN).map((each) => {
      const children = (inner.get(each.value) ?? []).filter((child) => child.count > 0 || child.selected);
      const open = unfolded.has(each.value) || children.some((child) => child.selected);
      const button = children.length > 0 && h("button", {
        type: "button",
        class: "unfold",
        "aria-expanded": String(open),
        "aria-label": `Categories in ${each.value}`,
        data: { key: `unfold:${each.value}` },
        on: { click: () => ((open ? unfolded.delete(each.value) : unfolded.add(each.value)), draw("categoryPath")) },
      }, icon("right"));
      const more = [button, open && h("ul", { class: "choices" }, children.map((child) => choice("categoryPath", child, { text: child.value.slice(each.value.length + 3) })))];
      return choice("categoryPath", each, { text: each.value, more });
    });
    const result = h("ul", { class: "choices tree" }, list);
    if (facet.unknown > 0 || items.includes("unknown")) {
      result.append(choice("categoryPath", { value: "unknown", filter: "unknown", count: facet.unknown, selected: items.includes("unknown") }));
    }
    return [
      !result.children.length && h("p", { class: "note" }, "Nothing to choose from here."),
      result,
      !wide && live.length > SHOWN && h("button", { type: "button", class: "link", data: { key: "more:categoryPath" }, on: { click: () => (expanded.add("categoryPath"), draw("categoryPath")) } }, `All ${number(live.length)} categories`),
    ];
  }

  return {
    element,
    pending(next) {
      state = next;
      waiting = true;
      if (!bodies.size) build();
      element.classList.add("pending");
    },
    /** The answer did not come: what is there may be used as it is. */
    settle() {
      element.classList.remove("pending");
      waiting = false;
    },
    show(next, answered) {
      state = next;
      facets = { ...answered };
      waiting = false;
      element.classList.remove("pending");
      const open = openKeys(next);
      for (const key of bodies.keys()) {
        const section = bodies.get(key).closest("details");
        if (open.includes(key) && !section.open) section.open = true;
        draw(key);
      }
    },
  };
}

// -- active filters as chips ------------------------------------------------------------------------------------------

/** Every active filter: its words, and the state without it. */
export function active(state) {
  const found = [];
  for (const [key, items] of state.filters) {
    for (const item of items) {
      const rest = items.filter((each) => each !== item);
      // a bare "unknown" beside a range only makes sense with it
      const left = rest.length === 1 && rest[0] === "unknown" && !isRange(key, "unknown") && isRange(key, item) ? [] : rest;
      found.push({ key, item, text: `${label(key)}: ${words(key, item)}`, without: withFilter(state, key, left) });
    }
  }
  return found;
}

const isRange = (key, item) => Boolean(field(key) && ["number", "integer", "date", "time"].includes(field(key).kind) && !/^!?unknown$/.test(item));

function words(key, item) {
  if (key === "includeUnknown") return label(item);
  const not = item.startsWith("!");
  const bare = not ? item.slice(1) : item;
  if (bare === "unknown") return not ? "known" : "unknown";
  if (isRange(key, bare)) return (not ? "not " : "") + describe(key, ...range(bare));
  return (not ? "not " : "") + word(key, unescaped(bare));
}

export function chips(state, change) {
  const all = active(state);
  if (!all.length) return null;
  return h(
    "ul",
    { class: "chips", "aria-label": "Active filters" },
    all.map(({ text, without, key, item }) =>
      h("li", null, h("button", { type: "button", class: "chip", data: { key: `chip:${key}:${item}` }, on: { click: () => change(without) } }, text, icon("close"), h("span", { class: "hidden" }, "(remove)"))),
    ),
    all.length > 1 && h("li", null, h("button", { type: "button", class: "link", data: { key: "clear" }, on: { click: () => change({ ...state, filters: new Map(), page: "1", cursor: "" }) } }, "Clear all")),
  );
}

