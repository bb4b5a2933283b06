// What a person keeps: a shortlist, and up to four programs to compare. Who has given a key keeps the list on the server
// too (shortlist_sync.js).

const KEPT = "affindex.shortlist";
const COMPARED = "affindex.compare";
export const MOST_COMPARED = 4;
const MOST_KEPT = 200;

const listeners = new Set();
const toggleListeners = new Set();

/** Ids as they are stored; none for what is not readable. */
export function read(store, name) {
  try {
    const ids = JSON.parse(store.getItem(name) ?? "[]");
    return Array.isArray(ids) ? ids.filter((id) => Number.isSafeInteger(id) && id > 0) : [];
  } catch {
    return [];
  }
}

function write(store, name, ids) {
  store.setItem(name, JSON.stringify(ids));
  for (const listener of listeners) listener();
}

export const kept = () => read(localStorage, KEPT);
export const keptCount = () => kept().length;
export const isKept = (id) => kept().includes(id);
export const compared = () => read(sessionStorage, COMPARED);
export const isCompared = (id) => compared().includes(id);

/** Newest first. */
export function toggleKept(id) {
  const ids = kept();
  const now = !ids.includes(id);
  setKept(now ? [id, ...ids] : ids.filter((each) => each !== id));
  for (const listener of toggleListeners) listener(id, now);
}

/** Keep these and no others, without telling that a person did it. */
export function setKept(ids) {
  write(localStorage, KEPT, ids.slice(0, MOST_KEPT));
}

export function forgetKept() {
  const ids = kept();
  setKept([]);
  for (const id of ids) for (const listener of toggleListeners) listener(id, false);
}

/** Called with a program's id, and whether it is kept now, when a person keeps one or no longer does. */
export function onToggled(listener) {
  toggleListeners.add(listener);
}

/** False if four are there already. */
export function toggleCompared(id) {
  const ids = compared();
  if (!ids.includes(id) && ids.length >= MOST_COMPARED) return false;
  write(sessionStorage, COMPARED, ids.includes(id) ? ids.filter((each) => each !== id) : [...ids, id]);
  return true;
}

export function compareOnly(ids) {
  write(sessionStorage, COMPARED, ids.slice(0, MOST_COMPARED));
}

/** Called on every change, in this tab or another one, and when the page is shown again. */
export function onKept(listener) {
  listeners.add(listener);
}

function all() {
  for (const listener of listeners) listener();
}

addEventListener("storage", all);
addEventListener("pageshow", (event) => event.persisted && all());
