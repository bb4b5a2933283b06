"""The forms of a word or phrase in nine languages: singular and plural, and the cases of German, Swedish and Polish.

By rule, not by dictionary: a form that no language has does no harm, since no text holds it either. What is
irregular is written out where the phrase is.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import product

_VOWELS = "aeiouyäöüåéèêáóíúàòì"
_MOST_FORMS = 200  # of one phrase; beyond it are inner words of long phrases


def _small(words: str) -> frozenset[str]:
    return frozenset(words.split())


def forms(phrase: str, language: str) -> frozenset[str]:
    """All forms of a phrase, lower case with its accents, itself among them. A phrase holds single blanks."""
    lower = phrase.lower().replace("’", "'")
    words = lower.split(" ")
    match language:
        case "en":
            found = _english(words)
        case "de":
            found = _german(phrase.replace("’", "'").split(" "))
        case "nl":
            found = [[*words[:-1], last] for last in _dutch(words[-1])]
        case "sv":
            found = [[*words[:-1], last] for last in _swedish(words[-1])]
        case "fr":
            found = _romance(words, _french, _FRENCH_SMALL)
        case "es":
            found = _romance(words, _spanish, _SPANISH_SMALL)
        case "it":
            found = _romance(words, _italian, _ITALIAN_SMALL)
        case "pt":
            found = _romance(words, _portuguese, _PORTUGUESE_SMALL)
        case "pl":
            found = _polish(words)
        case _:
            found = []
    return frozenset([lower, *(" ".join(each) for each in found[:_MOST_FORMS])])


# -- English ----------------------------------------------------------------------------------------------------------

_ENGLISH_IRREGULAR = {
    "man": "men",
    "woman": "women",
    "child": "children",
    "tooth": "teeth",
    "foot": "feet",
    "mouse": "mice",
    "goose": "geese",
    "knife": "knives",
    "shelf": "shelves",
    "scarf": "scarves",
    "bookshelf": "bookshelves",
    "loaf": "loaves",
    "wife": "wives",
    "leaf": "leaves",
    "wolf": "wolves",
}
_ENGLISH_SINGULAR = {many: one for one, many in _ENGLISH_IRREGULAR.items()}
_ISE = re.compile(r"(?<=[a-z]{3})is(e|ed|er|ers|ing|ation)\b")


def _english(words: list[str]) -> list[list[str]]:
    last = words[-1]
    lasts = {last, _english_plural(last), _english_singular(last)}
    found = [[*words[:-1], each] for each in lasts]
    for each in list(found):
        other = _ISE.sub(r"iz\1", " ".join(each)).replace("our ", "or ").replace("'", "")
        found.append(other.split(" "))
    return found


def _english_plural(word: str) -> str:
    if word in _ENGLISH_IRREGULAR:
        return _ENGLISH_IRREGULAR[word]
    if word.endswith(("s", "x", "z", "ch", "sh")):
        return word + "es" if not word.endswith("s") or word.endswith("ss") else word
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return word[:-1] + "ies"
    return word + "s"


def _english_singular(word: str) -> str:
    if word in _ENGLISH_SINGULAR:
        return _ENGLISH_SINGULAR[word]
    if len(word) <= 3 or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies") and len(word) > 5:
        return word[:-3] + "y"
    if word.endswith(("ches", "shes", "sses", "xes", "zzes")):
        return word[:-2]
    return word[:-1] if word.endswith("s") else word


# -- German -----------------------------------------------------------------------------------------------------------

_GERMAN_ENDINGS = ("", "e", "n", "en", "s", "es", "er", "ern", "nen")
_UMLAUTS = {"ä": "a", "ö": "o", "ü": "u"}
_TO_UMLAUT = {"a": "ä", "o": "ö", "u": "ü"}
_GERMAN_ADJECTIVE = re.compile(r"(?:e|er|en|es|em)$")


def _german(written: list[str]) -> list[list[str]]:
    before = []
    for word in written[:-1]:  # adjectives are written small; nouns before the last stay as they are
        stem = _GERMAN_ADJECTIVE.sub("", word) if word[:1].islower() else ""
        before.append([f"{stem}{end}" for end in ("e", "en", "er", "es")] if len(stem) > 3 else [word.lower()])
    return [[*each] for each in product(*before, _german_word(written[-1].lower()))]


def _german_word(word: str) -> list[str]:
    if word.endswith("e"):
        found = {word, word + "n"}
    elif word.endswith(("n", "s")):
        found = {word}
    else:
        found = {word + end for end in _GERMAN_ENDINGS}
    stems = {
        word[: -len(end)] for end in ("e", "n", "s", "en", "er") if word.endswith(end) and len(word) >= 4 + len(end)
    }
    for stem in list(stems):
        place = max(stem.rfind(umlaut) for umlaut in _UMLAUTS)
        if place >= 0:
            stems.add(stem[:place] + _UMLAUTS[stem[place]] + stem[place + 1 :])
    found |= {stem + end for stem in stems for end in ("", "s", "es")}
    place = max(word.rfind(vowel) for vowel in _TO_UMLAUT)
    if 0 <= place < len(word) - 1 and not word.endswith(("e", "n", "s")):
        changed = word[:place] + _TO_UMLAUT[word[place]] + word[place + 1 :]
        found |= {changed + end for end in ("e", "en", "er", "ern")}
    return sorted(found)


# -- Dutch ------------------------------------------------------------------------------------------------------------


def _dutch(word: str) -> list[str]:
    found = {word, word + "s", word + "'s", word + "en", word + "n"}
    if re.search(r"[^aeiou][aeiou][bdfgklmnprst]$", word):  # tas, tassen
        found.add(word + word[-1] + "en")
    if match := re.search(r"([aeou])\1([bdfgklmnprst])$", word):  # boot, boten; kaas, kazen
        vowel, end = match.groups()
        found.add(word[: match.start()] + vowel + {"f": "v", "s": "z"}.get(end, end) + "en")
    if word.endswith("en") and len(word) > 5:
        stem = word[:-2]
        found |= {stem, stem + "e"}
        if stem[-1] == stem[-2]:
            found.add(stem[:-1])
        elif re.search(r"[^aeiou][aeou][bdgklmnprtvz]$", stem):
            end = {"v": "f", "z": "s"}.get(stem[-1], stem[-1])
            found.add(stem[:-1] + stem[-2] + end)
        elif stem[-1] in "vz":
            found.add(stem[:-1] + {"v": "f", "z": "s"}[stem[-1]])
    if word.endswith("'s"):
        found.add(word[:-2])
    elif word.endswith("s") and len(word) > 4:
        found.add(word[:-1])
    return sorted(found)


# -- Swedish ----------------------------------------------------------------------------------------------------------


def _swedish(word: str) -> list[str]:
    found = {word, word + "s"}
    if word.endswith("or") and len(word) > 4:
        found |= {word + "na", word[:-2] + "a", word[:-2] + "an", word[:-1], word[:-1] + "n"}
    elif word.endswith(("ar", "er")) and len(word) > 4:
        found |= {word + "na", *(word[:-2] + end for end in ("", "e", "en", "et")), word[:-1], word[:-1] + "n"}
    elif word.endswith("a"):
        found |= {word + "n", word[:-1] + "or", word[:-1] + "orna"}
    elif word.endswith("el"):
        found |= {word + "n", word[:-2] + "lar", word[:-2] + "larna"}
    else:
        found |= {word + end for end in ("n", "t", "en", "et", "ar", "er", "arna", "erna", "na")}
    return sorted(found)


# -- Romance ----------------------------------------------------------------------------------------------------------

_FRENCH_SMALL = _small("de du des d' à au aux en pour par sur et la le les l' sans avec dans")
_SPANISH_SMALL = _small("de del para por en con sin y e a la el los las al")
_ITALIAN_SMALL = _small("di da del dello della dei degli delle per in con senza e a al alla la il lo i gli le")
_PORTUGUESE_SMALL = _small("de do da dos das para por em com sem e a ao à o os as no na")


def _romance(words: list[str], word_forms: Callable[[str], list[str]], small: frozenset[str]) -> list[list[str]]:
    """The head and what agrees with it change together; what stands behind a preposition stays, or changes too."""
    head = next((place for place, word in enumerate(words) if word in small or word[:2] in ("d'", "l'")), len(words))
    sides = [word_forms(word) if place < head else [word] for place, word in enumerate(words)]
    found = [list(each) for each in product(*sides)] if len(sides) <= 3 or head <= 2 else [words]
    if head < len(words):
        last = word_forms(words[-1])
        found += [[*each[:-1], other] for each in list(found) for other in last if other != each[-1]]
    return found


def _french(word: str) -> list[str]:
    if len(word) < 3:
        return [word]
    found = {word}
    if word.endswith(("s", "x")):
        found.add(word[:-1])
        if word.endswith("aux") and not word.endswith("eaux"):
            found.add(word[:-3] + "al")
    elif word.endswith("z"):
        pass
    elif word.endswith(("eau", "eu", "au")):
        found.add(word + "x")
    elif word.endswith("al"):
        found |= {word[:-2] + "aux", word + "s"}
    else:
        found.add(word + "s")
    return sorted(found)


def _spanish(word: str) -> list[str]:
    if len(word) < 3:
        return [word]
    found = {word}
    if word.endswith("ones"):
        found |= {word[:-4] + "ón", word[:-2], word[:-1]}
    elif word.endswith("ces"):
        found |= {word[:-3] + "z", word[:-1]}
    elif word.endswith("es"):
        found |= {word[:-2], word[:-1]}
    elif word.endswith("s"):
        found.add(word[:-1])
    elif word.endswith("z"):
        found.add(word[:-1] + "ces")
    elif word.endswith("ón"):
        found.add(word[:-2] + "ones")
    elif word[-1] in "aeiouáéó":
        found.add(word + "s")
    else:
        found.add(word + "es")
    return sorted(found)


def _italian(word: str) -> list[str]:
    if len(word) < 3:
        return [word]
    found = {word}
    stem, end = word[:-1], word[-1]
    match end:
        case "o":
            found |= {stem + "i", *([stem + "hi"] if stem[-1] in "cg" else [stem] if stem[-1] == "i" else [])}
        case "a":
            found.add(stem + "he" if stem[-1] in "cg" else stem + "e")
            if stem[-1] == "i":
                found.add(stem[:-1] + "e")
        case "e":
            found |= {stem + "i", stem + "a", *([stem[:-1] + "a"] if stem.endswith(("ch", "gh")) else [])}
        case "i":
            found |= {stem + "o", stem + "e", stem + "io"}
            if stem.endswith(("ch", "gh")):
                found.add(stem[:-1] + "o")
    return sorted(found)


def _portuguese(word: str) -> list[str]:
    if len(word) < 3:
        return [word]
    found = {word}
    for many, one in (("ões", "ão"), ("ães", "ão"), ("ãos", "ão"), ("ns", "m"), ("ais", "al"), ("éis", "el"),
                      ("óis", "ol"), ("eis", "el"), ("is", "il")):  # fmt: skip
        if word.endswith(many):
            found.add(word[: -len(many)] + one)
    if word.endswith(("res", "zes")):
        found |= {word[:-2], word[:-1]}
    elif word.endswith("s"):
        found.add(word[:-1])
    elif word.endswith("ão"):
        found |= {word[:-2] + "ões", word + "s"}
    elif word.endswith("m"):
        found.add(word[:-1] + "ns")
    elif word.endswith("l"):
        found |= {word[:-1] + "is", word[:-2] + "éis"}
    elif word.endswith(("r", "z")):
        found.add(word + "es")
    else:
        found.add(word + "s")
    return sorted(found)


# -- Polish -----------------------------------------------------------------------------------------------------------

_POLISH_SMALL = _small("do dla na z ze w we od bez o po pod przed i oraz przeciw")
_POLISH_ADJECTIVE = re.compile(
    r"(?:ow|sk|ck|zk|cz|n|t|ł|w|sz|rz|ż|dn|rn)(?:[aeyi]|ego|ej|ych|ich)$",
)
# (ending of a noun, of an adjective that goes with it): one and many, as they are named, counted and asked for.
_POLISH_ENDINGS = (
    ("", "y"), ("a", "a"), ("o", "e"), ("e", "e"), ("y", "e"), ("i", "e"), ("a", "e"), ("y", "y"), ("i", "y"),
    ("ów", "ych"), ("", "ych"), ("i", "ych"), ("y", "ych"), ("ek", "ych"), ("u", "ego"), ("a", "ego"), ("y", "ej"),
    ("i", "ej"), ("ę", "ą"), ("ami", "ymi"),
)  # fmt: skip


def _polish(words: list[str]) -> list[list[str]]:
    head = next((place for place, word in enumerate(words) if word in _POLISH_SMALL), len(words))
    if head == 0 or head > 3:
        return [words]
    kinds = [_POLISH_ADJECTIVE.search(word) is not None for word in words[:head]]
    if all(kinds):
        kinds[0] = False  # a noun that looks like an adjective
    stems = [_polish_stem(word, adjective) for word, adjective in zip(words[:head], kinds, strict=True)]
    found = []
    for noun, adjective in _POLISH_ENDINGS:
        bent = [
            stem + (_softened(stem, adjective) if is_adjective else noun)
            for stem, is_adjective in zip(stems, kinds, strict=True)
        ]
        found.append([*bent, *words[head:]])
    return found


def _softened(stem: str, ending: str) -> str:
    if stem[-1] not in "kg":
        return ending
    return {"y": "i", "e": "ie", "ych": "ich", "ymi": "imi", "ego": "iego", "ej": "iej"}.get(ending, ending)


def _polish_stem(word: str, adjective: bool) -> str:
    for end in ("ami", "ach", "ych", "ich", "ego", "iej", "ów", "ej") if adjective else ("ami", "ach", "ów"):
        if word.endswith(end) and len(word) - len(end) >= 3:
            return word[: -len(end)]
    if word[-1] in "aeioyęąu":
        stem = word[:-1]
        return stem[:-1] if stem.endswith("i") and adjective else stem
    return word
