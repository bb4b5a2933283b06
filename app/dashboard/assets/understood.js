// How the words of a search were read: what is a fact or a wish, in which language, what was corrected or left out.

import { items, withFilter, withWords } from "./address.js";
import { h, icon, replace } from "./dom.js";
import { label, readLanguages } from "./fields.js";
import { language } from "./format.js";
import { sentence } from "./states.js";
import { replaced } from "./words.js";

/**
 * The row under the search box. `change(state)` goes to another state, `narrow(state)` to one with a filter more.
 * `pending(state)` draws what the address says, `show(state, understood)` what an answer says too.
 */
export function readingRow({ change, narrow }) {
  const chips = h("ul", { class: "lifts", "aria-label": "What the words were read as" });
  const choice = h("div");
  const element = h("div", { class: "reading", hidden: true }, choice, chips);
  let state = null;
  let told = null; // the language that the words are in, as the last answer says

  /** A fact or a wish: it lifts programs and hides none, unless it is made a filter. */
  function lift({ text, parameter, filter, label: said }) {
    const set = (state.filters.get(parameter) ?? []).join(",") === filter;
    const only = () => {
      const without = withWords(state, replaced(state.q, text, " "));
      narrow(withFilter(without, parameter, items(filter)));
    };
    const asWords = () =>
      change({ ...state, literal: [...state.literal.filter((each) => each !== text), text], page: "1", cursor: "" });
    return h(
      "li",
      { class: "lift" },
      set
        ? h("span", { class: "said" }, said)
        : h(
            "button",
            {
              type: "button",
              class: "said",
              title: `Only these: ${label(parameter)}`,
              data: { key: `only:${text}` },
              on: { click: only },
            },
            said,
            h("span", { class: "hidden" }, " (show only these)"),
          ),
      h(
        "button",
        {
          type: "button",
          class: "off",
          "aria-label": `Take “${text}” as plain words`,
          title: `Take “${text}” as plain words`,
          data: { key: `read:${text}` },
          on: { click: asWords },
        },
        icon("close"),
      ),
    );
  }

  /** Words that are taken as words, and the way back. */
  function plain(text) {
    const again = () =>
      change({ ...state, literal: state.literal.filter((each) => each !== text), page: "1", cursor: "" });
    return h(
      "li",
      { class: "lift" },
      h(
        "button",
        { type: "button", class: "said", data: { key: `read:${text}` }, on: { click: again } },
        `“${text}” as words`,
        icon("loop"),
        h("span", { class: "hidden" }, " (read them again)"),
      ),
    );
  }

  function languages() {
    const codes = [...new Set([...readLanguages(), state.queryLanguage].filter(Boolean))];
    const named = codes.map((code) => [code, language(code)]).sort(([, one], [, other]) => one.localeCompare(other));
    const auto = told && !state.queryLanguage ? `auto (${language(told)})` : "auto";
    return h(
      "label",
      { class: "pick" },
      h("span", null, "Words in"),
      h(
        "select",
        {
          name: "queryLanguage",
          data: { key: "queryLanguage" },
          on: { change: ({ target }) => change({ ...state, queryLanguage: target.value, page: "1", cursor: "" }) },
        },
        [["", auto], ...named].map(([value, text]) =>
          h("option", { value, selected: value === state.queryLanguage }, text),
        ),
      ),
    );
  }

  function draw() {
    element.hidden = !state.q && !state.queryLanguage;
    replace(choice, languages());
  }

  return {
    element,
    /** What stands there stays until the answer is here, so that nothing moves twice. */
    pending(next) {
      if (state?.q !== next.q) told = null;
      state = next;
      draw();
      if (!state.q) replace(chips);
    },
    show(next, understood) {
      state = next;
      told = understood?.language ?? null;
      draw();
      replace(
        chips,
        [...(understood?.facts ?? []), ...(understood?.wishes ?? [])].map(lift),
        state.q ? state.literal.map(plain) : null,
      );
    },
  };
}

/** Sentences about the words, before the results. `link(q, text)` leads to a search for other words. */
export function remarks(q, answer, link) {
  return [corrected(q, answer, link), leftOut(answer.leftOut ?? [])].filter(Boolean);
}

function corrected(q, { matched, leftOut: absent = [], understood }, link) {
  const mended = (understood?.words ?? []).filter((each) => each.corrected && !absent.includes(each.text));
  const results = mended.reduce((words, each) => replaced(words, each.text, each.corrected), q);
  if (results === q)
    return matched === "typo" && h("p", { class: "notice" }, `Nothing is spelled “${q}”. These are the closest.`);
  // a word in quotes is taken as it stands
  const typed = mended.reduce((words, each) => replaced(words, each.text, `"${each.text}"`), q);
  return h(
    "p",
    { class: "notice" },
    `Showing results for “${results}”.`,
    h("span", null, "Search instead for ", link(typed, `“${q}”`), "."),
  );
}

const leftOut = (words) =>
  words.length > 0 &&
  h(
    "p",
    { class: "notice" },
    `No program has all of these words. Without: ${words.map((each) => `“${each}”`).join(", ")}.`,
  );

/** A warning about the words: what has none, and what may have been meant. */
export function doubt({ message, value, didYouMean }, link) {
  if (!didYouMean) return h("p", { class: "notice" }, sentence(message));
  return h(
    "p",
    { class: "notice" },
    `Nothing has “${value.replaceAll('"', "")}”.`,
    h("span", null, "Did you mean ", link(didYouMean, `“${didYouMean}”`), "?"),
  );
}
