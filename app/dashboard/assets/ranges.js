// A range filter: a slider with two handles below a histogram, two exact boxes, and whether unknown values count too.

import { range } from "./address.js";
import { h, s } from "./dom.js";
import { field, label, measure } from "./fields.js";
import { number, plural, rounded } from "./format.js";
import { twoHandles } from "./slider.js";

const WIDTH = 240;
const HEIGHT = 56;
const GAP = 2;
const MOST_TICKS = 5; // with words; what fits beside each other

/**
 * The controls of one range facet. `items` are its filter items in the address, `apply(items)` sets others.
 * The handles move over bucket edges, which are not equally far apart; the boxes take anything.
 */
export function rangeControl(key, facet, items, apply) {
  const years = field(key).facet.kind === "years";
  const buckets = facet.histogram.filter((each) => each.from !== null);
  const bound = (value) => (years ? String(value).slice(0, 4) : String(value));
  const edges = buckets.map((each) => bound(each.from));
  const last = buckets.length;
  const chosen = items.find((each) => each !== "unknown" && !each.startsWith("!"));
  const [low, high] = chosen ? range(chosen) : ["", ""];
  const unknowns = items.includes("unknown");
  const none = items.includes("!unknown");

  const lowAt =
    low === ""
      ? 0
      : Math.max(
          0,
          edges.findLastIndex((each) => compare(each, low) <= 0),
        );
  const highAt = high === "" ? last : upper(edges, high, years, last);

  const bars = histogram(buckets, lowAt, highAt);
  const text = h("span");
  const boxes = {
    low: box("from", low),
    high: box("to", high),
  };

  function box(which, value) {
    return h("input", {
      type: years ? "text" : "number",
      inputmode: years ? "numeric" : "decimal",
      step: "any",
      value,
      placeholder: which === "from" ? "any" : "any",
      "aria-label": `${label(key)} ${which}${unit(key)}`,
      data: { key: `box:${key}:${which}` },
      on: { change: () => commit(boxes.low.value.trim(), boxes.high.value.trim()) },
    });
  }

  // an end that was not moved keeps what was written exactly
  const lowOf = (at) => (at === lowAt ? low : at === 0 ? "" : edges[at]);
  const highOf = (at) => (at === highAt ? high : at === last ? "" : years ? edges[at - 1] : edges[at]);

  function moved(from, to) {
    boxes.low.value = lowOf(from);
    boxes.high.value = highOf(to);
    text.textContent = describe(key, lowOf(from), highOf(to));
    for (const [at, bar] of [...bars.querySelectorAll("rect")].entries()) {
      bar.classList.toggle("in", at >= from && at < to);
    }
  }

  const slider = () =>
    twoHandles(
      {
        last,
        low: Math.min(lowAt, highAt - 1),
        high: highAt,
        names: { low: `${label(key)}, lowest`, high: `${label(key)}, highest` },
        keys: { low: `range:${key}:from`, high: `range:${key}:to` },
        said: (end, at) => {
          const value = end === "low" ? lowOf(at) : highOf(at);
          return value === "" ? "any" : `${end === "low" ? "from" : "to"} ${measure(key, value)}`;
        },
        ticks: ticks(edges, years),
        moved,
        chosen: (from, to) => commit(lowOf(from), highOf(to)),
      },
      bars,
    );

  function commit(lowest, highest) {
    if (lowest !== "" && highest !== "" && compare(lowest, highest) > 0) [lowest, highest] = [highest, lowest];
    const next = lowest === "" && highest === "" ? [] : [`${lowest}..${highest}`];
    if (next.length && unknowns) next.push("unknown");
    if (!next.length && none) next.push("!unknown");
    apply(next);
  }

  const include = facet.unknown > 0 || unknowns || none;
  const on = chosen ? unknowns : !none;
  const toggle = h("input", {
    type: "checkbox",
    role: "switch",
    checked: on,
    data: { key: `unknown:${key}` },
    on: {
      change: ({ target }) => {
        const kept = chosen ? [chosen] : [];
        if (chosen && target.checked) kept.push("unknown");
        if (!chosen && !target.checked) kept.push("!unknown");
        apply(kept);
      },
    },
  });

  text.textContent = describe(key, low, high);
  return h(
    "div",
    { class: "range" },
    last > 1 && slider(),
    last === 0 && h("p", { class: "note" }, "No program here has a value."),
    h(
      "div",
      { class: "boxes" },
      boxes.low,
      h("span", { "aria-hidden": "true" }, "–"),
      boxes.high,
      h("span", { class: "unit" }, unit(key)),
    ),
    h(
      "p",
      { class: "note" },
      text,
      facet.percentiles?.["50"] !== undefined && ` · median about ${measure(key, rounded(facet.percentiles["50"]))}`,
    ),
    include &&
      h(
        "label",
        { class: "switch" },
        toggle,
        h("span", null, "Unknown too"),
        h("span", { class: "count" }, number(facet.unknown)),
      ),
  );
}

const UNITS = { percent: " %", days: " days", months: " months", USD: " USD", "USD per click": " USD" };
const unit = (key) => UNITS[field(key).filterUnit] ?? "";

/** Two bounds as they are written: numbers, or dates, which compare as text. */
function compare(one, other) {
  const difference = Number(one) - Number(other);
  return Number.isNaN(difference) ? String(one).localeCompare(String(other)) : difference;
}

/** Every edge is a tick, a few of them say their number; the unit stands beside the boxes. */
function ticks(edges, years) {
  const most = edges.length - 1;
  const said = new Set(Array.from({ length: MOST_TICKS }, (_, at) => Math.round((at * most) / (MOST_TICKS - 1))));
  return edges.map((edge, at) => ({ at, text: said.has(at) ? (years ? edge : number(Number(edge))) : "" }));
}

function upper(edges, high, years, last) {
  const at = edges.findIndex((each) => (years ? compare(each, high.slice(0, 4)) > 0 : compare(each, high) >= 0));
  return at < 0 ? last : Math.max(1, at);
}

/** A range in words. */
export function describe(key, low, high) {
  if (low === "" && high === "") return "Any";
  if (low === "") return `up to ${measure(key, high)}`;
  if (high === "") return `from ${measure(key, low)}`;
  return low === high ? measure(key, low) : `${measure(key, low)} to ${measure(key, high)}`;
}

function histogram(buckets, lowAt, highAt) {
  const most = Math.max(1, ...buckets.map((each) => each.count));
  const step = WIDTH / Math.max(1, buckets.length);
  const total = buckets.reduce((sum, each) => sum + each.count, 0);
  return s(
    "svg",
    {
      class: "histogram",
      viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
      preserveAspectRatio: "none",
      role: "img",
      "aria-label": `How ${plural(total, "program is", "programs are")} spread`,
    },
    buckets.map((each, at) => {
      const height = each.count ? Math.max(2, (each.count / most) * HEIGHT) : 0;
      return s("rect", {
        x: at * step + GAP / 2,
        y: HEIGHT - height,
        width: Math.max(1, step - GAP),
        height,
        rx: 1,
        class: at >= lowAt && at < highAt ? "in" : null,
      });
    }),
  );
}
