// Numbers, money, dates and names as the reader's own locale writes them. Unknown is said, never shown as 0.

import { h } from "./dom.js";

const LOCALE = navigator.languages?.length ? [...navigator.languages] : undefined;
const made = new Map();

function formatter(Kind, options) {
  const name = Kind.name + JSON.stringify(options);
  if (!made.has(name)) made.set(name, new Kind(LOCALE, options));
  return made.get(name);
}

const numbers = (options) => formatter(Intl.NumberFormat, options);
const PERCENT = { style: "percent", maximumFractionDigits: 2 };
const LEAST = 0.005; // what is less would be rounded to nothing, so its first digits stand

const slight = (value) => value !== 0 && Math.abs(value) < LEAST;
const DIGITS = { maximumSignificantDigits: 2 };

/** To two places, but never to 0 what is not. */
export const rounded = (value) => (slight(value) ? value : Math.round(value * 100) / 100);

/** What stands where nothing is known: a dash to look at, the word to read. */
export const unknown = () => h("span", { class: "unknown", title: "unknown" }, "unknown");

export const number = (value) => numbers(slight(value) ? DIGITS : { maximumFractionDigits: 2 }).format(value);
export const short = (value) => numbers({ notation: "compact", maximumFractionDigits: 1 }).format(value);
export const percent = (value) => numbers(slight(value) ? { ...PERCENT, ...DIGITS } : PERCENT).format(value / 100);
export const share = (value) => numbers({ style: "percent", maximumFractionDigits: 0 }).format(value);
export const days = (value) =>
  value === 0 ? "session" : numbers({ style: "unit", unit: "day", unitDisplay: "long" }).format(value);
export const months = (value) => numbers({ style: "unit", unit: "month", unitDisplay: "long" }).format(value);
export const seconds = (value) =>
  numbers({ style: "unit", unit: "second", unitDisplay: "long", maximumFractionDigits: 1 }).format(value);

const whole = (...values) => values.every((value) => Number.isInteger(value));
const cash = (currency, digits) =>
  numbers({ style: "currency", currency, minimumFractionDigits: digits, maximumFractionDigits: Math.max(digits, 2) });

/** An amount; without a currency it is a bare number, since no currency may be guessed. */
export function money(value, currency) {
  if (!currency) return number(value);
  if (slight(value)) return numbers({ style: "currency", currency, ...DIGITS }).format(value);
  return cash(currency, whole(value) ? 0 : 2).format(value);
}

/** From `low` to `high`, either of which may be unknown (null); null if both are. */
export function span(low, high, one, both) {
  if (low === null && high === null) return null;
  if (low === null) return `up to ${one(high)}`;
  if (high === null) return `from ${one(low)}`;
  return low === high ? one(low) : both(low, high);
}

export const percentSpan = (low, high) =>
  span(low, high, percent, (from, to) => numbers(PERCENT).formatRange(from / 100, to / 100));

export const moneySpan = (low, high, currency) =>
  span(
    low,
    high,
    (value) => money(value, currency),
    (from, to) =>
      currency ? cash(currency, whole(from, to) ? 0 : 2).formatRange(from, to) : `${number(from)}–${number(to)}`,
  );

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** A day, or the day of a moment. Days have no time zone. */
export function date(value) {
  const options = { dateStyle: "medium", ...(DAY.test(value) ? { timeZone: "UTC" } : {}) };
  return formatter(Intl.DateTimeFormat, options).format(new Date(value));
}

export const moment = (value) =>
  formatter(Intl.DateTimeFormat, { dateStyle: "medium", timeStyle: "short" }).format(new Date(value));

/** @type {[Intl.RelativeTimeFormatUnit, number][]} */
const STEPS = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
  ["second", 1],
];

/** How long ago, in an element that has the exact moment too. */
export function ago(value) {
  const past = (new Date(value).getTime() - Date.now()) / 1000;
  const [unit, length] = STEPS.find(([, each]) => Math.abs(past) >= each) ?? STEPS[STEPS.length - 1];
  const words = formatter(Intl.RelativeTimeFormat, { numeric: "auto" }).format(Math.round(past / length), unit);
  return h("time", { datetime: value, title: moment(value) }, words);
}

const named = (type) => (code) => {
  try {
    return formatter(Intl.DisplayNames, { type }).of(code) ?? code;
  } catch {
    return code;
  }
};

export const country = named("region");
export const language = named("language");
export const currency = named("currency");

/** A list in words; of a long one the first few and how many more. */
export function list(values, most = values.length) {
  const shown = values.slice(0, most);
  if (values.length > most) shown.push(`${number(values.length - most)} more`);
  return formatter(Intl.ListFormat, { type: "conjunction" }).format(shown);
}

export const plural = (count, one, many) => `${number(count)} ${count === 1 ? one : many}`;
