// What has changed in a program, as a chart and in words.

import { steps } from "./charts.js";
import { h } from "./dom.js";
import { label } from "./fields.js";
import { known } from "./figures.js";
import { date, money, percent, plural } from "./format.js";
import { shown } from "./program_facts.js";

/** Changes as a chart of the rate over its status, and in words. Each: { at, field, old, new }, newest first. */
export function changes(program, answer) {
  const all = answer.changes ?? [];
  if (!all.length)
    return h("p", { class: "note" }, `Nothing has changed since ${date(program.createdAt)}, when it was first stored.`);
  const said = all
    .slice(0, 30)
    .map((each) =>
      h(
        "li",
        null,
        h("time", { datetime: each.at }, date(each.at)),
        h(
          "span",
          null,
          `${each.field === "link" ? "Merchant's link" : label(each.field)}: `,
          was(each.field, each.old, program),
          " → ",
          was(each.field, each.new, program),
        ),
      ),
    );
  return h(
    "div",
    { class: "panel-box" },
    chart(program, all),
    h("ul", { class: "timeline" }, said),
    all.length > 30 && h("p", { class: "note" }, `and ${plural(all.length - 30, "earlier change", "earlier changes")}`),
  );
}

const was = (name, value, program) =>
  known(value === null || value === undefined ? null : shown({ ...program, [name]: value }, name));

function chart(program, all) {
  const rate = ["commissionMax", "commissionFixedMax", "epc"].find((name) => all.some((each) => each.field === name));
  if (!rate) return null;
  const ordered = [...all].sort((one, other) => Date.parse(one.at) - Date.parse(other.at));
  const of = (name) => ordered.filter((each) => each.field === name);
  const begin = Date.parse(program.createdAt);
  const until = Date.now();
  const points = [
    { at: Math.min(begin, Date.parse(of(rate)[0].at)), value: of(rate)[0].old },
    ...of(rate).map((each) => ({ at: Date.parse(each.at), value: each.new })),
  ];
  const bands = of("status")
    .map((each, index, states) => ({
      from: Date.parse(each.at),
      to: states[index + 1] ? Date.parse(states[index + 1].at) : until,
      kind: each.new,
    }))
    .filter((each) => each.kind !== "active");
  const format = (value) =>
    rate === "commissionMax" ? percent(value) : money(value, rate === "epc" ? "USD" : program.currency);
  return h(
    "figure",
    null,
    steps(points, {
      until,
      format,
      bands,
      label: `${label(rate)} since ${date(new Date(points[0].at).toISOString())}: now ${program[rate] === null ? "unknown" : format(program[rate])}`,
    }),
    h("figcaption", { class: "note" }, label(rate), bands.length > 0 && "; shaded while paused or closed"),
  );
}
