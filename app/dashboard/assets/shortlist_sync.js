// The shortlist of who has given a key is the server's, one for all who hold one; what this browser kept before joins it.

import { get, key, onKeyForgotten, send } from "./api.js";
import { kept, onToggled, read, setKept } from "./kept.js";
import { sentence, tell } from "./states.js";

const THEIRS = "affindex.shortlist.server"; // the programs that the server had when it was last asked
const GONE = [404, 410];

const storedIds = () => read(localStorage, THEIRS);
const store = (ids) => localStorage.setItem(THEIRS, JSON.stringify(ids));

/**
 * Bring both lists together: what was kept here since goes there, what was taken off there goes here. A help: while the
 * server does not tell its list, this browser's stands.
 */
export function bringTogether() {
  together ??= joined().finally(() => {
    together = null;
  });
  return together;
}

/** @type {Promise<void> | null} */
let together = null;
let toggles = 0; // by a person on this page
/** @type {Promise<any>} */
let writing = Promise.resolve(); // what they changed is told to the server in their order

async function joined() {
  const asking = key();
  if (!asking) return undefined;
  await writing;
  const before = toggles;
  const answer = await get("/api/shortlist", "", { keyed: true }).catch(() => null);
  if (!answer || key() !== asking) return undefined; // the key was given up meanwhile
  if (toggles !== before) return joined(); // the list may be that from before
  const theirs = answer.programs.map(({ id }) => id).toReversed(); // newest first
  const known = storedIds();
  const added = kept().filter((id) => !theirs.includes(id) && !known.includes(id));
  store(theirs);
  setKept([...added, ...theirs]);
  for (const id of added.toReversed()) {
    const problem = await written(id, true);
    if (problem && !GONE.includes(problem.status)) break; // a key that may only read keeps here what it keeps
  }
  return undefined;
}

/** Tell the server; null, or why it did not take it. */
async function written(id, now) {
  try {
    await send(now ? "PUT" : "DELETE", `/api/shortlist/${id}`);
    const others = storedIds().filter((each) => each !== id);
    store(now ? [id, ...others] : others);
    return null;
  } catch (problem) {
    return problem;
  }
}

onToggled(async (id, now) => {
  if (!key()) return;
  toggles += 1;
  writing = writing.then(() => written(id, now));
  const problem = await writing;
  if (!problem || (GONE.includes(problem.status) && !now)) return;
  tell(
    problem.status === 403
      ? "This key may only read: that holds in this browser alone."
      : `The server did not take it: ${sentence(problem.detail ?? problem.message)}`,
  );
});

// What is the holders' of a key is not left to who comes next.
onKeyForgotten(() => {
  const theirs = storedIds();
  localStorage.removeItem(THEIRS);
  setKept(kept().filter((id) => !theirs.includes(id)));
});
