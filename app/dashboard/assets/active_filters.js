// The active filters in words, as chips that take them away.

import { range, unescaped, withFilter } from "./address.js";
import { h, icon } from "./dom.js";
import { field, label, word } from "./fields.js";
import { describe } from "./ranges.js";

/** Every active filter: its words, and the state without it. */
export function active(state) {
  const found = [];
  for (const [key, items] of state.filters) {
    for (const item of items) {
      const rest = items.filter((each) => each !== item);
      // a bare "unknown" beside a range only makes sense with it
      const left =
        rest.length === 1 && rest[0] === "unknown" && !isRange(key, "unknown") && isRange(key, item) ? [] : rest;
      found.push({ key, item, text: `${label(key)}: ${words(key, item)}`, without: withFilter(state, key, left) });
    }
  }
  return found;
}

const isRange = (key, item) =>
  Boolean(field(key) && ["number", "integer", "date", "time"].includes(field(key).kind) && !/^!?unknown$/.test(item));

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
      h(
        "li",
        null,
        h(
          "button",
          { type: "button", class: "chip", data: { key: `chip:${key}:${item}` }, on: { click: () => change(without) } },
          text,
          icon("close"),
          h("span", { class: "hidden" }, "(remove)"),
        ),
      ),
    ),
    all.length > 1 &&
      h(
        "li",
        null,
        h(
          "button",
          {
            type: "button",
            class: "link",
            data: { key: "clear" },
            on: { click: () => change({ ...state, filters: new Map(), page: "1", cursor: "" }) },
          },
          "Clear all",
        ),
      ),
  );
}
