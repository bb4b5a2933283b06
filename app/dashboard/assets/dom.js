// Elements from plain calls. Text only ever becomes text nodes: nothing here parses markup.

const SVG = "http://www.w3.org/2000/svg";

/**
 * An HTML element. `on` has listeners, `data` the dataset; other members are attributes (true is an empty one).
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, any> | null} [attributes]
 * @param {...any} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function h(tag, attributes, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** The same for SVG. */
export function s(tag, attributes, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

/** The element of the shell with this id. */
export function byId(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return found;
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "on") for (const [type, listener] of Object.entries(value)) element.addEventListener(type, listener);
    else if (name === "data") Object.assign(element.dataset, value);
    else if (name === "value" || name === "checked" || name === "indeterminate") element[name] = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...flat(children));
  return element;
}

function flat(children) {
  return children
    .flat(Infinity)
    .filter((child) => child !== null && child !== undefined && child !== false && child !== "");
}

/** Put other children into an element and keep the focus on the element with the same `data-key`. */
export function replace(element, ...children) {
  const active = document.activeElement;
  const held = active instanceof HTMLElement && element.contains(active) ? active.dataset.key : null;
  element.replaceChildren(...flat(children));
  if (held) keyed(element, held)?.focus({ preventScroll: true });
  return element;
}

/**
 * The part of an element that has this `data-key`.
 * @param {Element} element
 * @param {string} key
 * @returns {HTMLElement | undefined}
 */
export function keyed(element, key) {
  return [.../** @type {NodeListOf<HTMLElement>} */ (element.querySelectorAll("[data-key]"))].find(
    (each) => each.dataset.key === key,
  );
}

const ENTITIES = { "&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#x27;": "'" };

/** The API's `highlights`: escaped text with <mark>. Read back into text nodes, so that it could hold anything. */
export function marked(text) {
  return text.split(/(<mark>.*?<\/mark>)/s).map((part) => {
    const inside = /^<mark>(.*)<\/mark>$/s.exec(part);
    return inside ? h("mark", null, plain(inside[1])) : plain(part);
  });
}

function plain(escaped) {
  return escaped.replace(/&(?:amp|lt|gt|quot|#x27);/g, (entity) => ENTITIES[entity]);
}

/** An address for a link out, or null for anything that is not http. */
export function outward(address) {
  try {
    return /^https?:$/.test(new URL(address).protocol) ? address : null;
  } catch {
    return null;
  }
}

const PATHS = {
  search: "M10.5 17a6.5 6.5 0 1 1 0-13 6.5 6.5 0 0 1 0 13ZM15.3 15.3 21 21",
  save: "M6 3.5h12V21l-6-4.5L6 21Z",
  compare: "M8 4v16M16 4v16M4 8h8M12 16h8",
  close: "M6 6l12 12M18 6 6 18",
  filter: "M4 6h16M7 12h10M10 18h4",
  out: "M9 5H5v14h14v-4M13 5h6v6M19 5l-9 9",
  check: "m5 12.5 4.5 4.5L19 7.5",
  star: "m12 3.5 2.6 5.6 6 .7-4.4 4.2 1.2 6-5.4-3-5.4 3 1.2-6L3.4 9.800l6-.7Z",
  loop: "M4.5 11a7.5 7.5 0 0 1 13-4.5L20 9M20 4v5h-5M19.5 13a7.5 7.5 0 0 1-13 4.5L4 15M4 20v-5h5",
  spark: "M12 3v5M12 16v5M3 12h5M16 12h5M6 6l3 3M15 15l3 3M18 6l-3 3M9 15l-3 3",
  cards: "M4 5h16v6H4zM4 14h16v6H4z",
  table: "M4 5h16v14H4zM4 10h16M4 14.5h16M10 5v14",
  down: "M12 4v11M7 11l5 5 5-5M5 20h14",
  up: "M12 16V5M7 9l5-5 5 5M5 20h14",
  right: "m9 5 7 7-7 7",
  sun: "M12 8a4 4 0 1 1 0 8 4 4 0 0 1 0-8ZM12 2v3M12 19v3M2 12h3M19 12h3M5 5l2 2M17 17l2 2M19 5l-2 2M7 17l-2 2",
  moon: "M20 14.5A8.5 8.5 0 1 1 9.5 4a7 7 0 0 0 10.5 10.5Z",
  auto: "M12 3a9 9 0 1 0 0 18ZM12 3a9 9 0 0 1 0 18",
  warn: "M12 3.5 22 20.5H2ZM12 10v5M12 17.800v.2",
  none: "M10.5 17a6.5 6.5 0 1 1 0-13 6.5 6.5 0 0 1 0 13ZM15.3 15.3 21 21M8 10.5h5",
};

/** A drawn sign beside a text that says the same. */
export function icon(name) {
  return s("svg", { class: "icon", viewBox: "0 0 24 24", "aria-hidden": "true" }, s("path", { d: PATHS[name] }));
}
