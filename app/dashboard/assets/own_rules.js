// Lines of pay in the form of a program of one's own: what is paid for what, added and removed one by one.

import { h } from "./dom.js";
import { inWords, label, word } from "./fields.js";
import { number } from "./format.js";
import { sentence } from "./states.js";

const KEY = "commissionRules";
const EVENTS = ["sale", "lead", "click", "install", "recurring"];
const KINDS = [
  ["percent", "Percent"],
  ["fixed", "Amount"],
];
const MOST = 100; // rules of a program
const LONGEST = 300; // characters of a condition
const NUMBER = /^-?\d+(\.\d+)?$/;
const OF_LINE = /^'commissionRules' (\d+): /; // how the API says which one is wrong

/** Whether the rates say all that these rules do: one a kind, of a sale, without more words. */
const plain = (rules, currency) =>
  rules.length < 3 &&
  rules.every(
    (each, at) =>
      each.event === "sale" &&
      each.threshold === null &&
      each.condition === null &&
      (each.kind === "percent" ? at === 0 : at === rules.length - 1 && each.currency === currency),
  );

/**
 * What the lines are asked by. `program` is what they are filled with, null for a new one; `changed(some)` is told
 * whether there are lines, then the rates follow from them.
 * @param {any} described
 * @param {any} program
 * @param {(some: boolean) => void} changed
 */
export function rulesControl(described, program, changed) {
  const stored = program?.[KEY] ?? [];
  /** @type {ReturnType<typeof line>[]} */
  const lines = [];
  let drawn = 0; // each line has ids of its own
  const ids = { about: `own-${KEY}-about`, wrong: `own-${KEY}-wrong` };
  const list = h("div", { class: "own-rules" });
  const wrong = h("p", { class: "wrong", id: ids.wrong });
  const add = h("button", { type: "button", class: "button", on: { click: () => put(null).focus() } }, "Add a line");

  function put(rule) {
    const made = line(rule, drawn++, () => {
      const at = lines.indexOf(made);
      lines.splice(at, 1);
      made.element.remove();
      show();
      (lines[at] ?? lines[at - 1] ?? { focus: () => add.focus() }).focus();
    });
    lines.push(made);
    list.append(made.element);
    show();
    return made;
  }

  function show() {
    lines.forEach((each, at) => {
      each.count(at + 1);
    });
    add.disabled = lines.length >= MOST;
    changed(lines.length > 0);
  }

  if (!plain(stored, program?.currency ?? null)) for (const rule of stored) put(rule);
  const shown = lines.length > 0;
  return {
    element: h(
      "div",
      { class: "own-field own-whole" },
      h(
        "fieldset",
        { id: `own-${KEY}`, "aria-describedby": `${ids.about} ${ids.wrong}` },
        h("legend", null, label(KEY)),
        h(
          "p",
          { class: "note", id: ids.about },
          `${inWords(described.about)} While there are lines, the rates follow from them.`,
        ),
        list,
        h("div", { class: "row" }, add),
      ),
      wrong,
    ),
    /** The rules; null where the rates say it. */
    read: () => (lines.length ? lines.map((each) => each.read()) : null),
    /** What was stored and is not shown, since the rates say it as long as they stay. */
    unshown: shown || !stored.length ? null : stored,
    /** @param {string[]} messages */
    refuse(messages) {
      const rest = [];
      const of = new Map(lines.map((each) => [each, []]));
      for (const each of messages) {
        const found = OF_LINE.exec(each);
        const meant = found && lines[Number(found[1]) - 1];
        ((meant && of.get(meant)) ?? rest).push(sentence(meant ? each.replace(OF_LINE, "") : each));
      }
      for (const [each, told] of of) each.refuse(told.join(" "));
      wrong.textContent = rest.join(" ");
      const group = list.closest("details");
      if (messages.length && group) group.open = true;
    },
    focus() {
      (lines.find((each) => each.wrong) ?? lines[0] ?? { focus: () => add.focus() }).focus();
    },
  };
}

/** One line. Members that it does not show stay as they are. */
function line(rule, mark, removed) {
  const id = `own-rule-${mark}`;
  const told = h("p", { class: "wrong", id: `${id}-wrong` });
  const picked = (options, chosen) =>
    h(
      "select",
      null,
      options.map(([value, text]) => h("option", { value, selected: value === chosen }, text)),
    );
  const written = (value, attributes) => {
    const input = h("input", { type: "text", ...attributes });
    input.value = value === null || value === undefined ? "" : String(value);
    return input;
  };
  const events = [...new Set([...EVENTS, ...(rule ? [rule.event] : [])])];
  const controls = {
    event: picked(
      events.map((each) => [each, word("event", each)]),
      rule?.event,
    ),
    kind: picked(KINDS, rule?.kind),
    min: written(rule?.min, { inputmode: "decimal" }),
    max: written(rule?.max, { inputmode: "decimal" }),
    currency: written(rule?.currency, { maxlength: "3" }),
    threshold: written(rule?.threshold, { inputmode: "decimal" }),
    condition: written(rule?.condition, { maxlength: LONGEST }),
  };
  const names = {
    event: "For",
    kind: "Kind",
    min: "Min",
    max: "Max",
    currency: "Currency",
    threshold: "Threshold",
    condition: "Condition",
  };
  const before = Object.fromEntries(Object.entries(controls).map(([key, { value }]) => [key, value]));
  const fixed = () => {
    controls.currency.disabled = controls.kind.value === "percent";
  };
  controls.kind.addEventListener("change", fixed);
  fixed();
  const remove = h("button", { type: "button", class: "button", on: { click: removed } }, "Remove");
  const element = h(
    "div",
    { role: "group", "aria-describedby": told.id },
    Object.entries(controls).map(([key, control]) => {
      control.id = `${id}-${key}`;
      return h("p", { class: key }, h("label", { for: control.id }, names[key]), control);
    }),
    h("p", { class: "row" }, remove),
    told,
  );

  function value(key) {
    const text = controls[key].value.trim();
    if (key === "currency" && controls.kind.value === "percent") return null;
    if (rule && text === before[key].trim()) return rule[key] ?? null;
    if (!text) return null;
    if (key === "currency") return text.toUpperCase();
    return ["min", "max", "threshold"].includes(key) && NUMBER.test(text) ? Number(text) : text;
  }
  return {
    element,
    get wrong() {
      return told.textContent !== "";
    },
    count(at) {
      element.setAttribute("aria-label", `Line ${number(at)}`);
      remove.setAttribute("aria-label", `Remove line ${number(at)}`);
    },
    read: () => ({ ...rule, ...Object.fromEntries(Object.keys(controls).map((key) => [key, value(key)])) }),
    refuse(message) {
      told.textContent = message;
    },
    focus() {
      controls.event.focus();
    },
  };
}
