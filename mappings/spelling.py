"""British and American spellings of English words, by a rule and a list; words are folded.

What is proposed may be no word ("exercize"): a proposal counts only where texts hold it.
"""

from __future__ import annotations

import re
from functools import lru_cache

# British and American. Those of the first list begin longer words, too ("favourites", "travellers").
_BEGINNINGS = """
colour color, flavour flavor, favour favor, neighbour neighbor, harbour harbor, humour humor, labour labor,
honour honor, armour armor, behaviour behavior, savour savor, odour odor, vapour vapor, parlour parlor, tumour tumor,
theatre theater,
fibre fiber, litre liter, millimetre millimeter, centimetre centimeter, traveller traveler, travelling traveling,
jeweller jeweler, modelling modeling, labelling labeling, counsellor counselor, counselling counseling,
cancelling canceling, pyjama pajama, doughnut donut, yoghurt yogurt, moustache mustache, plough plow,
licence license, defence defense,
catalogue catalog, aluminium aluminum, orthopaedic orthopedic, paediatric pediatric, oestrogen estrogen,
haemorrhoid hemorrhoid, diarrhoea diarrhea, anaemia anemia, aeroplane airplane, speciality specialty
"""
_WHOLE = """
jewellery jewelry, centre center, centres centers, tyre tire, tyres tires, grey gray, mould mold, cosy cozy,
ageing aging, programme program, programmes programs, mum mom, mums moms, maths math, specialities specialties
"""
_IZE = re.compile(r"([a-z]{3,})i([sz])(e|es|ed|er|ers|ing|ation|ations)")


def _pairs(text: str) -> list[tuple[str, str]]:
    return [(british, american) for pair in text.split(",") for british, american in [pair.split()]]


_AMERICAN = dict(_pairs(_WHOLE))
_BRITISH = {american: british for british, american in _AMERICAN.items()}
_TO_AMERICAN, _TO_BRITISH = dict(_pairs(_BEGINNINGS)), {other: one for one, other in _pairs(_BEGINNINGS)}
_LONGEST, _SHORTEST = max(map(len, _TO_AMERICAN)), min(map(len, _TO_BRITISH))


@lru_cache(maxsize=1 << 15)
def american(word: str) -> str:
    """A word as it is spelled in the United States; what files of words are looked up by, whoever wrote them."""
    if found := _IZE.fullmatch(word):
        return f"{found[1]}iz{found[3]}"
    return _AMERICAN.get(word) or _begun(word, _TO_AMERICAN) or word


@lru_cache(maxsize=1 << 15)
def spelled_otherwise(word: str) -> str | None:
    """A word as it may be spelled on the other side of the Atlantic; None for one that is spelled alike."""
    if found := _IZE.fullmatch(word):
        return f"{found[1]}i{'z' if found[2] == 's' else 's'}{found[3]}"
    whole = _AMERICAN.get(word) or _BRITISH.get(word)
    return whole or _begun(word, _TO_AMERICAN) or _begun(word, _TO_BRITISH)


def _begun(word: str, spellings: dict[str, str]) -> str | None:
    for length in range(min(len(word), _LONGEST), _SHORTEST - 1, -1):
        if (other := spellings.get(word[:length])) is not None:
            return other + word[length:]
    return None
