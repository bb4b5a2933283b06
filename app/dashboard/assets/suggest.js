// The search box: a combobox whose suggestions follow the typing, by keyboard and by mouse.

import { get, newest } from "./api.js";
import { h, icon, marked } from "./dom.js";
import { network } from "./fields.js";
import { number, plural } from "./format.js";
import { say } from "./states.js";

const TYPING = 90; // ms without a key before the server is asked

/**
 * A form with the box. `search(words)` is called for words; other suggestions are links of their own.
 * An older answer never replaces a newer one, and typing waits for nothing.
 */
export function searchBox(words, search, { filtered }) {
  const listbox = h("div", { id: "suggestions", class: "suggestions", role: "listbox", "aria-label": "Suggestions", hidden: true });
  const input = h("input", {
    id: "q",
    type: "search",
    name: "q",
    value: words,
    placeholder: "Programs, merchants, categories…",
    "aria-label": "Search programs",
    autocomplete: "off",
    autocapitalize: "off",
    spellcheck: "false",
    enterkeyhint: "search",
    role: "combobox",
    "aria-autocomplete": "list",
    "aria-expanded": "false",
    "aria-controls": "suggestions",
    maxlength: "250",
    data: { key: "q" },
  });
  const form = h("form", { role: "search", class: "searchbox", action: "/" }, icon("search"), input, h("button", { type: "submit", class: "primary" }, "Search"), listbox);

  const asking = newest();
  let missing = false; // the server has no suggestions
  let timer = null;
  let options = [];
  let at = -1;

  function close() {
    clearTimeout(timer);
    asking.stop();
    listbox.hidden = true;
    input.setAttribute("aria-expanded", "false");
    point(-1);
  }

  function point(next) {
    options[at]?.element.removeAttribute("aria-selected");
    at = next;
    const chosen = options[at];
    if (chosen) {
      chosen.element.setAttribute("aria-selected", "true");
      chosen.element.scrollIntoView({ block: "nearest" });
      input.setAttribute("aria-activedescendant", chosen.element.id);
    } else {
      input.removeAttribute("aria-activedescendant");
    }
  }

  function take({ go }) {
    close();
    go();
  }

  function draw(answer) {
    const groups = groupsOf(answer, (text) => {
      input.value = text;
      search(text);
    }, filtered);
    options = [];
    listbox.replaceChildren(
      ...groups
        .filter(({ items }) => items.length)
        .map(({ title, items }) => {
          const id = `suggested-${title.toLowerCase()}`;
          return h(
            "div",
            { role: "group", "aria-labelledby": id },
            h("div", { class: "title", id, role: "presentation" }, title),
            items.map((item) => {
              const element = h(
                "div",
                { role: "option", id: `suggestion-${options.length}`, class: "suggestion" },
                h("span", { class: "text" }, item.text),
                item.more && h("span", { class: "more" }, item.more),
              );
              const option = { element, go: item.go };
              // the box keeps the focus
              element.addEventListener("pointerdown", (event) => event.preventDefault());
              element.addEventListener("click", () => take(option));
              options.push(option);
              return element;
            }),
          );
        }),
    );
    at = -1;
    input.removeAttribute("aria-activedescendant");
    const any = options.length > 0;
    listbox.hidden = !any;
    input.setAttribute("aria-expanded", String(any));
    if (any) say(`${number(options.length)} suggestions`);
  }

  async function look() {
    const typed = input.value.trim();
    if (!typed || missing) return close();
    try {
      const answer = await asking.ask((signal) => get("/api/suggest", { q: typed }, { signal }));
      if (answer && document.activeElement === input) draw(answer);
    } catch (problem) {
      // suggestions are a help: without them the search itself will say what is wrong
      missing ||= problem.status === 404;
      close();
    }
    return undefined;
  }

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(look, TYPING);
  });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const open = !listbox.hidden;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!open) return void look();
      const step = event.key === "ArrowDown" ? 1 : -1;
      // one more place than there are options: the box itself
      const places = options.length + 1;
      point(((at + 1 + step + places) % places) - 1);
    } else if (event.key === "Escape" && open) {
      event.preventDefault();
      close();
    } else if (event.key === "Enter" && open && at >= 0) {
      event.preventDefault();
      take(options[at]);
    }
  });
  input.addEventListener("blur", close);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    close();
    search(input.value.trim());
  });

  return { element: form, input };
}

const TITLES = { queries: "Searches", programs: "Programs", merchants: "Merchants", categories: "Categories" };

/** The API's groups in our order; what choosing one does is told by its parameter. */
function groupsOf(answer, search, filtered) {
  const go = (each) => () => {
    if (each.id && each.count === 1) location.assign(`/programs/${each.id}`);
    else if (each.parameter === "q") search(each.filter);
    else filtered(each.parameter, each.filter);
  };
  return Object.entries(TITLES).map(([group, title]) => ({
    title,
    items: (answer.groups[group] ?? []).map((each) => ({
      text: marked(each.highlighted),
      more: each.network && each.count === 1 ? network(each.network) : each.count !== null && plural(each.count, "program", "programs"),
      go: go(each),
    })),
  }));
}
