// The search box: a combobox whose suggestions follow the typing, by keyboard and by mouse.

import { FIND } from "./address.js";
import { get, newest } from "./api.js";
import { h, icon, marked } from "./dom.js";
import { network } from "./fields.js";
import { number, plural } from "./format.js";
import { onSlash, slashOn } from "./shell.js";
import { say } from "./states.js";

const SUGGESTED = 4; // a group, so that the list fits below the box

/**
 * A form with the box. `search(words)` is called for words that are meant as they are, `typed(words)` for those that are
 * still being typed, `filtered(parameter, filter)` for a suggestion that is a filter.
 * An older answer never replaces a newer one, and typing waits for nothing.
 * @param {string} words
 * @param {(words: string) => void} search
 * @param {{ filtered: (parameter: string, filter: string) => void, typed?: (words: string) => void }} options
 */
export function searchBox(words, search, { filtered, typed }) {
  const listbox = h("div", {
    id: "suggestions",
    class: "suggestions",
    role: "listbox",
    "aria-label": "Suggestions",
    hidden: true,
  });
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
  const keys = h("span", { class: "keys", "aria-hidden": "true" });
  const show = () => keys.replaceChildren(...(slashOn() ? [h("kbd", null, "/")] : []), h("kbd", null, CONTROL_K));
  show();
  onSlash(show);
  addEventListener("keydown", (event) => {
    if (!calls(event)) return;
    event.preventDefault();
    input.focus();
    input.select();
  });
  const form = h(
    "form",
    { role: "search", class: "searchbox", action: FIND },
    icon("search"),
    input,
    keys,
    h("button", { type: "submit", class: "primary" }, "Search"),
    listbox,
  );

  const asking = newest();
  let missing = false; // the server has no suggestions
  let options = [];
  let at = -1;

  function close() {
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
    const groups = groupsOf(
      answer,
      (text) => {
        input.value = text;
        search(text);
      },
      filtered,
    );
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
    const words = input.value.trim();
    if (!words || missing) return close();
    try {
      const answer = await asking.ask(
        (signal) => get("/api/suggest", { q: words, limit: String(SUGGESTED) }, { signal }),
        { patient: true },
      );
      if (answer && document.activeElement === input) draw(answer);
    } catch (problem) {
      // suggestions are a help: without them the search itself will say what is wrong
      missing ||= problem.status === 404;
      close();
    }
    return undefined;
  }

  input.addEventListener("input", () => {
    typed?.(input.value.trim());
    look();
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

const TITLES = {
  categories: "Categories",
  networks: "Networks",
  queries: "Searches",
  programs: "Programs",
  merchants: "Merchants",
};

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
      more:
        each.network && each.count === 1
          ? network(each.network)
          : each.count !== null && plural(each.count, "program", "programs"),
      go: go(each),
    })),
  }));
}

const CONTROL_K = /mac|iphone|ipad/i.test(navigator.platform) ? "⌘ K" : "Ctrl K";

/** Whether a key calls for the box. A bare "/" only outside of fields, and only while it is wanted (WCAG 2.1.4). */
function calls(event) {
  if (event.key.toLowerCase() === "k") return event.ctrlKey || event.metaKey;
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || !slashOn()) return false;
  const at = event.target;
  return !(at instanceof HTMLElement && (at.isContentEditable || /^(INPUT|SELECT|TEXTAREA)$/.test(at.tagName)));
}

/** The box on a page that shows no results itself: it leads to Find. */
export function leadingBox() {
  const to = (name, value) => location.assign(`${FIND}?${new URLSearchParams({ [name]: value })}`);
  return searchBox("", (words) => to("q", words), { filtered: to }).element;
}
