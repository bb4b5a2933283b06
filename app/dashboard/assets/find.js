// Find programs: words, filters, order and pages, all of it in the address.

import { get, newest } from "./api.js";
import { narrowed, question, readAddress, withFilter, writeAddress } from "./address.js";
import { h, icon, replace } from "./dom.js";
import { loadFields, SORTS } from "./fields.js";
import { active, chips, filterPanel, wanted } from "./filters.js";
import { number, plural } from "./format.js";
import { onKept } from "./kept.js";
import { card, LISTED, table, tray } from "./programs.js";
import { frame, title } from "./shell.js";
import { empty, failed, say, skeleton, whenSlow } from "./states.js";
import { searchBox } from "./suggest.js";

const MOST_DROPPED = 6; // filters whose absence is counted when nothing was found
const DEEPEST = 10_000; // results that pages reach; a cursor goes on

let state = readAddress(location.search);
const searching = newest();
const main = frame();

const box = searchBox(state.q, (q) => change({ ...state, q, page: "1", cursor: "" }), {
  filtered: (field, value) => {
    box.input.value = "";
    change(withFilter({ ...state, q: "" }, field, [value]));
  },
});
const panel = filterPanel(change);
const heading = h("h1", { id: "found", tabindex: "-1" }, "Programs");
const shownChips = h("div");
const notices = h("div", { class: "notices" });
const results = h("div", { id: "results" });
const pages = h("nav", { class: "pages", "aria-label": "Result pages" });
const tools = h("div", { class: "tools" });
const filterButton = h("button", { type: "button", class: "button narrow", "aria-haspopup": "dialog", data: { key: "filters" }, on: { click: () => drawer.showModal() } });
const compare = tray();
onKept(compare.show);

// -- the panel stands beside the results, or in a drawer where there is no room ------------------------------------

const aside = h("aside", { class: "filters", "aria-label": "Filters" });
const done = h("button", { type: "button", class: "primary", on: { click: () => drawer.close() } }, "Show results");
const drawerBody = h("div", { class: "body" });
const drawer = h("dialog", { class: "drawer", "aria-label": "Filters" }, h("div", { class: "row" }, h("h2", null, "Filters"), h("button", { type: "button", class: "quiet", "aria-label": "Close filters", on: { click: () => drawer.close() } }, icon("close"))), drawerBody, h("div", { class: "row end" }, done));
drawer.addEventListener("click", (event) => event.target === drawer && drawer.close());
const wide = matchMedia("(min-width: 60rem)");
const place = () => {
  (wide.matches ? aside : drawerBody).append(panel.element);
  if (wide.matches && drawer.open) drawer.close();
};
wide.addEventListener("change", place);
place();

main.append(
  h("div", { class: "seek" }, box.element),
  h(
    "div",
    { class: "find" },
    aside,
    h("section", { class: "results", "aria-labelledby": "found" }, h("div", { class: "bar" }, heading, filterButton, tools), shownChips, notices, results, pages),
  ),
  drawer,
  compare.bar,
);

/** Go to another state: a new entry in the history. */
function change(next) {
  state = next;
  history.pushState(null, "", address(next));
  show({ scroll: false });
}

const address = (next) => `${location.pathname}${((query) => (query ? `?${query}` : ""))(writeAddress(next))}`;

addEventListener("popstate", () => {
  state = readAddress(location.search);
  box.input.value = state.q;
  show({ scroll: false });
});

main.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-view]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  state = readAddress(new URL(link.href).search);
  history.pushState(null, "", link.href);
  show({ scroll: link.dataset.view === "page" });
});

const view = () => (state.view === "table" ? "table" : "cards");

async function show({ scroll = false } = {}) {
  const asked = state;
  title(asked.q ? `${asked.q} – programs` : "Find programs");
  results.setAttribute("aria-busy", "true");
  try {
    await loadFields();
  } catch (problem) {
    settle();
    return void replace(results, failed(problem, () => show()));
  }
  if (asked !== state) return undefined;
  drawTools();
  replace(shownChips, chips(state, change));
  panel.pending(state);
  if (!results.querySelector(".card, tr")) replace(results, skeleton(6, view() === "table" ? "line" : "block"));
  results.classList.add("pending");
  const answering = searching.ask((signal) =>
    get("/api/programs", question(asked, { ...wanted(asked), fields: LISTED, ...(asked.q ? { highlight: "true" } : {}) }), { signal }),
  );
  whenSlow(
    answering,
    () => asked === state && (replace(notices, h("p", { class: "notice" }, h("span", { class: "spinner" }), "This takes longer than usual…")), say("Still searching")),
    () => asked === state && replace(notices),
  );
  try {
    const answer = await answering;
    if (answer === undefined) return undefined; // a newer search is under way
    settle();
    draw(answer);
    if (scroll) heading.focus({ preventScroll: true }), heading.scrollIntoView({ block: "start" });
  } catch (problem) {
    settle();
    fail(problem);
  }
  return undefined;
}

function settle() {
  results.classList.remove("pending");
  results.removeAttribute("aria-busy");
}

function draw(answer) {
  heading.textContent = answer.total === 0 ? "No programs" : plural(answer.total, "program", "programs") + (answer.groups === undefined ? "" : ` of ${plural(answer.groups, "merchant", "merchants")}`);
  say(heading.textContent);
  filterButton.replaceChildren(icon("filter"), `Filters${active(state).length ? ` (${number(active(state).length)})` : ""}`);
  done.textContent = `Show ${plural(answer.total, "program", "programs")}`;
  panel.show(state, answer.facets);
  drawNotices(answer);
  drawFreshness(answer.index);
  if (answer.total === 0) {
    replace(results, nothing(answer));
    replace(pages);
    return;
  }
  replace(
    results,
    view() === "table"
      ? table(answer.programs, state.sort, (sort) => address({ ...state, sort, page: "1", cursor: "" }))
      : h("div", { class: "cards" }, answer.programs.map((each) => card(each, { heading: "h2" }))),
  );
  drawPages(answer);
}

function drawNotices(answer) {
  const typo = answer.matched === "typo" && h("p", { class: "notice" }, `Nothing is spelled “${state.q}”. These are the closest.`);
  replace(notices, typo, answer.warnings.map((each) => warning(each)));
}

function warning({ parameter, message, value, didYouMean }) {
  const fix = didYouMean && parameter && h("button", { type: "button", class: "link", on: { click: () => change(corrected(parameter, value, didYouMean)) } }, `Did you mean “${didYouMean}”?`);
  return h("p", { class: "notice" }, message, " ", fix);
}

function corrected(parameter, value, better) {
  if (parameter === "q") {
    box.input.value = better;
    return { ...state, q: better, page: "1", cursor: "" };
  }
  const escaped = better.replace(/([\\,])/g, "\\$1");
  const items = (state.filters.get(parameter) ?? []).filter((each) => each.toLowerCase().replace(/\\(.)/g, "$1") !== String(value).toLowerCase());
  return withFilter(state, parameter, [...items, escaped]);
}

/** Nothing found: which filter to drop, and how many programs that would give. */
function nothing(answer) {
  const droppable = active(state).slice(0, MOST_DROPPED);
  const offers = h("ul", { class: "offers" });
  const asked = state;
  for (const each of [...droppable, ...(state.q && droppable.length ? [{ text: `the words “${state.q}”`, without: { ...state, q: "", page: "1" } }] : [])]) {
    get("/api/programs", narrowed(each.without, { perPage: "1", fields: "id" }))
      .then(({ total }) => {
        if (asked !== state || total === 0) return;
        const go = () => {
          box.input.value = each.without.q;
          change(each.without);
        };
        offers.append(h("li", null, h("button", { type: "button", class: "button", on: { click: go } }, `Without ${each.text}`, h("span", { class: "count" }, number(total)))));
      })
      .catch(() => {}); // only a help
  }
  const closed = !state.filters.has("status") && state.q && h("button", { type: "button", class: "link", on: { click: () => change(withFilter(state, "status", ["active", "paused", "closed"])) } }, "Look among closed programs too");
  return empty(
    state.q ? `Nothing found for “${state.q}”` : "Nothing fits all of these filters",
    h("p", null, droppable.length ? "Each of these would find something:" : answer.warnings.length ? "See the hint above." : "Try fewer or other words; the name of a merchant, or what it sells."),
    offers,
    h("p", { class: "row" }, closed, h("a", { href: "/", data: { view: true } }, "Start anew")),
  );
}

function fail(problem) {
  panel.settle();
  heading.textContent = "Programs";
  replace(pages);
  const wrong = problem.status === 400 && problem.errors?.length;
  if (!wrong) return void replace(results, failed(problem, () => show()));
  // a link with something in it that the API does not understand: say what, offer to mend it
  const mend = ({ parameter, didYouMean, message }) => {
    const next = { ...state, filters: new Map(state.filters) };
    const old = next.filters.get(parameter);
    next.filters.delete(parameter);
    if (parameter in next && parameter !== "filters") next[parameter] = { page: "1", perPage: "20" }[parameter] ?? "";
    const better = didYouMean && old && { ...next, filters: new Map([...next.filters, /^[a-z]+$/i.test(didYouMean) && !old.includes(didYouMean) && message.includes("parameter") ? [didYouMean, old] : [parameter, [didYouMean]]]) };
    return h(
      "li",
      null,
      h("p", null, message),
      h("p", { class: "row" }, better && h("button", { type: "button", class: "primary", on: { click: () => change(better) } }, `Use “${didYouMean}”`), h("button", { type: "button", class: "button", on: { click: () => change(next) } }, `Leave out “${parameter}”`)),
    );
  };
  replace(results, h("div", { class: "state", role: "alert", data: { status: "400" } }, icon("warn"), h("h2", null, "This address asks for something that is not there"), h("ul", { class: "mending" }, problem.errors.map(mend))));
  return undefined;
}

// -- order, page size, view, export -----------------------------------------------------------------------------------

function drawTools() {
  const sorts = SORTS.map(([value, text]) => [value, value === "" && !state.q ? "Most popular" : text]).filter(([value]) => state.q || value !== "-popularity" || state.sort === "-popularity");
  if (!sorts.some(([value]) => value === state.sort)) sorts.push([state.sort, `By ${state.sort}`]);
  const select = (name, label, options, chosen, pick) =>
    h("label", { class: "pick" }, h("span", null, label), h("select", { name, data: { key: name }, on: { change: ({ target }) => pick(target.value) } }, options.map(([value, text]) => h("option", { value, selected: value === chosen }, text))));
  const mode = (name, text) =>
    h("button", { type: "button", class: "toggle", "aria-pressed": String(view() === name), "aria-label": text, title: text, data: { key: `view:${name}` }, on: { click: () => change({ ...state, view: name === "cards" ? "" : name }) } }, icon(name));
  replace(
    tools,
    select("sort", "Sort", sorts, state.sort, (sort) => change({ ...state, sort, page: "1", cursor: "" })),
    select("perPage", "Per page", ["20", "50", "100"].includes(state.perPage) ? ["20", "50", "100"].map((each) => [each, each]) : [[state.perPage, state.perPage], ["20", "20"], ["50", "50"], ["100", "100"]], state.perPage, (perPage) => change({ ...state, perPage, page: "1", cursor: "" })),
    h("button", { type: "button", class: "toggle", "aria-pressed": String(state.collapse === "merchant"), title: "One card a merchant, with its offers on all networks", data: { key: "collapse" }, on: { click: () => change({ ...state, collapse: state.collapse ? "" : "merchant", page: "1", cursor: "" }) } }, "By merchant"),
    h("div", { class: "modes", role: "group", "aria-label": "View" }, mode("cards", "Cards"), mode("table", "Table")),
    exports(),
  );
}

function exports() {
  const to = (format) => `/api/programs/export?${[`format=${format}`, narrowed({ ...state, sort: "" })].filter(Boolean).join("&")}`;
  return h(
    "details",
    { class: "menu" },
    h("summary", { class: "button", data: { key: "export" } }, icon("down"), h("span", null, "Export")),
    h("div", { class: "sheet" }, h("p", null, "Every program of this result."), h("a", { href: to("csv"), download: "programs.csv" }, "CSV, for a spreadsheet"), h("a", { href: to("ndjson"), download: "programs.ndjson" }, "NDJSON, one program a line")),
  );
}

function drawPages(answer) {
  const at = answer.page ?? null;
  const size = Number(state.perPage);
  const last = Math.min(Math.ceil((answer.groups ?? answer.total) / size), Math.floor(DEEPEST / size));
  const to = (page) => address({ ...state, page: String(page), cursor: "" });
  const link = (href, text, more = {}) => h("a", { href, class: "button", data: { view: "page", key: `page:${text}` }, ...more }, text);
  if (at === null) {
    replace(pages, link(address({ ...state, cursor: "", page: "1" }), "First page"), answer.nextCursor && link(address({ ...state, cursor: answer.nextCursor }), "Next"));
    return;
  }
  if (last <= 1) return void replace(pages);
  const around = [...new Set([1, at - 1, at, at + 1, last])].filter((each) => each >= 1 && each <= last).sort((one, other) => one - other);
  const listed = around.flatMap((each, index) => [
    index && each - around[index - 1] > 1 ? h("span", { "aria-hidden": "true" }, "…") : null,
    link(to(each), number(each), { "aria-label": `Page ${number(each)}`, ...(each === at ? { "aria-current": "page" } : {}) }),
  ]);
  const next = at < last ? link(to(at + 1), "Next") : answer.nextCursor && link(address({ ...state, cursor: answer.nextCursor }), "Next");
  replace(pages, at > 1 && link(to(at - 1), "Previous"), listed, next);
  return undefined;
}

function drawFreshness(index) {
  const behind = index?.pendingChanges;
  document.getElementById("freshness").textContent = behind === null || behind === undefined ? "" : behind === 0 ? "The index is in step with the catalogue." : `${plural(behind, "change is", "changes are")} on the way into the index.`;
}

addEventListener("keydown", (event) => {
  // not a bare "/": single letters as shortcuts get in the way of speech input (WCAG 2.1.4)
  if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  box.input.focus();
  box.input.select();
});

show();
