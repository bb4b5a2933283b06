// A form for a program of one's own: the fields that may be said of one, as the catalogue of fields tells them.

import { h } from "./dom.js";
import { codesOf, field, fieldsOf, grouped, inWords, label, word } from "./fields.js";
import { rulesControl } from "./own_rules.js";
import { sentence } from "./states.js";

const FOLLOWS = ["commissionType"]; // from the rates
const RULES = "commissionRules";
const BOUNDS = ["commissionMin", "commissionMax", "commissionFixedMin", "commissionFixedMax"];
const RATES = [...BOUNDS, "currency"];
const NEEDED = "name";
const STAYS = "externalId";
const LONG = 300; // characters from which a text has a box of several lines
const MOST_BOXES = 60; // values that are boxes to tick; of more one writes a list
const NUMBER = /^-?\d+(\.\d+)?$/;

/**
 * The form. `program` is what it is filled with, null for a new one; `written(members)` sends it and throws a Problem.
 * @param {any} program
 * @param {string} action what its button says
 * @param {(members: Record<string, any>) => Promise<void>} written
 */
export function ownForm(program, action, written) {
  const asked = fieldsOf().filter(
    (each) => each.own && !FOLLOWS.includes(each.key) && !(program !== null && each.key === STAYS),
  );
  /** @type {Map<string, any>} */
  const controls = new Map(
    asked.filter(({ key }) => key !== RULES).map((each) => [each.key, control(each, program?.[each.key] ?? null)]),
  );
  // Where there are lines, the bounds follow from them.
  const rules = rulesControl(field(RULES), program, (some) => {
    for (const key of BOUNDS) controls.get(key).element.hidden = some;
  });
  controls.set(RULES, rules);
  const told = h("div", { role: "alert" });

  function members() {
    const said = {};
    for (const [key, { read }] of controls) {
      const value = read();
      if (value !== null) said[key] = value;
    }
    if (said[RULES]) {
      for (const key of BOUNDS) delete said[key];
      return said;
    }
    const same = RATES.every((key) => (said[key] ?? null) === (program?.[key] ?? null));
    return rules.unshown && same ? { ...said, [RULES]: rules.unshown } : said;
  }

  /** Each error at its field, the rest above; the first one has the focus. */
  function refuse(problem) {
    const placed = problem.errors.filter((each) => controls.has(each.parameter));
    for (const [key, { refuse: say }] of controls)
      say(placed.filter((each) => each.parameter === key).map((each) => each.message));
    const rest = problem.errors.filter((each) => !placed.includes(each)).map((each) => sentence(each.message));
    if (!placed.length && !rest.length) rest.push(sentence(problem.detail ?? problem.message));
    told.replaceChildren(
      ...rest.map((each) => h("p", { class: "wrong" }, each)),
      ...(placed.length
        ? [
            h(
              "p",
              { class: "wrong" },
              `To be mended: ${[...new Set(placed.map((each) => label(each.parameter)))].join(", ")}.`,
            ),
          ]
        : []),
    );
    if (placed.length) controls.get(placed[0].parameter)?.focus();
  }

  const button = h("button", { type: "submit", class: "primary" }, action);
  const submit = async (event) => {
    event.preventDefault();
    button.disabled = true;
    try {
      await written(members());
    } catch (problem) {
      refuse(problem);
    } finally {
      button.disabled = false;
    }
  };
  return h(
    "form",
    { class: "own", on: { submit } },
    grouped([NEEDED, ...asked.map((each) => each.key).filter((key) => key !== NEEDED)]).map(({ title, keys }, at) =>
      h(
        "details",
        { class: "own-group", open: at === 0 || keys.some((key) => (program?.[key] ?? null) !== null) },
        h("summary", null, title),
        h(
          "div",
          { class: "own-fields" },
          keys.map((key) => controls.get(key).element),
        ),
      ),
    ),
    told,
    h("div", { class: "row" }, button),
  );
}

/** What one field is asked by: its element, what it says (null for nothing), and where its error is told. */
function control(described, value) {
  const { key } = described;
  const id = `own-${key}`;
  const ids = { about: `${id}-about`, wrong: `${id}-wrong` };
  const shared = { id, "aria-describedby": `${ids.about} ${ids.wrong}`, data: { key: id } };
  const { input, read } =
    described.many && boxed(described) ? ticked(described, value, id) : single(described, value, shared);
  const wrong = h("p", { class: "wrong", id: ids.wrong });
  const name = [label(key), described.unit && h("small", null, ` (${described.unit})`)];
  const about = h("p", { class: "note", id: ids.about }, inWords(described.about));
  const several = input instanceof HTMLFieldSetElement;
  if (several) {
    input.prepend(h("legend", null, name));
    input.setAttribute("aria-describedby", shared["aria-describedby"]);
  }
  return {
    element: h("div", { class: "own-field" }, !several && h("label", { for: id }, name), input, about, wrong),
    read,
    /** @param {string[]} messages */
    refuse(messages) {
      if (!several) input.setAttribute("aria-invalid", String(messages.length > 0));
      wrong.textContent = messages.map(sentence).join(" ");
      const group = input.closest("details");
      if (messages.length && group) group.open = true;
    },
    focus() {
      (input.querySelector("input") ?? input).focus();
    },
  };
}

const valuesOf = (described) => (described.codes ? codesOf(described.codes) : []);
const boxed = (described) => valuesOf(described).length > 0 && valuesOf(described).length <= MOST_BOXES;

/** A box to tick for each value. */
function ticked(described, value, id) {
  const boxes = valuesOf(described).map((each, at) => {
    const box = h("input", {
      type: "checkbox",
      value: each,
      checked: value?.includes(each) ?? false,
      id: `${id}-${at}`,
    });
    return { box, element: h("label", { class: "choice" }, box, h("span", null, word(described.key, each))) };
  });
  return {
    input: h(
      "fieldset",
      null,
      boxes.map((each) => each.element),
    ),
    read() {
      const chosen = boxes.filter(({ box }) => box.checked).map(({ box }) => box.value);
      return chosen.length ? chosen : null;
    },
  };
}

function single(described, value, shared) {
  const { key, kind, many } = described;
  if (kind === "flag") {
    const input = picked(
      [
        ["", "Unknown"],
        ["true", "Yes"],
        ["false", "No"],
      ],
      value === null ? "" : String(value),
      shared,
    );
    return { input, read: () => (input.value ? input.value === "true" : null) };
  }
  if (!many && valuesOf(described).length) {
    const options = valuesOf(described).map((each) => [each, word(key, each)]);
    const input = picked(described.unknown ? [["", "Unknown"], ...options] : options, value ?? "", shared);
    return { input, read: () => input.value || null };
  }
  const before = value === null ? "" : many ? value.join(", ") : String(value);
  const input =
    kind === "string" && !many && (described.longest ?? 0) > LONG && !/Url$/.test(key)
      ? h("textarea", { ...shared, rows: "3", maxlength: described.longest })
      : h("input", {
          ...shared,
          type: kind === "date" ? "date" : "text",
          inputmode: kind === "number" || kind === "integer" ? "decimal" : null,
          required: key === NEEDED,
          maxlength: described.longest,
        });
  input.value = before;
  const shown = input.value.trim(); // a box of one line leaves out what ends a line
  return {
    input,
    read() {
      const text = input.value.trim();
      if (text === shown) return value;
      if (!text) return null;
      if (many)
        return text
          .split(",")
          .map((each) => each.trim())
          .filter(Boolean);
      return field(key).kind !== "string" && NUMBER.test(text) ? Number(text) : text;
    },
  };
}

const picked = (options, chosen, shared) =>
  h(
    "select",
    shared,
    options.map(([value, text]) => h("option", { value, selected: value === chosen }, text)),
  );
