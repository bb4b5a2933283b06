// What stands where something is awaited, missing or wrong.

import { byId, h, icon, replace } from "./dom.js";
import { number } from "./format.js";

const SLOW = 2000; // ms after which a person wonders whether anything still happens

/** Grey shapes of what is to come. */
export function skeleton(lines = 6, kind = "line") {
  return h(
    "div",
    { class: `skeleton ${kind}`, "aria-hidden": "true" },
    Array.from({ length: lines }, () => h("i")),
  );
}

/** Tell people who do not see the page. */
export function say(text) {
  const said = document.getElementById("said");
  if (said && said.textContent !== text) said.textContent = text;
}

const SHOWN = 5000; // ms
let hiding = 0;

/** Tell everybody: for a moment it stands at the foot of the window too. */
export function tell(text) {
  say(text);
  const said = byId("said");
  said.className = "toast";
  clearTimeout(hiding);
  hiding = setTimeout(() => {
    said.className = "hidden";
  }, SHOWN);
}

/** Say so if `promise` takes long; the saying ends with it. */
export function whenSlow(promise, begin, end) {
  const timer = setTimeout(begin, SLOW);
  const over = () => {
    clearTimeout(timer);
    end();
  };
  promise.then(over, over);
  return promise;
}

export function empty(title, ...more) {
  return h("div", { class: "state" }, icon("none"), h("h2", null, title), more);
}

/** The same for a whole page that has nothing else to show. */
export function absent(title, ...more) {
  return h("div", { class: "state" }, icon("none"), h("h1", null, title), more);
}

const TITLES = {
  401: "An API key is needed",
  403: "This key may not do that",
  404: "Not there",
  410: "Gone",
  429: "Too many requests",
};

/** A problem with a way on: what cannot last is tried again by itself, counted down, while the page is looked at. */
export function failed(problem, again, { small = false } = {}) {
  const count = h("span", { class: "countdown", "aria-live": "off" }); // the rest is said once, not each second
  const retry =
    again &&
    h("button", { type: "button", class: "primary", data: { key: "retry" }, on: { click: () => go() } }, "Try again");
  const state = h(
    "div",
    { class: small ? "state small" : "state", role: "alert", data: { status: String(problem.status ?? "") } },
    icon("warn"),
    h(
      "h2",
      null,
      TITLES[problem.status] ??
        (problem.status >= 500 ? "Not available right now" : (problem.title ?? "Something went wrong")),
    ),
    h("p", null, sentence(problem.detail ?? problem.message)),
    (retry || problem.passing) && h("p", { class: "row" }, retry, count),
  );
  let timer = null;
  const go = () => {
    clearInterval(timer);
    again();
  };
  if (again && problem.passing) {
    let left = Math.min(Math.max(problem.retryAfter ?? 5, 1), 60);
    const tick = () => {
      if (!state.isConnected && left < 1) return clearInterval(timer);
      if (left <= 0) return state.isConnected ? go() : clearInterval(timer);
      count.textContent = ` again in ${number(left)} s`;
      if (!document.hidden) left -= 1;
      return undefined;
    };
    timer = setInterval(tick, 1000);
    tick();
  }
  return state;
}

/** A link to the run that was in the way, where one was. */
export const watchRun = ({ members }) =>
  members?.run &&
  h(
    "p",
    { class: "row" },
    h("a", { class: "button", href: `/operate?run=${members.run}` }, `Watch run ${members.run}`),
  );

/** Text as a sentence: a capital first, a stop at the end. */
export const sentence = (text) =>
  text ? text[0].toUpperCase() + text.slice(1) + (/[.!?…]$/.test(text) ? "" : ".") : "";

/** @type {Map<string, { state: Element, again: (() => void)[] }>} parts that failed alike, by what is told of them */
const failures = new Map();

/** What stands in a part that failed. An outage is told once: the others that it has hit are quiet, and come with it. */
function failedPart(problem, again) {
  const why = `${problem.status} ${problem.detail ?? problem.message}`;
  const alike = problem.passing ? failures.get(why) : undefined;
  if (alike?.state.isConnected) {
    alike.again.push(again);
    return h("p", { class: "note" }, "Not available right now.");
  }
  const all = [...(alike?.again ?? []), again];
  const state = failed(
    problem,
    () => {
      failures.delete(why);
      for (const each of all) each();
    },
    { small: true },
  );
  if (problem.passing) failures.set(why, { state, again: all });
  return state;
}

/** Fill a part of the page from a promise: shapes first, then what `show` makes of the answer, or what went wrong. */
export async function part(element, ask, show, { shapes = 4, kind = "line", hideMissing = false } = {}) {
  const again = () => part(element, ask, show, { shapes, kind, hideMissing });
  replace(element, skeleton(shapes, kind));
  element.setAttribute("aria-busy", "true");
  try {
    const answer = await ask();
    replace(element, await show(answer));
  } catch (problem) {
    if (problem.name === "AbortError") return;
    // a route that this server does not have yet: the part is simply not there
    if (hideMissing && (problem.status === 404 || problem.status === 405)) {
      replace(element).closest("section").hidden = true;
      return;
    }
    if (problem.status === undefined) console.error(problem);
    replace(element, failedPart(problem, again));
  } finally {
    element.removeAttribute("aria-busy");
  }
}

/**
 * Parts of a page below each other: all are asked for at once, and each comes into `column` once those above it have
 * their height, so that none moves. `place(box, element, …)` fills `element` in `box` as `part` does.
 * @param {HTMLElement} column
 */
export function oneBelowAnother(column) {
  let above = Promise.resolve();
  return function place(box, element, ask, show, options) {
    let first = ask();
    first.catch(() => {}); // told once the part is there
    const asked = () => {
      const answering = first ?? ask();
      first = null;
      return answering;
    };
    above = above.then(() => {
      column.append(box);
      return part(element, asked, show, options);
    });
  };
}
