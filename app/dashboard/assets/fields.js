// The field catalogue of the API, and how this page words and groups it. A field that is not named here appears all
// the same, at the end, under its own name.

import { get } from "./api.js";
import { country, currency, date, days, language, money, months, number, percent } from "./format.js";

const LABELS = {
  approvalMode: "Approval",
  approvalRate: "Approval rate",
  averageEarnings: "Average earnings per sale",
  category: "Network's category",
  categories: "Network's categories",
  categoryPath: "Category",
  commission: "Commission",
  commissionFixed: "Fixed commission",
  commissionFixedMax: "Fixed commission (highest)",
  commissionFixedMin: "Fixed commission (lowest)",
  commissionMax: "Commission (highest)",
  commissionMin: "Commission (lowest)",
  commissionText: "Commission in the network's words",
  cookieDays: "Cookie",
  createdAt: "First stored",
  dataSource: "Data source",
  deepLinkAllowed: "Deep links allowed",
  epc: "EPC",
  averageEarningsUsd: "Average earnings in USD",
  epcCurrency: "Currency of the given EPC",
  epcRaw: "EPC as given",
  epcUnit: "Given EPC is per",
  epcWindow: "Given EPC covers",
  exchangeRate: "Exchange rate to USD",
  exchangeRateDate: "Day of the exchange rate",
  lastSyncedAt: "Last synced",
  popularityMetric: "Network's score is",
  popularityRaw: "Network's own score",
  verifiedAt: "Verified on",
  verticalOverride: "Vertical set by us",
  externalId: "Network's id",
  geoTargeting: "Sells to",
  hasProductFeed: "Product feed",
  id: "Our id",
  language: "Languages of the site",
  launchedAt: "Launched",
  merchantDomain: "Merchant",
  minPayout: "Minimum payout",
  missingSince: "Missing since",
  paymentDays: "Days until paid",
  paymentMethods: "Payment methods",
  paymentRisk: "Payment risk",
  popularity: "Popularity",
  primaryRegion: "Merchant's country",
  recurringMonths: "Recurring for",
  textLanguage: "Language of the text",
  updatedAt: "Last changed",
  validationDays: "Days until confirmed",
  vertical: "Vertical",
};

/** The filter panel, in order. Facets that no group names come last. */
export const GROUPS = [
  ["What", ["categoryPath", "network", "status", "merchantDomain", "launchedAt"]],
  ["Pay", ["commissionMax", "commissionType", "recurring", "recurringMonths", "commissionFixedMax", "cookieDays"]],
  ["Worth", ["epc", "conversionRate", "approvalRate", "averageEarnings", "popularity"]],
  ["Reach", ["geoTargeting", "primaryRegion", "language"]],
  ["Terms", ["approvalMode", "deepLinkAllowed", "hasProductFeed", "minPayout", "paymentMethods", "validationDays", "paymentDays", "paymentRisk", "currency"]],
  ["Ours", ["verified", "featured"]],
];
export const OPEN_AT_FIRST = ["categoryPath", "network", "commissionMax", "epc"];
const MERGED = ["vertical", "category", "categories"]; // the tree of categoryPath has them

export const SORTS = [
  ["", "Best match"],
  ["-popularity", "Most popular"],
  ["-commission", "Highest commission"],
  ["-epc", "Highest EPC"],
  ["-cookieDays", "Longest cookie"],
  ["newest", "Newest"],
  ["-updatedAt", "Last changed"],
  ["minPayout", "Lowest payout limit"],
  ["name", "Name"],
];

let loading = null;

/** The catalogue: `field(key)` and `label(key)` and `word(key, value)` work once it is here. */
export function loadFields() {
  loading ??= get("/api/fields").then((answer) => {
    for (const each of answer.fields) fields.set(each.key, each);
    for (const [set, members] of Object.entries(answer.codes)) {
      codes.set(set, new Map(members.map(({ value, label }) => [value, label])));
    }
  });
  return loading.catch((error) => {
    loading = null;
    throw error;
  });
}

const fields = new Map();
const codes = new Map();

export const field = (key) => fields.get(key);
export const label = (key) => LABELS[key] ?? sentence(key);
export const codesOf = (set) => [...(codes.get(set)?.keys() ?? [])];

function sentence(key) {
  const words = key.replace(/([A-Z])/g, " $1").toLowerCase();
  return words[0].toUpperCase() + words.slice(1);
}

/** The groups of the panel, with the facets that the API has and only those. */
export function groups() {
  const placed = new Set([...GROUPS.flatMap(([, keys]) => keys), ...MERGED]);
  const rest = [...fields.values()].filter((each) => each.facet && !placed.has(each.key)).map((each) => each.key);
  return [...GROUPS, ["More", rest]]
    .map(([title, keys]) => [title, keys.filter((key) => fields.get(key)?.facet)])
    .filter(([, keys]) => keys.length);
}

const OWN = {
  "impact": "impact.com",
  auto: "Automatic",
  manual: "By hand",
  invite: "By invitation",
  percent: "Percent",
  fixed: "Fixed amount",
  tiered: "Tiered",
  hybrid: "Percent and fixed",
  paypal: "PayPal",
  awinIndex: "Awin Index",
  networkRank: "network rank",
  powerRank: "power rank",
};

/** A value of a field in words: codes by name, flags as yes and no. */
export function word(key, value) {
  const known = fields.get(key);
  if (value === "unknown") return "Unknown";
  if (value === true || value === "true") return "Yes";
  if (value === false || value === "false") return "No";
  switch (known?.codes) {
    case "country":
      return country(value);
    case "language":
      return language(value);
    case "currency":
      return `${value} · ${currency(value)}`;
    case undefined:
    case null:
      return known ? String(value) : sentence(String(value));
    default: {
      const named = codes.get(known.codes)?.get(value);
      if (named && named !== value) return named;
      return OWN[value] ?? sentence(String(value).replaceAll("-", " "));
    }
  }
}

export const network = (slug) => codes.get("network")?.get(slug) ?? slug;
export const vertical = (slug) => codes.get("vertical")?.get(slug) ?? slug;

/** A number or date of a filter with its unit, as filters take it (amounts in USD). */
export function measure(key, value) {
  const known = fields.get(key);
  if (known?.kind === "date" || known?.kind === "time") return /^\d{4}$/.test(value) ? value : /^\d{4}-\d{2}-\d{2}/.test(value) ? date(value) : value;
  const amount = Number(value);
  if (Number.isNaN(amount)) return String(value);
  switch (known?.filterUnit) {
    case "percent":
      return percent(amount);
    case "days":
      return days(amount);
    case "months":
      return months(amount);
    case "USD":
    case "USD per click":
      return money(amount, "USD");
    default:
      return number(amount);
  }
}
