// What every page has around it: the theme, the number of kept programs, a first word when something breaks.

import { byId, icon } from "./dom.js";
import { plural } from "./format.js";
import { keptCount, onKept } from "./kept.js";
import { bringTogether } from "./shortlist_sync.js";

const THEME = "affindex.theme";
const THEMES = { auto: "System colours", light: "Light colours", dark: "Dark colours" };

function applyTheme(theme) {
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  const button = byId("theme");
  button.replaceChildren(icon({ auto: "auto", light: "sun", dark: "moon" }[theme]));
  button.setAttribute("aria-label", `${THEMES[theme]}; change`);
  button.title = THEMES[theme];
}

function stored() {
  const theme = localStorage.getItem(THEME) ?? "auto";
  return theme in THEMES ? theme : "auto";
}

export function frame() {
  applyTheme(stored());
  byId("theme").addEventListener("click", () => {
    const order = Object.keys(THEMES);
    const next = order[(order.indexOf(stored()) + 1) % order.length];
    localStorage.setItem(THEME, next);
    applyTheme(next);
  });
  slashSwitch();
  const badge = byId("kept");
  const count = () => {
    badge.hidden = keptCount() === 0;
    badge.textContent = String(keptCount());
    badge.setAttribute("aria-label", `, ${keptCount()} kept`);
  };
  onKept(count);
  count();
  bringTogether();
  document.getElementById("first")?.remove();
  return byId("main");
}

const SLASH = "affindex.slash";
const slashListeners = new Set();

/** Whether a bare "/" leads to the search box: who speaks to the browser may not want that. */
export const slashOn = () => localStorage.getItem(SLASH) !== "off";

/** Called when that changes. */
export function onSlash(listener) {
  slashListeners.add(listener);
}

function slashSwitch() {
  const button = byId("slash");
  const show = () => {
    button.textContent = slashOn() ? "“/” leads to the search: on" : "“/” leads to the search: off";
  };
  button.addEventListener("click", () => {
    localStorage.setItem(SLASH, slashOn() ? "off" : "on");
    show();
    for (const listener of slashListeners) listener();
  });
  show();
}

/** How far the index is behind, in the foot of the page. */
export function freshness(index) {
  const behind = index?.pendingChanges;
  byId("freshness").textContent =
    behind === null || behind === undefined
      ? ""
      : behind === 0
        ? "The index is in step with the catalogue."
        : `${plural(behind, "change is", "changes are")} on the way into the index.`;
}

/** The page's title in the tab. */
export function title(text) {
  document.title = `${text} · Affindex`;
}
