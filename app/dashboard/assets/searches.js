// What people search for, and what operators make of it: the report of the query log, synonyms and pins.

import { get, send } from "./api.js";
import { bars } from "./charts.js";
import { confirmed } from "./confirm.js";
import { h, replace } from "./dom.js";
import { ago, number, plural } from "./format.js";
import { failed, part, say } from "./states.js";
import { scrollingTable, silentHeading } from "./tables.js";

const SPANS = [7, 30, 90]; // days
const MOST = 10; // bars of a picture

/** The lists of a report: what they are called, what is said where nothing is in them, and what is counted. */
const LISTS = [
  { key: "top", counted: "asked", heading: "Most often", none: "Nobody has searched." },
  { key: "empty", counted: "empty", heading: "Found nothing", none: "Every search found something." },
  { key: "relaxed", counted: "relaxed", heading: "Words left out", none: "No search had words left out." },
  { key: "corrected", counted: "corrected", heading: "Corrected", none: "No word was corrected." },
];

const KINDS = { synonym: "Synonym", topic: "Topic", pin: "Pin" };

/** What the query log tells, and the edits; both need a key. */
export function searches(may) {
  const report = h("div");
  const edits = h("div");
  const told = h("div", { class: "told", role: "status" });
  let judgements = ""; // the text of a file of judged queries, once one is chosen
  let days = SPANS[0];

  const refresh = () =>
    part(
      report,
      () => get("/api/search/report", { days: String(days), limit: String(MOST) }, { keyed: true }),
      pictures,
      {
        shapes: 4,
      },
    );

  const list = () =>
    part(
      edits,
      () => get("/api/search/edits", "", { keyed: true }),
      (answer) => table(answer.edits),
      { shapes: 2 },
    );

  function pictures(answer) {
    const asked = answer.days.reduce((all, each) => all + each.asked, 0);
    const others = answer.days.reduce((all, each) => all + each.others, 0);
    return [
      !answer.logging &&
        h(
          "p",
          { class: "note" },
          "Searches are not counted here. ",
          h("code", null, "AFFINDEX_QUERY_LOG=true"),
          " has them counted.",
        ),
      (asked > 0 || answer.logging) && [
        h(
          "p",
          { class: "note" },
          `${plural(asked, "search", "searches")} in ${days} days`,
          others > 0 && `, ${number(others)} of them by words that are not kept`,
          ".",
        ),
        h(
          "div",
          { class: "dashboard" },
          LISTS.map((each) => picture(each, answer[each.key])),
        ),
      ],
    ];
  }

  const picture = ({ key, counted, heading, none }, lines) =>
    h(
      "div",
      { data: { searches: key } },
      h("h3", null, heading),
      lines.length
        ? bars(
            lines.map((each) => ({
              label: each.query,
              value: each[counted],
              href: `/?${new URLSearchParams({ q: each.query })}`,
              more: each.found === null ? null : ` ${number(each.found)} found`,
            })),
          )
        : h("p", { class: "note" }, none),
    );

  function table(all) {
    if (!all.length) return h("p", { class: "note" }, "There are no synonyms, topics and pins of your own.");
    return scrollingTable(
      "Synonyms, topics and pins",
      ["Kind", "What", "By", "When", may("admin") && silentHeading("Remove")].filter(Boolean),
      all.map((each) =>
        h(
          "tr",
          { data: { edit: each.id } },
          h("th", { scope: "row" }, KINDS[each.kind] ?? each.kind),
          h(
            "td",
            null,
            each.topic ? `${each.topic}: ${each.words.join(", ")}` : (each.words?.join(" = ") ?? pinned(each)),
          ),
          h("td", null, each.author ?? "command line"),
          h("td", null, ago(each.createdAt)),
          may("admin") &&
            h(
              "td",
              null,
              h(
                "button",
                {
                  type: "button",
                  class: "button",
                  data: { key: `edit:${each.id}` },
                  on: { click: () => remove(each) },
                },
                "Remove",
              ),
            ),
        ),
      ),
      { look: "dense" },
    );
  }

  const pinned = ({ query, programs }) => [
    `${query}: `,
    programs.map((id, place) => [place > 0 && ", ", h("a", { href: `/programs/${id}` }, `program ${id}`)]),
  ];

  async function remove(edit) {
    const detail = "Searches know it within a second.";
    if (!(await confirmed({ question: "Remove this edit?", detail, danger: true, yes: "Remove" }))) return;
    const address = `/api/search/edits/${edit.id}`;
    await change({ remove: edit.id }, () => send("DELETE", address), "The edit is removed");
  }

  /** Make a change; what it does to judged queries is measured before, and told with it. */
  async function change(tried, make, done) {
    replace(told, judgements && measuring());
    try {
      const effect = judgements ? await effectOf(tried) : null;
      await make();
      replace(told, effect && shownEffect(`${done}.`, effect));
      say(done);
    } catch (problem) {
      replace(told, failed(problem, null, { small: true }));
      return false;
    }
    list();
    return true;
  }

  const effectOf = (tried) => send("POST", "/api/search/edits/effect", { judgements, ...tried });

  /** The effect of an edit that is not made. */
  async function attempt(tried) {
    replace(told, measuring());
    try {
      replace(told, shownEffect("Nothing is changed yet.", await effectOf(tried)));
    } catch (problem) {
      replace(told, failed(problem, null, { small: true }));
    }
  }

  /** A field and a button; `read` makes an edit of what is typed. */
  function adding(name, label, hint, read) {
    const input = h("input", {
      type: "text",
      id: `add-${name}`,
      placeholder: hint,
      required: true,
      autocomplete: "off",
    });
    const add = async (event) => {
      event.preventDefault();
      const edit = read(input.value);
      if (event.submitter?.value === "try") return attempt({ add: edit });
      const done = await change({ add: edit }, () => send("POST", "/api/search/edits", edit), "The edit is added");
      if (done) input.value = "";
      return undefined;
    };
    return h(
      "form",
      { class: "row", on: { submit: add } },
      h("label", { class: "pick", for: `add-${name}` }, label),
      input,
      h("button", { type: "submit", class: "button" }, "Add"),
      h("button", { type: "submit", class: "button trying", value: "try", hidden: true }, "Try"),
    );
  }

  /** Where a file of judged queries is chosen: from then on each edit tells what it does to them. */
  function judging() {
    const file = h("input", {
      type: "file",
      id: "judgements",
      accept: ".toml,application/toml,text/plain",
      on: {
        change: async () => {
          judgements = (await file.files?.[0]?.text()) ?? "";
          for (const button of adders.querySelectorAll(".trying"))
            if (button instanceof HTMLElement) button.hidden = !judgements;
          replace(told);
          if (judgements) attempt({}); // says what is wrong with the file, or how good searches are now
        },
      },
    });
    return h(
      "div",
      { class: "row" },
      h("label", { class: "pick", for: "judgements" }, "Judged queries (TOML)"),
      file,
      h("span", { class: "note" }, "With a file, each edit tells what it does to these queries."),
    );
  }

  const synonym = (typed) => ({ kind: "synonym", words: typed.split(",").map((word) => word.trim()) });
  const named = (typed) => {
    const place = typed.lastIndexOf(":");
    return place < 0 ? [typed, ""] : [typed.slice(0, place), typed.slice(place + 1)];
  };
  const topic = (typed) => {
    const [slug, words] = named(typed);
    return { kind: "topic", topic: slug.trim(), words: words.split(",").map((word) => word.trim()) };
  };
  const pin = (typed) => {
    const [query, ids] = named(typed);
    return { kind: "pin", query, programs: (ids.match(/\d+/g) ?? []).map(Number) };
  };

  const span = h(
    "select",
    {
      id: "searches-days",
      on: {
        change: () => {
          days = Number(span.value);
          refresh();
        },
      },
    },
    SPANS.map((each) => h("option", { value: String(each) }, `${each} days`)),
  );
  const adders = h(
    "div",
    null,
    judging(),
    adding("synonym", "Words that mean the same", "web push, browser notification", synonym),
    adding("topic", "A topic, and words for it", "web-hosting: cloud box, site space", topic),
    adding("pin", "A query, and what comes first", "vpn: 5012, 733", pin),
  );
  const parts = may("read")
    ? [
        h("p", { class: "row" }, h("label", { class: "pick", for: "searches-days" }, "Of the last"), span),
        report,
        h("h3", null, "Synonyms, topics and pins"),
        may("admin") && adders,
        told,
        edits,
      ]
    : h("p", { class: "note" }, "What is searched for is told to keys with scope read.");
  if (may("read")) {
    refresh();
    list();
  }
  return h("section", { class: "panel-box searches", id: "searches" }, h("h2", null, "Searches"), parts);
}

const measuring = () => h("p", { class: "note" }, h("span", { class: "spinner" }), " Measuring the judged queries…");

const worth = (value) => number(Math.round(value * 1000) / 1000);

/** What an edit does to judged queries: the mean, and each query that it changes. */
function shownEffect(done, { before, after, queries }) {
  const changed = queries.filter((each) => each.before !== each.after);
  const mean = before === after ? `stays ${worth(after)}` : `${worth(before)} → ${worth(after)}`;
  const kind = (each) => (each.after > each.before ? "up" : "down");
  return [
    h(
      "p",
      { class: "effect" },
      `${done} nDCG@10 of ${plural(queries.length, "judged query", "judged queries")} (1 is best): `,
      h("strong", { class: before === after ? null : kind({ before, after }) }, mean),
      changed.length ? "." : "; no query changes.",
    ),
    changed.length > 0 &&
      scrollingTable(
        "Judged queries that change",
        ["Query", ["Before", "number"], ["After", "number"]],
        changed.map((each) =>
          h(
            "tr",
            null,
            h("th", { scope: "row" }, each.query),
            h("td", { class: "number" }, worth(each.before)),
            h("td", { class: "number" }, h("span", { class: kind(each) }, worth(each.after))),
          ),
        ),
        { look: "dense" },
      ),
  ];
}
