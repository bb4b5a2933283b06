// The field catalogue of the API, and how this page words it. A field that is not named here appears all the same, in
// its group, under its own name.

import { get, key as heldKey } from "./api.js";
import { country, currency, date, days, language, money, months, number, percent } from "./format.js";

const LABELS = {
  affiliateUrl: "Tracking link",
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
  logoUrl: "Logo",
  merchantUrl: "Merchant's site",
  minPayoutCurrency: "Currency of the minimum payout",
  programUrl: "Page at the network",
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
  operatedBy: "Program of",
  paymentDays: "Days until paid",
  paymentMethods: "Payment methods",
  paymentRisk: "Payment risk",
  popularity: "Popularity",
  primaryRegion: "Merchant's country",
  recurringMonths: "Recurring for",
  textLanguage: "Language of the text",
  topics: "Topics",
  updatedAt: "Last changed",
  trafficAllowed: "Traffic allowed",
  trafficForbidden: "Traffic forbidden",
  validationDays: "Days until confirmed",
  vertical: "Vertical",
};

/** Filters that the holder of a key has beside those of the catalogue, in the form of its fields. */
const PRIVATE = [
  {
    key: "relation",
    kind: "string",
    group: "mine",
    about: "How your accounts stand to the program.",
    facet: {},
    private: true,
  },
];
export const OPEN_AT_FIRST = ["relation", "categoryPath", "network", "commissionMax", "epc"];
const TREE = "categoryPath";
const MERGED = ["vertical", "category", "categories"]; // the tree has them

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
    for (const each of [...answer.fields, ...PRIVATE]) fields.set(each.key, each);
    order.push(...answer.groups);
    for (const [set, members] of Object.entries(answer.codes)) {
      codes.set(set, new Map(members.map((each) => [each.value, named(each)])));
      for (const { labels } of members) for (const code of Object.keys(labels ?? {})) languages.add(code);
    }
  });
  return loading.catch((error) => {
    loading = null;
    throw error;
  });
}

const fields = new Map();
const order = [];
const codes = new Map();
const languages = new Set();

/** What a code is called in the reader's language, where the API has it in several. */
function named({ label, labels }) {
  const own = navigator.languages.map((each) => labels?.[each.split("-")[0].toLowerCase()]);
  return own.find(Boolean) ?? label;
}

/** The languages that the catalogue has words in. */
export const readLanguages = () => [...languages];

export const fieldsOf = () => [...fields.values()];
export const field = (key) => fields.get(key);
export const label = (key) => LABELS[key] ?? sentence(key);
/** A description of a field in the words of this page: no names of code, no numbers of standards. */
export const inWords = (about) =>
  about
    ?.replace(/`(\w+)`/g, (_, key) => (fields.has(key) ? label(key).toLowerCase() : key))
    .replace(/\b[a-z]+(?:[A-Z][a-z]+)+\b/g, (key) => (fields.has(key) ? label(key).toLowerCase() : key))
    .replace(/ \(ISO [^)]*\)/g, "");

export const codesOf = (set) => [...(codes.get(set)?.keys() ?? [])];

function sentence(key) {
  const words = key.replace(/([A-Z])/g, " $1").toLowerCase();
  return words[0].toUpperCase() + words.slice(1);
}

/** The keys of the fields of each group, in the order given. */
export function grouped(keys) {
  const listed = keys.filter((key) => fields.has(key));
  return [...(heldKey() ? [{ value: "mine", label: "Mine" }] : []), ...order]
    .map(({ value, label: title }) => ({ title, keys: listed.filter((key) => fields.get(key).group === value) }))
    .filter((each) => each.keys.length);
}

/** The groups of the panel: all facets, but for those that another one has in it. */
export function groups() {
  const facets = [...fields.values()].filter((each) => each.facet && !MERGED.includes(each.key));
  return grouped([TREE, ...facets.map((each) => each.key).filter((key) => key !== TREE)]);
}

const OWN = {
  impact: "impact.com",
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
    case "topic":
      return codes.get("topic")?.get(value) ?? value;
    case undefined:
    case null:
      return known && !known.private ? String(value) : sentence(String(value));
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
  if (known?.kind === "date" || known?.kind === "time")
    return /^\d{4}$/.test(value) ? value : /^\d{4}-\d{2}-\d{2}/.test(value) ? date(value) : value;
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
