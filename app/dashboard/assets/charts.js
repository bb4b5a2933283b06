// Charts as inline SVG. Each says in words what it shows, and what can be clicked is a link.

import { h, s } from "./dom.js";
import { date, number } from "./format.js";

/** Bars as a list of links: [{ label, value, href, kind, more }]; as long as their share of the largest. */
export function bars(rows, { format = number } = {}) {
  const most = Math.max(...rows.map((each) => each.value), 1);
  return h(
    "ul",
    { class: "bars" },
    rows.map((each) =>
      h(
        "li",
        null,
        h(
          "a",
          { href: each.href, class: each.kind },
          h("span", { class: "label" }, each.label),
          s(
            "svg",
            { class: "bar-track", viewBox: "0 0 100 8", preserveAspectRatio: "none", "aria-hidden": "true" },
            s("rect", { width: Math.max(0.5, (each.value / most) * 100), height: 8, rx: 1 }),
          ),
          h("span", { class: "value" }, format(each.value), each.more && h("small", null, each.more)),
        ),
      ),
    ),
  );
}

const BOX = { width: 400, height: 26 };

/**
 * One line per group: the middle half as a box, its median, and from the 5th to the 95th percentile.
 * rows: [{ label, percentiles: {5, 25, 50, 75, 95}, href, kind }]; `words(row)` says a row in words.
 */
export function boxes(rows, { format, words }) {
  const most = nice(Math.max(...rows.map((each) => each.percentiles["95"])));
  const x = (value) => Math.min(BOX.width, (value / most) * BOX.width);
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((part) => part * most);
  const middle = BOX.height / 2;
  return h(
    "ul",
    { class: "bars" },
    rows.map(({ label, percentiles: at, href, kind, ...row }) =>
      h(
        "li",
        null,
        h(
          "a",
          { href, class: kind, title: words({ label, percentiles: at, ...row }) },
          h("span", { class: "label" }, label),
          s(
            "svg",
            {
              class: "box",
              viewBox: `0 0 ${BOX.width} ${BOX.height}`,
              preserveAspectRatio: "none",
              "aria-hidden": "true",
            },
            ticks.map((tick) => s("line", { class: "grid", x1: x(tick), x2: x(tick), y1: 0, y2: BOX.height })),
            s("line", { class: "whisker", x1: x(at["5"]), x2: x(at["95"]), y1: middle, y2: middle }),
            s("rect", {
              x: x(at["25"]),
              y: 5,
              width: Math.max(2, x(at["75"]) - x(at["25"])),
              height: BOX.height - 10,
              rx: 2,
            }),
            s("line", { class: "median", x1: x(at["50"]), x2: x(at["50"]), y1: 2, y2: BOX.height - 2 }),
          ),
          h("span", { class: "value" }, format(at["50"])),
          h("span", { class: "hidden" }, words({ label, percentiles: at, ...row })),
        ),
      ),
    ),
    h(
      "li",
      { class: "axis", "aria-hidden": "true" },
      h("span", null),
      h(
        "span",
        { class: "ticks" },
        ticks.map((tick) => h("span", null, format(tick))),
      ),
      h("span", null),
    ),
  );
}

/** The next round number above. */
function nice(value) {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 4, 5, 8, 10].map((each) => each * power).find((each) => each >= value - 1e-9) ?? 10 * power;
}

const LINE = { width: 640, height: 150, top: 12, bottom: 6 };
const DATES = 4; // under the line, from its beginning to its end

/**
 * Values that hold until the next one: [{ at: ms, value: number | null }] in order, up to `until`.
 * `bands` are spans of time in another colour.
 * @param {{ at: number, value: number | null }[]} points
 * @param {{
 *   until: number, format: (value: number) => string, label: string,
 *   bands?: { from: number, to: number, kind: string }[],
 * }} options
 */
export function steps(points, { until, format, bands = [], label }) {
  const known = points.flatMap(({ at, value }) => (value === null ? [] : [{ at, value }]));
  const most = nice(Math.max(...known.map((each) => each.value), 0));
  const first = points[0].at;
  const length = Math.max(1, until - first);
  const x = (at) => ((at - first) / length) * LINE.width;
  const y = (value) => LINE.height - LINE.bottom - (value / most) * (LINE.height - LINE.top - LINE.bottom);
  const dates = Array.from({ length: DATES }, (_, at) => first + (at * length) / (DATES - 1));
  let path = "";
  points.forEach((each, index) => {
    const end = points[index + 1]?.at ?? until;
    if (each.value === null) return;
    const joined = index > 0 && points[index - 1].value !== null;
    path += `${joined ? "L" : "M"}${x(each.at).toFixed(1)} ${y(each.value).toFixed(1)}H${x(end).toFixed(1)}`;
  });
  // Text beside the drawing and not in it: the drawing is as wide as the page, whatever that is.
  const drawn = s(
    "svg",
    {
      class: "steps",
      viewBox: `0 0 ${LINE.width} ${LINE.height}`,
      preserveAspectRatio: "none",
      role: "img",
      "aria-label": label,
    },
    bands.map((each) =>
      s("rect", {
        class: `band ${each.kind}`,
        x: x(each.from),
        y: 0,
        width: Math.max(1, x(each.to) - x(each.from)),
        height: LINE.height,
      }),
    ),
    [0, 0.5, 1].map((part) =>
      s("line", { class: "grid", x1: 0, x2: LINE.width, y1: y(part * most), y2: y(part * most) }),
    ),
    s("path", { d: path }),
    known.map((each) => s("path", { class: "point", d: `M${x(each.at).toFixed(1)} ${y(each.value).toFixed(1)}h.01` })),
  );
  return h(
    "div",
    { class: "stepped" },
    h(
      "div",
      { class: "levels", "aria-hidden": "true" },
      [1, 0.5, 0].map((part) => h("span", null, format(part * most))),
    ),
    drawn,
    h(
      "div",
      { class: "dates", "aria-hidden": "true" },
      dates.map((each) => h("time", null, date(new Date(each).toISOString()))),
    ),
  );
}
