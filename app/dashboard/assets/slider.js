// A slider with two handles: between places on one track, by pointer, finger and keyboard.

import { h } from "./dom.js";

const LEAP = 5; // leaps of PageUp and PageDown over the whole track

/**
 * One track from place 0 to `last`, with a handle for the lower and one for the upper end; between them is one place at
 * least. The handles lie outside of what they enclose, so that each is a target of its own wherever they stand (WCAG 2.5.8).
 * @param {{
 *   last: number, low: number, high: number,
 *   names: { low: string, high: string }, keys: { low: string, high: string },
 *   said: (end: "low" | "high", place: number) => string,
 *   ticks: { at: number, text: string }[],
 *   moved: (low: number, high: number) => void, chosen: (low: number, high: number) => void,
 * }} options `said`: a place in words; `moved` while a handle moves, `chosen` once it rests
 * @param {Element} under what the track lies below: its width is the track's
 */
export function twoHandles({ last, low, high, names, keys, said, ticks, moved, chosen }, under) {
  const at = { low, high };
  const bounds = () => ({ low: [0, at.high - 1], high: [at.low + 1, last] });
  const handles = { low: handle("low"), high: handle("high") };
  const track = h(
    "div",
    { class: "track" },
    h("div", { class: "between" }),
    ticks.map(({ at: place, text }) => put(h("span", { class: "tick", "aria-hidden": "true" }, text), place)),
    handles.low,
    handles.high,
  );

  function put(element, place) {
    element.style.setProperty("--at", `${(100 * place) / last}%`);
    return element;
  }

  /** @param {"low" | "high"} end */
  function handle(end) {
    return h("div", {
      class: `handle ${end}`,
      role: "slider",
      tabindex: "0",
      "aria-label": names[end],
      data: { key: keys[end] },
      on: { keydown: (event) => pressed(event, end) },
    });
  }

  function show() {
    track.style.setProperty("--from", `${(100 * at.low) / last}%`);
    track.style.setProperty("--to", `${(100 * at.high) / last}%`);
    for (const end of /** @type {("low" | "high")[]} */ (["low", "high"])) {
      const [least, most] = bounds()[end];
      const element = put(handles[end], at[end]);
      element.setAttribute("aria-valuemin", String(least));
      element.setAttribute("aria-valuemax", String(most));
      element.setAttribute("aria-valuenow", String(at[end]));
      element.setAttribute("aria-valuetext", said(end, at[end]));
    }
  }

  /** Whether the handle went anywhere: it stops at the ends and before the other one. */
  function move(end, place) {
    const [least, most] = bounds()[end];
    const next = Math.min(most, Math.max(least, place));
    if (next === at[end]) return false;
    at[end] = next;
    show();
    moved(at.low, at.high);
    return true;
  }

  function pressed(event, end) {
    const leap = Math.max(1, Math.round(last / LEAP));
    const [least, most] = bounds()[end];
    const place = {
      ArrowLeft: at[end] - 1,
      ArrowDown: at[end] - 1,
      ArrowRight: at[end] + 1,
      ArrowUp: at[end] + 1,
      PageDown: at[end] - leap,
      PageUp: at[end] + leap,
      Home: least,
      End: most,
    }[event.key];
    if (place === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    if (move(end, place)) chosen(at.low, at.high);
  }

  const slider = h("div", { class: "slider" }, under, track);
  slider.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    const box = track.getBoundingClientRect();
    const placeOf = ({ clientX }) => ((clientX - box.left) / box.width) * last;
    const pointed = placeOf(event);
    const held = /** @type {("low" | "high")[]} */ (["low", "high"]).find((each) => event.target === handles[each]);
    const end = held ?? (Math.abs(pointed - at.low) <= Math.abs(pointed - at.high) ? "low" : "high");
    const off = held ? at[end] - pointed : 0; // a handle is held where it was taken
    const before = at[end];
    const follow = (/** @type {PointerEvent} */ moving) => move(end, Math.round(placeOf(moving) + off));
    event.preventDefault();
    handles[end].focus({ preventScroll: true });
    slider.setPointerCapture(event.pointerId);
    if (!held) follow(event);
    slider.addEventListener("pointermove", follow);
    const over = ({ type }) => {
      slider.removeEventListener("pointermove", follow);
      for (const each of ["pointerup", "pointercancel"]) slider.removeEventListener(each, over);
      if (type === "pointercancel") move(end, before);
      else if (at[end] !== before) chosen(at.low, at.high);
    };
    for (const each of ["pointerup", "pointercancel"]) slider.addEventListener(each, over);
  });
  show();
  return slider;
}
