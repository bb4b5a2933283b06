"""Singular and plural of English words, by rules and lists; words are folded.

The rules propose. A proposal may be no word ("movy"), but not another word ("new" for "news"): words that only look
like plurals are listed.
"""

from __future__ import annotations

from functools import lru_cache


@lru_cache(maxsize=1 << 15)
def singular(word: str) -> str:
    """The likeliest singular of a word; the word itself if it is no plural. What files of words are looked up by."""
    found = singulars(word)
    return found[0] if found else word


def singulars(word: str) -> tuple[str, ...]:
    """What a word may be the plural of, the likeliest first."""
    if word in _SINGULAR:
        return (_SINGULAR[word], word[:-1]) if word in _TWO_SINGULARS else (_SINGULAR[word],)
    if word in _POSSESSED:
        return (_SINGULAR[word[:-1]], word[:-1])
    for one, many in _COMPOUNDS:
        if len(word) > len(many) + 1 and word.endswith(many):
            return (word[: -len(many)] + one,)
    if not word.endswith("s") or word in _NO_PLURALS or not (word.isascii() and word.isalpha()):
        return ()
    if len(word) <= 3:
        return (word[:-1],) if word[:-1] in _SHORT else ()
    return _regular_singulars(word)


def _regular_singulars(word: str) -> tuple[str, ...]:
    but_s, but_es = word[:-1], word[:-2]
    if word.endswith(("ss", "us", "is")):
        return (but_s,) if but_s in _VOWEL_ENDS else ()
    if word.endswith("ies"):
        if len(word) == 4 or but_s in _IE or word[-4] in "aeiou":
            return (but_s,)
        return (f"{word[:-3]}y", but_s)
    if word.endswith("ches"):
        return (but_s, but_es) if but_s in _CHE else (but_es, but_s)
    if word.endswith("oes"):
        return (but_s,) if but_s in _OE or len(word) < 6 else (but_es, but_s)  # "toes" is not of "to"
    if word.endswith(("shes", "sses", "xes", "tzes")) or but_es in _ES:
        return (but_es,)
    if word.endswith("zzes"):
        return (word[:-3], but_es) if word[:-3] in _Z else (but_es,)
    return (but_s,)


def plurals(word: str) -> tuple[str, ...]:
    """What may be the plural of a word, the likeliest first; nothing for what is a plural already."""
    if word in _PLURAL:
        return (_PLURAL[word], f"{word}s") if word in _TWO_PLURALS else (_PLURAL[word],)
    if word in _SINGULAR:
        return () if word.endswith("s") else (f"{word}s",)  # "mens": what belongs to men, as people type it
    for one, many in _COMPOUNDS:
        if len(word) > len(one) + 1 and word.endswith(one):
            return (word[: -len(one)] + many,)
    if len(word) < 2 or not (word.isascii() and word.isalpha()) or singulars(word):
        return ()
    # What would not be read back is no plural: "new" has none.
    return tuple(many for many in _regular_plurals(word) if word in singulars(many))


def _regular_plurals(word: str) -> tuple[str, ...]:
    if len(word) == 2 and word not in _SHORT:
        return ()
    if word in _Z:
        return (f"{word}zes",)
    if word.endswith(("s", "x", "sh", "tz", "zz")):
        return (f"{word}es",)
    if word.endswith(("ch", "o")):
        return f"{word}s", f"{word}es"
    if word.endswith("y") and word[-2] not in "aeiou":
        return (f"{word[:-1]}ies",)
    return (f"{word}s",)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_PAIRS = """
man men, woman women, child children, foot feet, tooth teeth, mouse mice, goose geese, ox oxen, louse lice, die dice,
penny pence, person people, knife knives, wife wives, life lives, leaf leaves, loaf loaves, half halves, calf calves,
self selves, shelf shelves, elf elves, thief thieves, wolf wolves, scarf scarves, hoof hooves, wharf wharves,
dwarf dwarves, sheaf sheaves, cactus cacti, fungus fungi, alumnus alumni, radius radii, stimulus stimuli,
syllabus syllabi, nucleus nuclei, criterion criteria, phenomenon phenomena, curriculum curricula, bacterium bacteria,
index indices, appendix appendices, matrix matrices, vertex vertices, analysis analyses, crisis crises, oasis oases,
diagnosis diagnoses, thesis theses, hypothesis hypotheses, prosthesis prostheses, synopsis synopses,
parenthesis parentheses, axe axes, gateau gateaux, gentleman gentlemen, salesman salesmen, fireman firemen,
policeman policemen, businessman businessmen, sportsman sportsmen, fisherman fishermen, craftsman craftsmen,
workman workmen, snowman snowmen, postman postmen, handyman handymen, doorman doormen, cameraman cameramen,
freshman freshmen, chairman chairmen, huntsman huntsmen, groomsman groomsmen, horseman horsemen, swordsman swordsmen,
spokesman spokesmen, tradesman tradesmen, mailman mailmen, frontman frontmen, stuntman stuntmen, middleman middlemen,
repairman repairmen, barman barmen, workwoman workwomen
"""
_PLURAL: dict[str, str] = dict(pair.split() for pair in _PAIRS.split(","))
_SINGULAR = {many: one for one, many in _PLURAL.items()}
_TWO_SINGULARS = _words("leaves halves lives")
_TWO_PLURALS = _words("person man woman child penny die scarf hoof dwarf wharf")
_POSSESSED = frozenset(f"{many}s" for many in _SINGULAR if not many.endswith("s"))  # "womens"

# Words that end in an irregular one: bookshelf, housewife, grandchild. Not "men" and "mice": "specimen".
_COMPOUNDS = (
    ("shelf", "shelves"),
    ("wife", "wives"),
    ("knife", "knives"),
    ("loaf", "loaves"),
    ("wolf", "wolves"),
    ("leaf", "leaves"),
    ("self", "selves"),
    ("woman", "women"),
    ("child", "children"),
    ("tooth", "teeth"),
    ("foot", "feet"),
    ("goose", "geese"),
)

# They end in s and are no plural, or mean something else than the word without it.
_NO_PLURALS = _words("""
news goods shorts tights briefs customs odds means blues greens spirits overalls slacks contents premises
lens gas bus minibus has was his its this yes us is as ours yours hers theirs
always perhaps sometimes besides overseas afterwards towards plus thus versus does series species texas dallas kansas
arkansas vegas christmas xmas canvas atlas pancreas alias bias chaos cosmos pathos ethos asbestos rhinoceros albatros
economics diabetes herpes rabies scabies measles mumps wales maldives netherlands bahamas seychelles
james charles thomas lucas nicholas andreas jonas jones williams holmes adidas mercedes hermes athens naples brussels
des les dos mas pas bas aas saas paas iaas daas baas vps gps sms cms dns css ios aws sos rss mls pos ups usps ips sas
abs nous vous alles als das was dos des mes tes ses ces aids gratis
""")

# They end in s and take -es.
_ES = _words("""
lens gas bus minibus canvas atlas bonus virus campus status iris plus alias bias chorus census circus walrus octopus
genius fetus foetus abacus crocus hibiscus lotus sinus nexus focus surplus omnibus cactus syllabus pancreas
rhinoceros christmas
""")

# Of two letters with a plural in use; of other short words an s is their own.
_SHORT = _words("ad tv pc cd id dj ep ev pj pr")

# They end in a vowel that makes their plural look like "bus" or "tennis".
_VOWEL_ENDS = _words("""
menu guru emu tofu tutu haiku bayou caribou flu gnu zulu cpu gpu sku bikini monokini tankini taxi ski kiwi khaki salami
safari rabbi alibi yeti api graffiti sari ravioli zucchini martini panini mini maxi midi semi kpi sdk roi gui uri tiki
corgi yogi ferrari lamborghini maserati audi wifi scifi hifi
""")

# Their plural in -ies is of -ie, not of -y.
_IE = _words("""
movie cookie necktie bowtie magpie zombie hoodie selfie smoothie brownie calorie genie beanie foodie rookie lingerie
prairie talkie walkie veggie budgie collie pixie hippie junkie newbie goalie techie freebie aussie barbie bookie cutie
caddie boogie laddie nightie onesie patisserie rotisserie brasserie menagerie reverie townie yuppie groupie indie auntie
birdie bogie cabbie charcuterie coterie creperie doggie girlie homie roadie softie sweetie pinkie bootie tootsie goodie
oldie hankie kiddie lassie nappie bougie serie eyrie
""")
_CHE = _words("""
ache headache toothache backache heartache bellyache stomachache cache niche avalanche quiche brioche creche moustache
mustache porsche cliche pastiche douche gouache panache apache
""")
_OE = _words("shoe horseshoe snowshoe overshoe canoe oboe tiptoe mistletoe aloe throe")
_Z = _words("quiz whiz")
