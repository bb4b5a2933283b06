// All fields of a program, in groups, with units and where they come from.

import { h } from "./dom.js";
import { field, grouped, inWords, label, word } from "./fields.js";
import { known } from "./figures.js";
import { ago, date, days, list, money, months, number, percent, plural, span } from "./format.js";
import { scrollingTable } from "./tables.js";

/** What the page shows elsewhere, or as a unit beside another. */
const ELSEWHERE = [
  "name",
  "description",
  "network",
  "programUrl",
  "merchantUrl",
  "affiliateUrl",
  "logoUrl",
  "commissionRules",
  "commissionFixedMinUsd",
  "commissionFixedMaxUsd",
  "minPayoutCurrency",
  "minPayoutUsd",
  "relation",
];
const ORIGINS = { source: "network", derived: "computed", ours: "our mark", store: "our record" };

/** A value with its unit, in the reader's own way. */
export function shown(program, name) {
  const value = program[name];
  const described = field(name);
  if (value === null) return null;
  if (Array.isArray(value)) return list(value.map((each) => (described?.codes ? word(name, each) : each)));
  if (typeof value === "boolean") return value ? "Yes" : "No";
  if (described?.kind === "time") return ago(value);
  if (described?.kind === "date") return date(value);
  if (typeof value !== "number") return described?.codes ? word(name, value) : String(value);
  switch (described?.unit) {
    case "percent":
      return percent(value);
    case "days":
      return days(value);
    case "months":
      return months(value);
    case "currency": {
      const currency = name === "minPayout" ? program.minPayoutCurrency : program.currency;
      const usd = program[`${name}Usd`];
      return [
        money(value, currency),
        currency !== "USD" && typeof usd === "number" && h("small", null, ` ≈ ${money(usd, "USD")}`),
      ];
    }
    case "USD per click":
      return [money(value, "USD"), h("small", null, " per click")];
    case "USD":
      return money(value, "USD");
    default:
      if (name === "epcRaw")
        return [money(value, program.epcCurrency), h("small", null, program.epcUnit ? ` per ${program.epcUnit}` : "")];
      return name === "id" ? String(value) : number(value);
  }
}

function fact(program, name) {
  const described = field(name);
  const about = inWords(described?.about);
  return h(
    "div",
    { class: "fact" },
    h("dt", null, label(name), about && h("small", null, about)),
    h(
      "dd",
      null,
      known(shown(program, name)),
      described && h("small", { class: `origin ${described.origin}` }, ORIGINS[described.origin]),
    ),
  );
}

export function facts(program) {
  return grouped(Object.keys(program).filter((name) => !ELSEWHERE.includes(name)))
    .map(({ title, keys }) => ({ heading: title, names: keys }))
    .map(({ heading, names }) => {
      const told = names.filter((name) => program[name] !== null);
      const untold = names.filter((name) => program[name] === null);
      const all = (some) =>
        h(
          "dl",
          { class: "facts" },
          some.map((name) => fact(program, name)),
        );
      return h(
        "section",
        { class: "panel-box" },
        h("h2", null, heading),
        heading === "Pay" && rules(program),
        told.length > 0 && all(told),
        untold.length > 0 &&
          h(
            "details",
            { class: "unknowns" },
            h("summary", null, plural(untold.length, "field is not known", "fields are not known")),
            all(untold),
          ),
      );
    });
}

function rules(program) {
  if (!program.commissionRules?.length) return null;
  const amount = (rule, value) =>
    value === null ? null : rule.kind === "percent" ? percent(value) : money(value, rule.currency ?? program.currency);
  const pay = (rule) => span(amount(rule, rule.min), amount(rule, rule.max), String, (low, high) => `${low} – ${high}`);
  return scrollingTable(
    "What is paid for what",
    ["For", "Pay", "From", "Condition"],
    program.commissionRules.map((rule) =>
      h(
        "tr",
        null,
        h("th", { scope: "row" }, word("event", rule.event)),
        h("td", null, known(pay(rule))),
        h("td", null, rule.threshold === null ? "–" : number(rule.threshold)),
        h("td", null, rule.condition ?? "–"),
      ),
    ),
  );
}
