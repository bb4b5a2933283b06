// The view as the address says it: the API's own parameters, and `view` (cards or table), which is ours alone.

const CONTROLS = ["q", "sort", "page", "perPage", "cursor", "collapse", "view"];
export const DEFAULT_STATUSES = ["active", "paused"];

/** { q, sort, page, perPage, cursor, collapse, view, filters: Map(field -> [items as they are written]) } */
export function readAddress(search) {
  const state = { q: "", sort: "", page: "1", perPage: "20", cursor: "", collapse: "", view: "", filters: new Map() };
  const unknowns = [];
  for (const [name, value] of new URLSearchParams(search)) {
    if (!value.trim()) continue;
    if (name === "includeUnknown") unknowns.push(...items(value));
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

/** The members of a list, as written: escapes stay, a comma after a backslash does not divide. */
export function items(value) {
  return (value.match(/(?:\\.|[^,\\])+/gs) ?? []).map((each) => each.trim()).filter(Boolean);
}

/** The query string of a view; what is as it would be anyway is left out. */
export function writeAddress(state) {
  return query(state, { view: state.view });
}

/** The query string that the API gets. */
export function question(state, more = {}) {
  return query(state, more);
}

/** The filters and words alone, without pages: for exports and counts. */
export function narrowed(state, more = {}) {
  return query({ ...state, page: "1", perPage: "20", cursor: "", collapse: "" }, more);
}

function query(state, more) {
  const pairs = [["q", state.q]];
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
  encodeURIComponent(text).replace(/%(?:2C|3A|21|20|3E)/g, (code) => ({ "%2C": ",", "%3A": ":", "%21": "!", "%20": "+", "%3E": ">" })[code]);

/** A copy with one field's items set; an empty list takes the filter away. Pages begin anew. */
export function withFilter(state, field, values) {
  const filters = new Map(state.filters);
  if (values.length) filters.set(field, values);
  else filters.delete(field);
  return { ...state, filters, page: "1", cursor: "" };
}

const same = (one, other) => one.toLowerCase() === other.toLowerCase();

/** The field's items with one value in or out. */
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
  return item.replace(/^!/, "").replace(/^\\(unknown)$/i, "$1").replace(/\\([,!\\])/g, "$1");
}
