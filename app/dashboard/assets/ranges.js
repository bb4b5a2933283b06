// A range filter: two sliders over a histogram, two exact boxes, and whether unknown values count too.

import { h, s } from "./dom.js";
import { field, label, measure } from "./fields.js";
import { number, plural } from "./format.js";
import { range } from "./address.js";

const WIDTH = 240;
const HEIGHT = 56;
const GAP = 2;

/**
 * The controls of one range facet. `items` are its filter items in the address, `apply(items)` sets others.
 * The sliders move over bucket edges, which are not equally far apart; the boxes take anything.
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

  const lowAt = low === "" ? 0 : Math.max(0, edges.findLastIndex((each) => compare(each, low) <= 0));
  const highAt = high === "" ? last : upper(edges, high, years, last);

  const bars = histogram(buckets, lowAt, highAt);
  const from = slider("from", lowAt);
  const to = slider("to", highAt);
  const text = h("span");
  const boxes = {
    low: box("from", low),
    high: box("to", high),
  };

  function slider(which, at) {
    return h("input", {
      type: "range",
      min: "0",
      max: String(last),
      step: "1",
      value: String(at),
      "aria-label": `${label(key)}, ${which === "from" ? "lowest" : "highest"}`,
      data: { key: `range:${key}:${which}` },
      on: { input: () => moved(which), change: () => commit(lowOf(), highOf()) },
    });
  }

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

  const lowOf = () => (from.value === "0" ? "" : edges[Number(from.value)]);
  const highOf = () => {
    const at = Number(to.value);
    return at === last ? "" : years ? edges[at - 1] : edges[at];
  };

  function moved(which) {
    // the thumbs may meet but not pass each other
    if (Number(from.value) >= Number(to.value)) {
      if (which === "from") from.value = String(Math.max(0, Number(to.value) - 1));
      else to.value = String(Math.min(last, Number(from.value) + 1));
    }
    boxes.low.value = lowOf();
    boxes.high.value = highOf();
    show(lowOf(), highOf());
  }

  function show(lowest, highest) {
    const words = describe(key, lowest, highest);
    text.textContent = words;
    from.setAttribute("aria-valuetext", lowest === "" ? "any" : `from ${measure(key, lowest)}`);
    to.setAttribute("aria-valuetext", highest === "" ? "any" : `to ${measure(key, highest)}`);
    [...bars.querySelectorAll("rect")].forEach((bar, at) => bar.classList.toggle("in", at >= Number(from.value) && at < Number(to.value)));
  }

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

  show(low, high);
  return h(
    "div",
    { class: "range" },
    last > 1 && h("div", { class: "sliders" }, bars, from, to),
    last === 0 && h("p", { class: "note" }, "No program here has a value."),
    h("div", { class: "boxes" }, boxes.low, h("span", { "aria-hidden": "true" }, "–"), boxes.high, h("span", { class: "unit" }, unit(key))),
    h("p", { class: "note" }, text, facet.percentiles?.["50"] !== undefined && ` · median ${measure(key, round(facet.percentiles["50"]))}`),
    include && h("label", { class: "switch" }, toggle, h("span", null, "Unknown too"), h("span", { class: "count" }, number(facet.unknown))),
  );
}

const UNITS = { percent: " %", days: " days", months: " months", USD: " USD", "USD per click": " USD" };
const unit = (key) => UNITS[field(key).filterUnit] ?? "";
const round = (value) => Math.round(value * 100) / 100;

/** Two bounds as they are written: numbers, or dates, which compare as text. */
function compare(one, other) {
  const difference = Number(one) - Number(other);
  return Number.isNaN(difference) ? String(one).localeCompare(String(other)) : difference;
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
    { class: "histogram", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", role: "img", "aria-label": `How ${plural(total, "program is", "programs are")} spread` },
    buckets.map((each, at) => {
      const height = each.count ? Math.max(2, (each.count / most) * HEIGHT) : 0;
      return s("rect", { x: at * step + GAP / 2, y: HEIGHT - height, width: Math.max(1, step - GAP), height, rx: 1, class: at >= lowAt && at < highAt ? "in" : null });
    }),
  );
}
