// One program: everything known about it, with units and where it comes from.

import { get, key, send } from "./api.js";
import { steps } from "./charts.js";
import { h, icon, replace } from "./dom.js";
import { field, label, loadFields, network, vertical, word } from "./fields.js";
import { ago, country, date, days, list, money, months, number, percent, plural } from "./format.js";
import { onKept } from "./kept.js";
import { badges, card, commission, compareButton, cookie, epc, keepButton, known, linkOut, LISTED, monogram, networkBadge, tray } from "./programs.js";
import { frame, title } from "./shell.js";
import { empty, failed, part, say, skeleton } from "./states.js";

const id = decodeURIComponent(location.pathname.split("/")[2] ?? "");
const main = frame();
const compare = tray();
onKept(compare.show);

const body = h("div", { class: "program" });
main.append(body, compare.bar);

const GROUPS = [
  ["Pay", ["commissionType", "commissionMin", "commissionMax", "commissionFixedMin", "commissionFixedMax", "commissionText", "recurring", "recurringMonths", "cookieDays", "minPayout", "paymentMethods", "validationDays", "paymentDays", "paymentRisk", "currency", "exchangeRate", "exchangeRateDate"]],
  ["Worth", ["epc", "epcRaw", "epcUnit", "epcWindow", "epcCurrency", "averageEarnings", "averageEarningsUsd", "conversionRate", "approvalRate", "popularity", "popularityRaw", "popularityMetric"]],
  ["Reach", ["geoTargeting", "language", "primaryRegion", "approvalMode", "deepLinkAllowed", "hasProductFeed"]],
  ["What it is", ["vertical", "category", "categories", "merchantDomain", "textLanguage", "launchedAt", "status", "missingSince"]],
  ["Record", ["id", "externalId", "dataSource", "lastSyncedAt", "createdAt", "updatedAt", "verified", "verifiedAt", "featured", "verticalOverride"]],
];
const ELSEWHERE = ["name", "description", "network", "programUrl", "merchantUrl", "affiliateUrl", "logoUrl", "commissionRules", "commissionFixedMinUsd", "commissionFixedMaxUsd", "minPayoutCurrency", "minPayoutUsd"];
const ORIGINS = { source: "network", derived: "computed", ours: "our mark", store: "our record" };

/** A value with its unit, in the reader's own way. */
function shown(program, name) {
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
      return [money(value, currency), currency !== "USD" && typeof usd === "number" && h("small", null, ` ≈ ${money(usd, "USD")}`)];
    }
    case "USD per click":
      return [money(value, "USD"), h("small", null, " per click")];
    case "USD":
      return money(value, "USD");
    default:
      if (name === "epcRaw") return [money(value, program.epcCurrency), h("small", null, program.epcUnit ? ` per ${program.epcUnit}` : "")];
      return name === "id" ? String(value) : number(value);
  }
}

function fact(program, name) {
  const described = field(name);
  const about = described?.about.replaceAll("`", "");
  return h(
    "div",
    { class: "fact" },
    h("dt", null, label(name), about && h("small", null, about)),
    h("dd", null, known(shown(program, name)), described && h("small", { class: `origin ${described.origin}` }, ORIGINS[described.origin])),
  );
}

function facts(program) {
  const listed = new Set([...GROUPS.flatMap(([, names]) => names), ...ELSEWHERE]);
  const rest = Object.keys(program).filter((name) => !listed.has(name) && typeof program[name] !== "object");
  return [...GROUPS, ["More", rest]]
    .map(([heading, names]) => [heading, names.filter((name) => name in program)])
    .filter(([, names]) => names.length)
    .map(([heading, names]) => {
      const told = names.filter((name) => program[name] !== null);
      const untold = names.filter((name) => program[name] === null);
      const all = (some) => h("dl", { class: "facts" }, some.map((name) => fact(program, name)));
      return h(
        "section",
        { class: "panel-box" },
        h("h2", null, heading),
        heading === "Pay" && rules(program),
        told.length > 0 && all(told),
        untold.length > 0 && h("details", { class: "unknowns" }, h("summary", null, plural(untold.length, "field is not known", "fields are not known")), all(untold)),
      );
    });
}

function rules(program) {
  if (!program.commissionRules?.length) return null;
  const amount = (rule, value) => (value === null ? null : rule.kind === "percent" ? percent(value) : money(value, rule.currency ?? program.currency));
  const pay = (rule) => {
    const [low, high] = [amount(rule, rule.min), amount(rule, rule.max)];
    if (low === null && high === null) return null;
    if (low === null) return `up to ${high}`;
    if (high === null) return `from ${low}`;
    return low === high ? low : `${low} – ${high}`;
  };
  return h(
    "div",
    { class: "scroller", tabindex: "0", role: "region", "aria-label": "What is paid for what" },
    h(
      "table",
      null,
      h("thead", null, h("tr", null, ["For", "Pay", "From", "Condition"].map((each) => h("th", { scope: "col" }, each)))),
      h("tbody", null, program.commissionRules.map((rule) => h("tr", null, h("th", { scope: "row" }, word("event", rule.event)), h("td", null, known(pay(rule))), h("td", null, rule.threshold === null ? "–" : number(rule.threshold)), h("td", null, rule.condition ?? "–")))),
    ),
  );
}

const tile = (name, value, more) => h("div", { class: "tile" }, h("dt", null, name), h("dd", null, known(value), value !== null && more && h("small", null, more)));

function draw(program) {
  title(program.name);
  const offers = h("div");
  const history = h("div");
  const similar = h("div");
  replace(
    body,
    h(
      "header",
      { class: "head" },
      monogram(program),
      h("div", null, h("h1", null, program.name), h("p", { class: "where" }, [program.merchantDomain, program.vertical && vertical(program.vertical), program.primaryRegion && country(program.primaryRegion)].filter(Boolean).join(" · ")), badges(program)),
      h("div", { class: "row links" }, linkOut(program.merchantUrl, "Merchant", { primary: true }), linkOut(program.programUrl, `On ${network(program.network)}`), keepButton(program), compareButton(program)),
    ),
    program.status !== "active" && h("p", { class: "notice" }, program.status === "closed" ? "This program is closed: it takes no affiliates any more." : "This program is paused: it takes no affiliates at the moment."),
    program.description && h("p", { class: "lead", lang: program.textLanguage }, program.description),
    h(
      "dl",
      { class: "tiles" },
      tile("Commission", commission(program), program.recurring ? " recurring" : ""),
      tile("EPC", epc(program), " per click"),
      tile("Cookie", cookie(program)),
      tile("Popularity", program.popularity === null ? null : number(program.popularity), ` of 100 on ${network(program.network)}`),
      tile("Minimum payout", program.minPayout === null ? null : money(program.minPayout, program.minPayoutCurrency)),
    ),
    program.affiliateUrl && h("section", { class: "panel-box" }, h("h2", null, "Tracking link"), h("p", { class: "row" }, h("code", { class: "address" }, program.affiliateUrl), copyButton(program.affiliateUrl))),
    h("section", null, h("h2", null, "All offers of this merchant"), offers),
    h("section", null, h("h2", null, "What has changed"), history),
    h("div", { class: "columns" }, facts(program)),
    h("section", null, h("h2", null, "Similar programs"), similar),
    key() && marks(program),
  );
  others(program, offers);
  part(history, () => get(`/api/programs/${program.id}/history`), (answer) => changes(program, answer), { shapes: 3, hideMissing: true });
  part(similar, () => get(`/api/programs/${program.id}/similar`), (answer) => (answer.programs.length ? h("div", { class: "cards pair" }, answer.programs.slice(0, 6).map((each) => card(each))) : h("p", { class: "note" }, "None is close enough.")), { shapes: 2, kind: "block", hideMissing: true });
}

function copyButton(text) {
  const button = h("button", { type: "button", class: "button" }, "Copy");
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
    say("Copied");
    setTimeout(() => (button.textContent = "Copy"), 2000);
  });
  return button;
}

// -- the same merchant elsewhere ----------------------------------------------------------------------------------------

function others(program, element) {
  if (!program.merchantDomain) return void replace(element, h("p", { class: "note" }, "The network does not say who the merchant is."));
  const escaped = program.merchantDomain.replace(/([\\,])/g, "\\$1");
  return part(element, () => get("/api/programs", { merchantDomain: escaped, status: "active,paused,closed", perPage: "50", sort: "-commission", fields: LISTED }), ({ programs }) => {
    if (programs.length <= 1) return h("p", { class: "note" }, `No other program in the catalogue is of ${program.merchantDomain}.`);
    const best = (of) => {
      const figures = programs.map((each) => each[of]).filter((each) => each !== null);
      return Math.min(...figures) === Math.max(...figures) ? null : Math.max(...figures);
    };
    const top = { commissionMax: best("commissionMax"), epc: best("epc"), cookieDays: best("cookieDays") };
    const cell = (each, name, value) => h("td", { class: each[name] !== null && each[name] === top[name] ? "number best" : "number" }, known(value), each[name] !== null && each[name] === top[name] && h("small", null, " best"));
    return h(
      "div",
      { class: "scroller", tabindex: "0", role: "region", "aria-label": "Offers of this merchant" },
      h(
        "table",
        null,
        h("thead", null, h("tr", null, ["Network", "Program", "Commission", "EPC", "Cookie", "Status"].map((each, at) => h("th", { scope: "col", class: at > 1 && at < 5 ? "number" : null }, each)))),
        h(
          "tbody",
          null,
          programs.map((each) =>
            h("tr", { class: each.id === program.id ? "here" : null }, h("td", null, networkBadge(each.network)), h("th", { scope: "row" }, each.id === program.id ? [each.name, h("small", null, " this one")] : h("a", { href: `/programs/${each.id}` }, each.name)), cell(each, "commissionMax", commission(each)), cell(each, "epc", epc(each)), cell(each, "cookieDays", cookie(each)), h("td", null, word("status", each.status))),
          ),
        ),
      ),
    );
  });
}

// -- history ------------------------------------------------------------------------------------------------------------

/** Changes as a chart of the rate over its status, and in words. Each: { at, field, old, new }, newest first. */
function changes(program, answer) {
  const all = answer.changes ?? [];
  if (!all.length) return h("p", { class: "note" }, `Nothing has changed since ${date(program.createdAt)}, when it was first stored.`);
  const said = all.slice(0, 30).map((each) => h("li", null, h("time", { datetime: each.at }, date(each.at)), h("span", null, `${label(each.field)}: `, was(each.field, each.old, program), " → ", was(each.field, each.new, program))));
  return h("div", { class: "panel-box" }, chart(program, all), h("ul", { class: "timeline" }, said), all.length > 30 && h("p", { class: "note" }, `and ${plural(all.length - 30, "earlier change", "earlier changes")}`));
}

const was = (name, value, program) => known(value === null || value === undefined ? null : shown({ ...program, [name]: value }, name));

function chart(program, all) {
  const rate = ["commissionMax", "commissionFixedMax", "epc"].find((name) => all.some((each) => each.field === name));
  if (!rate) return null;
  const ordered = [...all].sort((one, other) => Date.parse(one.at) - Date.parse(other.at));
  const of = (name) => ordered.filter((each) => each.field === name);
  const begin = Date.parse(program.createdAt);
  const until = Date.now();
  const points = [{ at: Math.min(begin, Date.parse(of(rate)[0].at)), value: of(rate)[0].old }, ...of(rate).map((each) => ({ at: Date.parse(each.at), value: each.new }))];
  const bands = of("status").map((each, index, states) => ({ from: Date.parse(each.at), to: states[index + 1] ? Date.parse(states[index + 1].at) : until, kind: each.new })).filter((each) => each.kind !== "active");
  const format = (value) => (rate === "commissionMax" ? percent(value) : money(value, rate === "epc" ? "USD" : program.currency));
  return h("figure", null, steps(points, { until, format, bands, label: `${label(rate)} since ${date(new Date(points[0].at).toISOString())}: now ${program[rate] === null ? "unknown" : format(program[rate])}` }), h("figcaption", { class: "note" }, label(rate), bands.length > 0 && "; shaded while paused or closed"));
}

// -- our own marks -----------------------------------------------------------------------------------------------------

function marks(program) {
  const told = h("div");
  const box = (name, text) =>
    h(
      "label",
      { class: "switch" },
      h("span", null, text),
      h("input", {
        type: "checkbox",
        role: "switch",
        checked: program[name],
        data: { key: `mark:${name}` },
        on: {
          change: async ({ target }) => {
            target.disabled = true;
            try {
              draw(await send("PATCH", `/api/programs/${program.id}`, { [name]: target.checked }));
              say(`${text}: ${target.checked ? "on" : "off"}`);
              document.querySelector(`[data-key="mark:${name}"]`)?.focus();
            } catch (problem) {
              target.checked = program[name];
              target.disabled = false;
              replace(told, failed(problem, null, { small: true }));
            }
          },
        },
      }),
    );
  return h("section", { class: "panel-box" }, h("h2", null, "Our marks"), h("p", { class: "note" }, "An import never changes these."), box("verified", "Verified"), box("featured", "Featured"), told);
}

async function show() {
  replace(body, skeleton(8));
  try {
    if (!/^\d+$/.test(id)) throw Object.assign(new Error(), { status: 404 });
    const [program] = await Promise.all([get(`/api/programs/${id}`), loadFields()]);
    draw(program);
  } catch (problem) {
    title("Program");
    const gone = { 404: "There is no such program", 410: "This program has been deleted" }[problem.status];
    replace(body, gone ? empty(gone, h("p", null, h("a", { href: "/", class: "button" }, icon("search"), "Find programs"))) : failed(problem, () => show()));
    if (problem.status === undefined) console.error(problem);
  }
}

show();
