// Feeds: a file of a network, seen as it would be stored before it is.

import { send } from "./api.js";
import { h, replace } from "./dom.js";
import { doubtful } from "./doubtful.js";
import { codesOf, network, vertical } from "./fields.js";
import { known } from "./figures.js";
import { number, plural } from "./format.js";
import { commission, cookie, epc } from "./programs.js";
import { failed, say, skeleton, watchRun } from "./states.js";
import { scrollingTable } from "./tables.js";

const SHOWN = 20;

/** `opened(run)` is called with the run of an upload. */
export function feeds(may, opened) {
  const told = h("div", { class: "told" });
  return h(
    "section",
    { class: "panel-box" },
    h("h2", null, "Feed upload"),
    may("import") ? form(told, opened) : h("p", { class: "note" }, "Uploading a feed needs a key with scope import."),
    told,
  );
}

function form(told, opened) {
  const file = h("input", { type: "file", name: "file", required: true });
  const slug = h(
    "select",
    { name: "network" },
    h("option", { value: "" }, "Find out from the file"),
    codesOf("network").map((each) => h("option", { value: each }, network(each))),
  );
  const mapping = h("textarea", {
    name: "mapping",
    "aria-label": "Mapping",
    rows: "10",
    spellcheck: "false",
    placeholder: "TOML; only for a layout that is not known",
  });
  const complete = h("input", { type: "checkbox", role: "switch" });
  const preview = h("button", { type: "submit", class: "primary" }, "Preview");
  const upload = h("button", { type: "button", class: "button", disabled: true }, "Import this file");
  const more = h("details", { class: "unknowns" }, h("summary", null, "Mapping"), mapping);

  /** @type {(options: Record<string, string>, headers?: Record<string, string>) => Promise<any>} a preview, or a run */
  const ask = (options, headers) => {
    const body = new FormData();
    body.append("file", /** @type {FileList} */ (file.files)[0]);
    if (mapping.value.trim()) body.append("mapping", mapping.value);
    const query = new URLSearchParams({
      ...(slug.value ? { network: slug.value } : {}),
      ...(complete.checked ? { complete: "true" } : {}),
      ...options,
    });
    return send("POST", `/api/import/feed?${query}`, body, { headers });
  };

  async function look() {
    upload.disabled = true;
    replace(told, skeleton(4));
    try {
      const seen = await ask({ preview: "true", limit: String(SHOWN) });
      draft(seen.mapping);
      upload.disabled = seen.programs.length === 0;
      replace(told, previewOf(seen));
      say(
        `${plural(seen.programs.length, "program", "programs")} would be stored, ${number(seen.rejected.length)} rejected`,
      );
    } catch (problem) {
      draft(problem.members?.mapping);
      replace(told, failed(problem, null, { small: true }));
    }
  }

  function draft(written) {
    if (!written || mapping.value.trim()) return;
    mapping.value = written;
    more.open = true;
  }

  async function store() {
    upload.disabled = true;
    try {
      const run = await ask({}, { "Idempotency-Key": crypto.randomUUID() });
      replace(told, h("p", { class: "notice" }, `The file is being imported: run ${run.id}.`));
      say(`Run ${run.id} has been started`);
      opened(run);
    } catch (problem) {
      replace(told, failed(problem, null, { small: true }), watchRun(problem));
      upload.disabled = false;
    }
  }

  upload.addEventListener("click", store);
  for (const input of [file, slug, mapping]) input.addEventListener("change", () => (upload.disabled = true));
  return h(
    "form",
    {
      class: "start",
      on: {
        submit: (event) => {
          event.preventDefault();
          look();
        },
      },
    },
    h(
      "p",
      { class: "note" },
      "CSV, XML or JSON, packed or not, as the network gives it. Nothing is stored before you have seen it.",
    ),
    h(
      "div",
      { class: "row" },
      h("label", { class: "pick" }, "File", file),
      h("label", { class: "pick" }, "Network", slug),
    ),
    more,
    h("label", { class: "row" }, complete, "The file lists all of the network: close what it lacks"),
    h("div", { class: "row" }, preview, upload),
  );
}

/** What a file was taken for, its mapping, and its first records as they would be stored. */
function previewOf(seen) {
  const file = [seen.layout, seen.form, seen.encoding, seen.dialect].filter(Boolean).join(" · ");
  return [
    h("p", { class: "row" }, h("strong", null, network(seen.network)), h("span", { class: "note" }, file)),
    seen.warnings.map((each) => h("p", { class: "notice" }, `Careful: ${each}.`)),
    seen.mapping &&
      h(
        "p",
        { class: "notice" },
        "The layout is none we know. The mapping above is a draft: correct it and look again.",
      ),
    h(
      "p",
      { class: "note" },
      `${seen.complete ? "All" : "The first"} ${plural(seen.read, "record", "records")}: ${plural(seen.programs.length, "program", "programs")}, ${number(seen.rejected.length)} rejected.`,
    ),
    doubtful(seen.recordWarnings),
    seen.programs.length > 0 &&
      scrollingTable(
        "As it would be stored",
        ["Network's id", "Program", "Merchant", "Vertical", "Commission", "EPC", "Cookie"],
        seen.programs.map((each) =>
          h(
            "tr",
            null,
            h("td", null, each.externalId),
            h("th", { scope: "row" }, each.name),
            [
              each.merchantDomain,
              each.vertical && vertical(each.vertical),
              commission(each),
              epc(each),
              cookie(each),
            ].map((value) => h("td", null, known(value))),
          ),
        ),
        { look: "dense" },
      ),
    seen.rejected.length > 0 &&
      h(
        "ul",
        { class: "rejected" },
        seen.rejected.map((each) =>
          h(
            "li",
            null,
            h(
              "details",
              null,
              h("summary", null, each.reason),
              h("pre", { tabindex: "0" }, JSON.stringify(each.raw, null, 2)),
            ),
          ),
        ),
      ),
  ];
}
