// What an affiliate comes to a program's page for: to apply at its network, or the link by which one is paid.

import { get } from "./api.js";
import { h, replace } from "./dom.js";
import { network } from "./fields.js";
import { linkOut } from "./programs.js";
import { sentence, tell } from "./states.js";

const LONGEST = 2000; // characters of an address that the API takes
const COPIED = 2000; // ms for which a button says so

const at = (program) => network(program.operatedBy ?? program.network);

/** How the way to the network is called, by how an account stands to the program. */
const APPLY = {
  joined: (program) => `On ${at(program)}`,
  pending: (program) => `My application at ${at(program)}`,
  declined: (program) => `Apply again at ${at(program)}`,
  removed: (program) => `Apply again at ${at(program)}`,
};

/**
 * The buttons of a program, the one that is wanted most first. `links` are those of the accounts that have joined it.
 * @param {any} program
 * @param {import("../answers.js").Answer<"/api/programs/{id}/links"> | null} links
 */
export function actions(program, links) {
  const own = links?.links ?? [];
  const closed = program.status === "closed";
  const words = closed ? APPLY.joined : (APPLY[program.relation] ?? ((one) => `Apply at ${at(one)}`));
  const first = own.length === 0 && !closed;
  return [
    own.map((each, place) => {
      const text = own.length > 1 ? `Copy my link (${each.account})` : "Copy my link";
      return copyButton(each.link, { text, primary: place === 0 });
    }),
    program.programUrl
      ? linkOut(program.programUrl, words(program), { primary: first })
      : first &&
        h("a", { class: "button primary", href: `/networks/${program.network}` }, `How to join ${at(program)}`),
    linkOut(program.merchantUrl, "Merchant"),
  ];
}

/** A button that copies a text. */
export function copyButton(text, { text: words = "Copy", primary = false } = {}) {
  const button = h("button", { type: "button", class: primary ? "button primary" : "button" }, words);
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      return tell("The browser does not let this page copy: select the link below and copy it.");
    }
    button.textContent = "Copied";
    tell("Copied");
    setTimeout(() => (button.textContent = words), COPIED);
    return undefined;
  });
  return button;
}

const copyable = (link, name = "") =>
  h(
    "p",
    { class: "row" },
    name && h("span", { class: "note" }, name),
    h("code", { class: "address" }, link),
    copyButton(link),
  );

/**
 * The links of a program, and a box for a product's address where its network leads there. Null where there is none.
 * @param {any} program
 * @param {import("../answers.js").Answer<"/api/programs/{id}/links"> | null} links
 */
export function linksBox(program, links) {
  const own = links?.links ?? [];
  if (!own.length)
    return (
      program.affiliateUrl &&
      h("section", { class: "panel-box" }, h("h2", null, "Tracking link"), copyable(program.affiliateUrl))
    );
  return h(
    "section",
    { class: "panel-box links-box" },
    h("h2", null, own.length > 1 ? "My links" : "My link"),
    own.map((each) => copyable(each.link, own.length > 1 ? each.account : "")),
    links?.deepLinks !== false && deepLink(program),
  );
}

/** A form that makes links to a page of the merchant. */
function deepLink(program) {
  const made = h("div", { "aria-live": "polite" });
  const wrong = h("p", { class: "wrong", id: "to-wrong" });
  const input = h("input", {
    type: "url",
    id: "to",
    required: true,
    maxlength: String(LONGEST),
    placeholder: `https://${program.merchantDomain ?? "…"}/`,
    "aria-describedby": "to-wrong",
  });
  const refuse = (message) => {
    input.setAttribute("aria-invalid", String(Boolean(message)));
    wrong.textContent = message;
  };
  const submit = async (event) => {
    event.preventDefault();
    try {
      const answer = await get(`/api/programs/${program.id}/links`, { to: input.value.trim() }, { keyed: true });
      refuse("");
      replace(
        made,
        answer.links.map((each) => copyable(each.link, answer.links.length > 1 ? each.account : "")),
      );
    } catch (problem) {
      replace(made);
      refuse(sentence(problem.errors[0]?.message ?? problem.detail ?? problem.message));
      input.focus();
    }
  };
  return h(
    "form",
    { on: { submit } },
    h("label", { for: "to" }, "To a product: its address at the merchant"),
    h("div", { class: "row" }, input, h("button", { type: "submit", class: "button" }, "Make link")),
    wrong,
    made,
  );
}
