// What is noted on a program, for who holds a key: a text, tags, and the day of the application.

import { get, send } from "./api.js";
import { h, keyed, replace } from "./dom.js";
import { ago } from "./format.js";
import { failed, part, tell } from "./states.js";

const LONGEST = 10_000; // characters of a text that the API takes

/** @param {any} program */
export function noteBox(program) {
  const address = `/api/programs/${program.id}/note`;
  const body = h("div");
  const box = h("section", { class: "panel-box note-box" }, h("h2", null, "My notes"), body);
  const show = () =>
    part(
      body,
      () => get(address, "", { keyed: true }),
      (note) => form(address, note, show),
      { shapes: 2 },
    );
  show();
  return box;
}

function form(address, note, show) {
  const told = h("div");
  const text = h("textarea", { id: "note-text", rows: "3", maxlength: String(LONGEST) });
  const tags = h("input", { type: "text", id: "note-tags", placeholder: "summer, top pick" });
  const applied = h("input", { type: "date", id: "note-applied" });
  text.value = note.text ?? "";
  tags.value = (note.tags ?? []).join(", ");
  applied.value = note.appliedOn ?? "";

  const write = async (said, members) => {
    try {
      if (members) await send("PUT", address, members);
      else await send("DELETE", address);
      tell(said);
      await show();
      keyed(document.body, "note:save")?.focus();
    } catch (problem) {
      replace(told, failed(problem, null, { small: true }));
    }
  };
  const submit = (event) => {
    event.preventDefault();
    const members = {
      text: text.value.trim() || null,
      tags: tags.value
        .split(",")
        .map((each) => each.trim())
        .filter(Boolean),
      appliedOn: applied.value || null,
    };
    const nothing = !members.text && !members.tags.length && !members.appliedOn;
    write(nothing ? "Nothing is noted any more" : "Noted", nothing ? null : { ...members, tags: listed(members.tags) });
  };
  const row = (id, words, input) => h("p", { class: "note-field" }, h("label", { for: id }, words), input);
  return h(
    "form",
    { on: { submit } },
    row("note-text", "Note", text),
    row("note-tags", "Tags, separated by commas", tags),
    row("note-applied", "Applied on", applied),
    h(
      "div",
      { class: "row" },
      h("button", { type: "submit", class: "button", data: { key: "note:save" } }, "Save"),
      note.updatedAt &&
        h(
          "button",
          { type: "button", class: "button", on: { click: () => write("Nothing is noted any more", null) } },
          "Remove",
        ),
      note.updatedAt && h("span", { class: "note" }, note.author ? `${note.author}, ` : "", ago(note.updatedAt)),
    ),
    told,
  );
}

const listed = (tags) => (tags.length ? tags : null);
