// What only the holder of a key is told of programs: how their accounts stand to them. All other pages ask through here,
// so that nothing is lost for who has none.

import { blob, forgetKey, get, key } from "./api.js";
import { h } from "./dom.js";
import { network, word } from "./fields.js";
import { money, plural } from "./format.js";

export const RELATION = "relation";
/** The network of the programs that were written here. */
export const OWN_NETWORK = "direct";
export const EVERY_STATUS = "active,paused,closed";

/** Whether a view can only be told to the holder of a key. */
export const isPrivate = (parameters) => parameters.has(RELATION);

/**
 * A GET as the holder of a key is answered; as everybody is, without one. A key that is no longer good is forgotten,
 * and while the database is away the rest is told all the same, unless something private is asked for.
 * @template {string} Address
 * @param {Address} path
 * @param {string | Record<string, string>} [parameters]
 * @param {{ signal?: AbortSignal }} [options]
 */
export async function getOwn(path, parameters = "", options = {}) {
  const asked = new URLSearchParams(parameters);
  const without = open(asked);
  if (!key()) return get(path, isPrivate(asked) ? asked.toString() : without.toString(), options);
  if (asked.get("fields")) asked.set("fields", `${asked.get("fields")},${RELATION}`);
  try {
    return await get(path, asked.toString(), { ...options, keyed: true });
  } catch (problem) {
    if (problem.status === 401) forgetKey();
    if (isPrivate(asked) || (problem.status !== 401 && problem.status !== 503)) throw problem;
    return get(path, without.toString(), options);
  }
}

/** The same question without private facets. */
function open(parameters) {
  const without = new URLSearchParams(parameters);
  const facets = (without.get("facets") ?? "").split(",").filter((each) => each && each !== RELATION);
  if (facets.length) without.set("facets", facets.join(","));
  else without.delete("facets");
  return without;
}

/**
 * Programs, as the holder of a key is told them.
 * @param {string | Record<string, string>} parameters
 * @param {{ signal?: AbortSignal }} [options]
 */
export const search = (parameters, options) => getOwn("/api/programs", parameters, options);

/** How an account stands to a program, as a badge; null where there is nothing to tell. */
export const relationBadge = (relation) =>
  relation && relation !== "notJoined"
    ? h("span", { class: `badge relation relation-${relation}` }, word(RELATION, relation))
    : null;

/** "Joined at CJ, Awin pays 2 points more"; null for an offer that is compared with none. */
export function comparison(offer) {
  const told = offer.comparedToJoined;
  if (!told) return null;
  const more = [
    told.pointsMore && difference(told.pointsMore, (value) => plural(value, "point", "points")),
    told.usdMore && `${difference(told.usdMore, (value) => money(value, "USD"))} an action`,
  ].filter(Boolean);
  const same = told.pointsMore === 0 || told.usdMore === 0;
  const joined = `Joined at ${network(told.network)}`;
  if (!more.length && !same) return joined;
  return `${joined}, ${network(offer.network)} pays ${more.length ? more.join(" and ") : "the same"}`;
}

const difference = (value, words) => `${words(Math.abs(value))} ${value > 0 ? "more" : "less"}`;

/** Have a file that is made for the holder of a key alone saved under a name. */
export async function save(address, name) {
  const made = URL.createObjectURL(await blob(address));
  const link = h("a", { href: made, download: name });
  link.click();
  URL.revokeObjectURL(made);
}
