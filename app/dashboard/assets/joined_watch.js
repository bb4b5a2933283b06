// The watch of what is joined, which was made by itself: how it fares, and where its mails go.

import { get, send } from "./api.js";
import { confirmed } from "./confirm.js";
import { h, keyed } from "./dom.js";
import { plural } from "./format.js";
import { part, sentence, tell } from "./states.js";

/** How the watch fares, for the holder of a key; who may write pauses or removes it, and says where its mails go. */
export function joinedWatch() {
  const box = h("div", { class: "joined-watch" });
  const show = () =>
    part(
      box,
      () =>
        Promise.all([get("/api/alerts", "", { keyed: true }), get("/api/key", "", { keyed: true })]).then(
          ([{ watches }, { scope }]) => ({ watch: watches.find((each) => each.builtIn), writes: scope !== "read" }),
        ),
      ({ watch, writes }) => (watch ? state(watch, writes, show) : h("p", { class: "note" }, "No watch tells it.")),
      { shapes: 1 },
    );
  show();
  return box;
}

/** @param {import("../answers.js").Schema<"Watch">} watch */
function state(watch, writes, show) {
  const address = /** @type {const} */ (`/api/alerts/${watch.id}`);
  const wrong = h("p", { class: "wrong", id: "joined-watch-wrong" });
  /** Do something to the watch and show it anew; what is wrong stands here. */
  const done = async (told, ask, focus) => {
    try {
      await ask();
      tell(told);
      await show();
      keyed(document.body, focus)?.focus();
    } catch (problem) {
      wrong.textContent = sentence(problem.errors?.[0]?.message ?? problem.detail ?? problem.message);
    }
  };
  const turn = () =>
    done(
      watch.pausedAt ? "The watch goes on" : "The watch is paused",
      () => send("PATCH", address, { paused: !watch.pausedAt }),
      "joined:turn",
    );
  const remove = async () => {
    const sure = await confirmed({
      question: "Remove the watch of what is joined?",
      detail: "What it told is gone, and it is not made again.",
      yes: "Remove",
      danger: true,
    });
    if (sure) await done("The watch is removed", () => send("DELETE", address), "forget");
  };
  const input = h("input", {
    type: "email",
    id: "joined-watch-email",
    autocomplete: "email",
    "aria-describedby": wrong.id,
  });
  input.value = watch.email ?? "";
  const mail = (event) => {
    event.preventDefault();
    const email = input.value.trim() || null;
    const told = email ? `The daily mail goes to ${email}` : "No mail is sent";
    done(told, () => send("PATCH", address, { email }), "joined:mail");
  };
  return [
    h(
      "p",
      { class: "note" },
      watch.pausedAt
        ? `The watch “${watch.name}” is paused${watch.pausedBecause ? `: ${watch.pausedBecause}` : ""}. `
        : `The watch “${watch.name}” has told ${plural(watch.events, "change", "changes")}, for programs and agents at `,
      !watch.pausedAt && h("code", null, `${address}/events`),
    ),
    writes &&
      h(
        "form",
        { class: "row", on: { submit: mail } },
        h("label", { for: input.id }, "Mail it daily to"),
        input,
        h("button", { type: "submit", class: "button", data: { key: "joined:mail" } }, "Save"),
        h(
          "button",
          { type: "button", class: "button", data: { key: "joined:turn" }, on: { click: turn } },
          watch.pausedAt ? "Go on" : "Pause",
        ),
        h("button", { type: "button", class: "button", on: { click: remove } }, "Remove"),
      ),
    wrong,
  ];
}
