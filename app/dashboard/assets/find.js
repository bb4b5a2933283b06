// Find programs: words, filters, order and pages, all of it in the address.

import { active, chips } from "./active_filters.js";
import { hrefOf, question, readAddress, withFilter, withWords } from "./address.js";
import { newest } from "./api.js";
import { h, icon, replace } from "./dom.js";
import { loadFields } from "./fields.js";
import { filterPanel, wanted } from "./filters.js";
import { number, plural } from "./format.js";
import { generatedBanner } from "./generated.js";
import { home } from "./home.js";
import { onKept } from "./kept.js";
import { nothing, refused } from "./no_results.js";
import { search } from "./private.js";
import { card, LISTED, table, tray } from "./programs.js";
import { pagesOf, toolsOf, viewOf } from "./result_tools.js";
import { frame, freshness, title } from "./shell.js";
import { failed, say, skeleton, whenSlow } from "./states.js";
import { searchBox } from "./suggest.js";
import { doubt, readingRow, remarks } from "./understood.js";

const FIRST = 6; // cards that are drawn before all else while somebody types: more than a window has room for
const HIDDEN = 200; // ms

let state = readAddress(location.search);
const searching = newest();
const main = frame();

let typing = false; // whether the address stands for words that were not meant as they are yet

const box = searchBox(state.q, (q) => change(withWords(state, q)), {
  typed: (q) => {
    if (q !== state.q) change({ ...withWords(state, q), prefix: "last" }, { typed: true });
  },
  filtered: (field, value) => {
    box.input.value = "";
    change(withFilter(withWords(state, ""), field, [value]));
  },
});
const panel = filterPanel(change);
const heading = h("h1", { id: "found", tabindex: "-1" }, "Programs");
const reading = readingRow({
  change,
  narrow: (next) => {
    heading.focus({ preventScroll: true }); // what was pressed is about to go
    go(next);
  },
});
const shownChips = h("div");
const slow = h("div", { class: "slow" }); // over the results: nothing moves for it
const results = h("div", { id: "results" });
const pages = h("nav", { class: "pages", "aria-label": "Result pages" });
const tools = h("div", { class: "tools" });
const filterButton = h("button", {
  type: "button",
  class: "button narrow",
  "aria-haspopup": "dialog",
  data: { key: "filters" },
  on: { click: () => drawer.showModal() },
});
const compare = tray();
onKept(compare.show);

// -- the panel stands beside the results, or in a drawer where there is no room ------------------------------------

const aside = h("aside", { class: "filters", "aria-label": "Filters" });
const done = h("button", { type: "button", class: "primary", on: { click: () => drawer.close() } }, "Show results");
const drawerBody = h("div", { class: "body" });
const drawer = h(
  "dialog",
  { class: "drawer", "aria-label": "Filters" },
  h(
    "div",
    { class: "row" },
    h("h2", null, "Filters"),
    h(
      "button",
      { type: "button", class: "quiet", "aria-label": "Close filters", on: { click: () => drawer.close() } },
      icon("close"),
    ),
  ),
  drawerBody,
  h("div", { class: "row end" }, done),
);
drawer.addEventListener("click", (event) => event.target === drawer && drawer.close());
const wide = matchMedia("(min-width: 60rem)");
const place = () => {
  (wide.matches ? aside : drawerBody).append(panel.element);
  if (wide.matches && drawer.open) drawer.close();
};
wide.addEventListener("change", place);
place();

const seek = h("div", { class: "seek" }, box.element, reading.element);
const finding = h(
  "div",
  { class: "find" },
  h(
    "section",
    { class: "results", "aria-labelledby": "found" },
    h("div", { class: "bar" }, heading, filterButton, tools),
    shownChips,
    slow,
    results,
    pages,
  ),
  aside, // beside the results, and after them for who goes by keyboard
);
const front = home();
main.append(seek, drawer, compare.bar, generatedBanner());

/** Around the search box, which stays where it is and keeps the focus: the front page, or what was found. */
function surround() {
  const atHome = location.pathname === "/" && !location.search;
  if (atHome) {
    finding.remove();
    seek.before(front.head);
    seek.after(front.body);
    front.show();
  } else {
    front.head.remove();
    front.body.remove();
    if (!finding.isConnected) seek.after(finding); // what is put anew loses the focus
  }
  return atHome;
}

/** Go to another state: a new entry in the history. What is typed in one go is one entry. */
function change(next, { typed = false } = {}) {
  const before = state;
  state = next;
  const going = typing && (typed || next.filters === before.filters); // words that are meant now are those being typed
  if (going) writeOver(hrefOf(next));
  else history.pushState(null, "", hrefOf(next));
  typing = typed;
  show({ typed });
}

/** Another address for the same entry of the history. */
function writeOver(address) {
  try {
    history.replaceState(null, "", address);
  } catch {
    // a browser lets an address change only so often; the next key writes it
  }
}

/** The same with the words in the box too. */
function go(next) {
  box.input.value = next.q;
  change(next);
}

addEventListener("popstate", () => {
  typing = false;
  state = readAddress(location.search);
  box.input.value = state.q;
  show({ scroll: false });
});

main.addEventListener("click", (event) => {
  const link = event.target instanceof Element && event.target.closest("a[data-view]");
  if (!(link instanceof HTMLAnchorElement) || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  typing = false;
  state = readAddress(new URL(link.href).search);
  box.input.value = state.q;
  history.pushState(null, "", link.href);
  show({ scroll: link.dataset.view === "page" });
});

async function show({ scroll = false, typed = false } = {}) {
  if (surround()) {
    searching.stop();
    reading.pending(state);
    return title("Affiliate programs of all networks");
  }
  const asked = state;
  title(asked.q ? `${asked.q} – programs` : "Find programs");
  results.setAttribute("aria-busy", "true");
  reading.pending(state);
  shownChips.className = state.filters.size ? "expecting" : "";
  try {
    await loadFields();
  } catch (problem) {
    settle();
    return void replace(
      results,
      failed(problem, () => show()),
    );
  }
  if (asked !== state) return undefined;
  const answering = searching.ask(
    (signal) =>
      search(question(asked, { ...wanted(asked), fields: LISTED, ...(asked.q ? { highlight: "true" } : {}) }), {
        signal,
      }),
    { patient: typed },
  );
  replace(tools, toolsOf(state, change));
  replace(shownChips, chips(state, change));
  nameFilters();
  heading.className = state.collapse ? "grouped" : "";
  panel.pending(state);
  if (!results.querySelector(".card, tr")) replace(results, skeleton(6, viewOf(state) === "table" ? "line" : "block"));
  results.classList.add("pending");
  whenSlow(
    answering,
    () => {
      if (asked !== state) return;
      replace(slow, h("p", { class: "notice" }, h("span", { class: "spinner" }), "This takes longer than usual…"));
      say("Still searching");
    },
    () => asked === state && replace(slow),
  );
  try {
    const answer = await answering;
    if (answer === undefined) return undefined; // a newer search is under way
    settle();
    draw(answer, typed);
    if (scroll) {
      heading.focus({ preventScroll: true });
      heading.scrollIntoView({ block: "start" });
    }
  } catch (problem) {
    settle();
    fail(problem);
  }
  return undefined;
}

function nameFilters() {
  const chosen = active(state).length;
  filterButton.replaceChildren(icon("filter"), `Filters${chosen ? ` (${number(chosen)})` : ""}`);
}

function settle() {
  results.classList.remove("pending");
  results.removeAttribute("aria-busy");
}

/** Do something once what has been drawn is seen, while the view is still the same. */
function afterPaint(act) {
  const asked = state;
  let due = true;
  const now = () => {
    if (due && asked === state) act();
    due = false;
  };
  requestAnimationFrame(() => setTimeout(now));
  setTimeout(now, HIDDEN); // a page that nobody looks at has no frames
}

/** The results come first; what is beside and below them follows, so that a key is answered as soon as may be. */
function draw(answer, typed) {
  heading.replaceChildren(
    answer.total === 0 ? "No programs" : plural(answer.total, "program", "programs"),
    ...(answer.total === 0 || answer.groups === undefined
      ? []
      : [" ", h("small", null, `of ${plural(answer.groups, "merchant", "merchants")}`)]),
  );
  say(heading.textContent);
  reading.show(state, answer.understood);
  afterPaint(() => {
    done.textContent = `Show ${plural(answer.total, "program", "programs")}`;
    panel.show(state, answer.facets);
    freshness(answer.index);
  });
  if (answer.total === 0) {
    replace(results, notices(answer), nothing(state, answer, go));
    replace(pages);
    return;
  }
  if (viewOf(state) === "table") {
    const sorted = (sort) => hrefOf({ ...state, sort, page: "1", cursor: "" });
    replace(results, notices(answer), table(answer.programs, state.sort, sorted));
  } else {
    const shown = (programs) => programs.map((each) => card(each, { heading: "h2" }));
    const first = typed ? FIRST : answer.programs.length;
    const listed = h("div", { class: "cards" }, shown(answer.programs.slice(0, first)));
    replace(results, notices(answer), listed);
    if (first < answer.programs.length) afterPaint(() => listed.append(...shown(answer.programs.slice(first))));
  }
  replace(pages, pagesOf(state, answer));
}

/** What is to be said of the words and filters, as a part of the results. */
function notices(answer) {
  const link = (q, text) => h("a", { class: "link", href: hrefOf(withWords(state, q)), data: { view: "words" } }, text);
  const said = [
    ...remarks(state.q, answer, link),
    ...answer.warnings.map((each) => (each.parameter === "q" ? doubt(each, link) : warning(each))),
  ];
  return said.length > 0 && h("div", { class: "notices" }, said);
}

function fail(problem) {
  panel.settle();
  reading.show(state, null);
  heading.textContent = "Programs";
  replace(pages);
  const wrong = problem.status === 400 && problem.errors?.length;
  replace(results, wrong ? refused(state, problem, go) : failed(problem, () => show()), needsKey(problem));
}

/** The way to where a key is given, if that is what is missing. */
const needsKey = (problem) =>
  problem.status === 401 &&
  h("p", { class: "row center" }, h("a", { class: "button primary", href: "/mine" }, "Enter a key"));

function warning({ parameter, message, value, didYouMean }) {
  const fix =
    didYouMean &&
    parameter &&
    h(
      "button",
      { type: "button", class: "link", on: { click: () => change(corrected(parameter, value, didYouMean)) } },
      `Did you mean “${didYouMean}”?`,
    );
  return h("p", { class: "notice" }, message, " ", fix);
}

function corrected(parameter, value, better) {
  const escaped = better.replace(/([\\,])/g, "\\$1");
  const items = (state.filters.get(parameter) ?? []).filter(
    (each) => each.toLowerCase().replace(/\\(.)/g, "$1") !== String(value).toLowerCase(),
  );
  return withFilter(state, parameter, [...items, escaped]);
}

show();
