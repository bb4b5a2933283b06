// The view as the address says it: the API's own parameters, and `view` (cards or table), which is ours alone.

import { says } from "./words.js";

/** The browser's language as ISO 639-1; none where it has only three letters. */
const OWN = navigator.language.match(/^[a-z]{2}(?![a-z])/i)?.[0].toLowerCase();

const CONTROLS = ["q", "prefix", "queryLanguage", "sort", "page", "perPage", "cursor", "collapse", "view"];
export const FIND = "/find";
export const DEFAULT_STATUSES = ["active", "paused"];

/**
 * A view. `prefix` is "last" while the words are being typed; `literal` are words that are taken as plain ones; `filters` has each field's items as they are written.
 * @typedef {{
 *   q: string, prefix: string, queryLanguage: string, literal: string[], sort: string, page: string, perPage: string, cursor: string,
 *   collapse: string, view: string, filters: Map<string, string[]>,
 * }} State
 */

/** @param {string} search the query string of an address */
export function readAddress(search) {
  /** @type {State} */
  const state = {
    q: "",
    prefix: "",
    queryLanguage: "",
    literal: [],
    sort: "",
    page: "1",
    perPage: "20",
    cursor: "",
    collapse: "",
    view: "",
    filters: new Map(),
  };
  /** @type {string[]} */
  const unknowns = [];
  for (const [name, value] of new URLSearchParams(search)) {
    if (!value.trim()) continue;
    if (name === "includeUnknown") unknowns.push(...items(value));
    else if (name === "literal") state.literal.push(value.trim());
    else if (CONTROLS.includes(name)) state[name] = value.trim();
    else state.filters.set(name, [...(state.filters.get(name) ?? []), ...items(value)]);
  }
  for (const field of unknowns) {
    const there = state.filters.get(field);
    if (!there) state.filters.set("includeUnknown", [...(state.filters.get("includeUnknown") ?? []), field]);
    else if (!there.includes("unknown")) there.push("unknown");
  }
  return state;
}

/**
 * The members of a list, as written: escapes stay, a comma after a backslash does not divide.
 * @param {string} value
 */
export function items(value) {
  return (value.match(/(?:\\.|[^,\\])+/gs) ?? []).map((each) => each.trim()).filter(Boolean);
}

/**
 * The query string of a view; what is as it would be anyway is left out.
 * @param {State} state
 */
export function writeAddress(state) {
  return query(state, { view: state.view });
}

/**
 * The address of a view.
 * @param {State} state
 */
export function hrefOf(state) {
  const query = writeAddress(state);
  return `${FIND}${query ? `?${query}` : ""}`;
}

/**
 * The query string that the API gets.
 * @param {State} state
 * @param {Record<string, string | undefined>} more
 */
export function question(state, more = {}) {
  return query(spoken(state), more);
}

/** The language of the browser where none was picked, unless the words tell of another. */
const spoken = (state) => (state.q && !state.queryLanguage && OWN ? { ...state, queryLanguage: `${OWN},*` } : state);

/**
 * The filters and words alone, without pages: for exports and counts.
 * @param {State} state
 * @param {Record<string, string | undefined>} more
 */
export function narrowed(state, more = {}) {
  return query(spoken({ ...state, page: "1", perPage: "20", cursor: "", collapse: "" }), more);
}

function query(state, more) {
  const pairs = [
    ["q", state.q],
    ["prefix", state.q && state.prefix],
    ...state.literal.map((words) => ["literal", words]),
    ["queryLanguage", state.queryLanguage],
  ];
  for (const [field, values] of state.filters) pairs.push([field, values.join(",")]);
  pairs.push(["sort", state.sort], ["collapse", state.collapse]);
  if (state.cursor) pairs.push(["cursor", state.cursor]);
  else if (state.page !== "1") pairs.push(["page", state.page]);
  if (state.perPage !== "20") pairs.push(["perPage", state.perPage]);
  pairs.push(...Object.entries(more));
  return pairs
    .filter(([, value]) => value !== "" && value !== undefined && value !== null)
    .map(([name, value]) => `${encode(name)}=${encode(String(value))}`)
    .join("&");
}

// readable where the grammar allows it
const encode = (text) =>
  encodeURIComponent(text).replace(
    /%(?:2C|3A|21|20|3E|2A)/g,
    (code) => ({ "%2C": ",", "%3A": ":", "%21": "!", "%20": "+", "%3E": ">", "%2A": "*" })[code],
  );

/**
 * A copy with other words; of those that are to be taken as plain ones, those that it still has. Pages begin anew.
 * @param {State} state
 * @param {string} q
 * @returns {State}
 */
export function withWords(state, q) {
  return { ...state, q, prefix: "", literal: state.literal.filter((words) => says(q, words)), page: "1", cursor: "" };
}

/**
 * A copy with one field's items set; an empty list takes the filter away. Pages begin anew.
 * @param {State} state
 * @param {string} field
 * @param {string[]} values
 * @returns {State}
 */
export function withFilter(state, field, values) {
  const filters = new Map(state.filters);
  if (values.length) filters.set(field, values);
  else filters.delete(field);
  return { ...state, filters, page: "1", cursor: "" };
}

const same = (one, other) => one.toLowerCase() === other.toLowerCase();

/**
 * The field's items with one value in or out.
 * @param {State} state
 * @param {string} field
 * @param {string} item
 * @param {boolean} on
 */
export function toggled(state, field, item, on) {
  let values = state.filters.get(field) ?? (field === "status" ? DEFAULT_STATUSES : []);
  values = values.filter((each) => !same(each, item) && !same(each, `!${item}`));
  if (on) values = [...values, item];
  if (field === "status" && values.length === 2 && DEFAULT_STATUSES.every((each) => values.includes(each))) values = [];
  return values;
}

/** A range item taken apart: bounds as written, "" is open. */
export function range(item) {
  const [low, high] = item.includes("..") ? item.split("..") : [item, item];
  return [low, high];
}

/** The value that an item stands for. */
export function unescaped(item) {
  return item
    .replace(/^!/, "")
    .replace(/^\\(unknown)$/i, "$1")
    .replace(/\\([,!\\])/g, "$1");
}
