// When there is no list: nothing was found, or the address asks for something that is not there.

import { active } from "./active_filters.js";
import { FIND, narrowed, withFilter, withWords } from "./address.js";
import { h, icon } from "./dom.js";
import { number } from "./format.js";
import { search } from "./private.js";
import { empty } from "./states.js";

const MOST_DROPPED = 6; // filters whose absence is counted when nothing was found

/**
 * Nothing found: which filter to drop, and how many programs that would give.
 * @param {import("./address.js").State} state
 * @param {import("../answers.js").Page} answer
 * @param {(next: import("./address.js").State) => void} go
 */
export function nothing(state, answer, go) {
  const droppable = active(state).slice(0, MOST_DROPPED);
  const offers = h("ul", { class: "offers" });
  const advice = h(
    "p",
    null,
    answer.warnings.length
      ? "See the hint above."
      : droppable.length
        ? "No filter alone is in the way: take away several."
        : state.q
          ? "Try fewer or other words; the name of a merchant, or what it sells."
          : "It fills with the first import.",
  );
  for (const each of [
    ...droppable,
    ...(state.q && droppable.length ? [{ text: `the words “${state.q}”`, without: withWords(state, "") }] : []),
  ]) {
    search(narrowed(each.without, { perPage: "1", fields: "id" }))
      .then(({ total }) => {
        if (total === 0) return;
        advice.textContent = "Each of these would find something:";
        offers.append(
          h(
            "li",
            null,
            h(
              "button",
              { type: "button", class: "button", on: { click: () => go(each.without) } },
              `Without ${each.text}`,
              h("span", { class: "count" }, number(total)),
            ),
          ),
        );
      })
      .catch(() => {}); // only a help
  }
  const closed =
    !state.filters.has("status") &&
    state.q &&
    h(
      "button",
      {
        type: "button",
        class: "link",
        on: { click: () => go(withFilter(state, "status", ["active", "paused", "closed"])) },
      },
      "Look among closed programs too",
    );
  const asked = state.q || state.filters.size;
  return empty(
    state.q ? `Nothing found for “${state.q}”` : asked ? "Nothing fits all of these filters" : "The catalogue is empty",
    advice,
    offers,
    h("p", { class: "row" }, closed, asked && h("a", { href: FIND, data: { view: true } }, "Start anew")),
  );
}

/**
 * A link with something in it that the API does not understand: say what, offer to mend it.
 * @param {import("./address.js").State} state
 * @param {import("./api.js").Problem} problem
 * @param {(next: import("./address.js").State) => void} go
 */
export function refused(state, problem, go) {
  const mend = ({ parameter, didYouMean, message }) => {
    const next = { ...state, filters: new Map(state.filters) };
    const old = next.filters.get(parameter);
    next.filters.delete(parameter);
    if (parameter in next && parameter !== "filters")
      next[parameter] = { page: "1", perPage: "20", literal: [] }[parameter] ?? "";
    const better = didYouMean &&
      old && {
        ...next,
        filters: new Map([
          ...next.filters,
          /^[a-z]+$/i.test(didYouMean) && !old.includes(didYouMean) && message.includes("parameter")
            ? [didYouMean, old]
            : [parameter, [didYouMean]],
        ]),
      };
    return h(
      "li",
      null,
      h("p", null, message),
      h(
        "p",
        { class: "row" },
        better &&
          h("button", { type: "button", class: "primary", on: { click: () => go(better) } }, `Use “${didYouMean}”`),
        h("button", { type: "button", class: "button", on: { click: () => go(next) } }, `Leave out “${parameter}”`),
      ),
    );
  };
  return h(
    "div",
    { class: "state", role: "alert", data: { status: "400" } },
    icon("warn"),
    h("h2", null, "This address asks for something that is not there"),
    h("ul", { class: "mending" }, problem.errors.map(mend)),
  );
}
