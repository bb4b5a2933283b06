// What every page has around it: the theme, the number of kept programs, a first word when something breaks.

import { icon } from "./dom.js";
import { keptCount, onKept } from "./kept.js";

const THEME = "affindex.theme";
const THEMES = { auto: "System colours", light: "Light colours", dark: "Dark colours" };

function applyTheme(theme) {
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  const button = document.getElementById("theme");
  button.replaceChildren(icon({ auto: "auto", light: "sun", dark: "moon" }[theme]));
  button.setAttribute("aria-label", `${THEMES[theme]}; change`);
  button.title = THEMES[theme];
}

function stored() {
  const theme = localStorage.getItem(THEME);
  return theme in THEMES ? theme : "auto";
}

export function frame() {
  applyTheme(stored());
  document.getElementById("theme").addEventListener("click", () => {
    const order = Object.keys(THEMES);
    const next = order[(order.indexOf(stored()) + 1) % order.length];
    localStorage.setItem(THEME, next);
    applyTheme(next);
  });
  const badge = document.getElementById("kept");
  const count = () => {
    badge.hidden = keptCount() === 0;
    badge.textContent = String(keptCount());
    badge.setAttribute("aria-label", `, ${keptCount()} kept`);
  };
  onKept(count);
  count();
  document.getElementById("first")?.remove();
  return document.getElementById("main");
}

/** The page's title in the tab. */
export function title(text) {
  document.title = `${text} · Affindex`;
}
