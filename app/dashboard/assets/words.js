// Words within what was typed. The API names them as it read them, so blanks, signs, capitals and apostrophes may differ.

const QUOTED = '"[^"]*"'; // is taken as it stands: no place for words that were read
const APOSTROPHE = "['’‘]";

function pattern(words) {
  const parts = words.split(/\s+/).filter(Boolean);
  const literal = (part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replace(/['’‘]/g, APOSTROPHE);
  return `(?<![\\p{L}\\p{N}])${parts.map(literal).join("[\\s\\p{P}]+")}(?![\\p{L}\\p{N}])`;
}

/** `typed` with `other` where `words` stand first; as it is if they stand nowhere. */
export function replaced(typed, words, other) {
  if (!words.trim()) return typed;
  let found = false;
  const next = typed.replace(new RegExp(`${QUOTED}|${pattern(words)}`, "giu"), (piece) => {
    if (found || piece.startsWith('"')) return piece;
    found = true;
    return other;
  });
  return found ? next.trim().replace(/\s+/g, " ") : typed;
}

/** Whether `words` stand in `typed`. */
export const says = (typed, words) => new RegExp(pattern(words), "iu").test(typed);
