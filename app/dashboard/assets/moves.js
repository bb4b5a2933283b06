// The commission rates that moved most of late.

import { get } from "./api.js";
import { h } from "./dom.js";
import { loadFields } from "./fields.js";
import { percent } from "./format.js";
import { networkBadge } from "./programs.js";

const DAY = 86_400_000; // ms
const SHOWN = 8;
const AT_ONCE = 500;
const MOST_PAGES = 10;

/** The biggest changes of the last days, or only the raises among them: each once, with the names of their programs. */
export async function moved({ days, raises = false }) {
  const since = new Date(Date.now() - days * DAY).toISOString();
  await loadFields();
  const found = [];
  let answer = await get("/api/changes", { since, field: "commissionMax", limit: String(AT_ONCE) });
  for (let page = 1; ; page += 1) {
    found.push(...answer.changes);
    if (!answer.more || page === MOST_PAGES) break;
    answer = await get("/api/changes", { since: answer.nextCursor, field: "commissionMax", limit: String(AT_ONCE) });
  }
  const moves = found
    .filter((each) => each.old !== null && each.new !== null && (!raises || each.new > each.old))
    .sort((one, other) => Math.abs(other.new - other.old) - Math.abs(one.new - one.old))
    .slice(0, SHOWN);
  const ids = [...new Set(moves.map((each) => each.id))];
  const { programs } = ids.length
    ? await get("/api/programs", {
        id: ids.join(","),
        status: "active,paused,closed",
        fields: "id,name,network",
        perPage: "20",
      })
    : { programs: [] };
  const named = new Map();
  for (const each of programs) named.set(each.id, each);
  return { moves, named };
}

/** What `moved` found as a list; `none` is said where it found nothing. */
export function movesList({ moves, named }, none) {
  if (!moves.length) return h("p", { class: "note" }, none);
  return h(
    "ul",
    { class: "moves" },
    moves.map((each) => {
      const program = named.get(each.id);
      const up = each.new > each.old;
      return h(
        "li",
        null,
        h("a", { href: `/programs/${each.id}` }, program?.name ?? `Program ${each.id}`),
        program && networkBadge(program.network),
        h(
          "span",
          { class: up ? "up" : "down" },
          `${percent(each.old)} → ${percent(each.new)}`,
          h("span", { class: "hidden" }, up ? " (up)" : " (down)"),
        ),
      );
    }),
  );
}
