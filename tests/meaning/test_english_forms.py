"""English words find each other in the singular and in the plural, and nothing else.

The pairs and the traps were written before the rules.
"""

from __future__ import annotations

import pytest

from mappings.folding import key
from mappings.forms import english_forms

JOINED = """
shoe shoes, dress dresses, mattress mattresses, brush brushes, watch watches, box boxes, toy toys, baby babies,
battery batteries, accessory accessories, movie movies, cookie cookies, smoothie smoothies, hoodie hoodies, tie ties,
knife knives, wife wives, leaf leaves, shelf shelves, bookshelf bookshelves, scarf scarves, loaf loaves, half halves,
glove gloves, olive olives, man men, woman women, child children, foot feet, tooth teeth, mouse mice, goose geese,
potato potatoes, tomato tomatoes, hero heroes, photo photos, video videos, piano pianos, lens lenses, bus buses,
gas gases, glass glasses, bonus bonuses, canvas canvases, class classes, process processes, business businesses,
house houses, course courses, prize prizes, quiz quizzes, tax taxes, headache headaches, niche niches, church churches,
bikini bikinis, taxi taxis, menu menus, key keys, holiday holidays, vpn vpns, ad ads, api apis, analysis analyses,
bra bras, spa spas, gentleman gentlemen, sportswoman sportswomen, grandchild grandchildren, sale sales, spy spies
"""

APART = """
wedding wed, organic organ, news new, proces process, goods good, shorts short, tights tight, briefs brief,
customs custom, princess princes, care cars, cares caress, bras brass, less les, this thi, has ha, gas ga, plus plu,
yes ye, lens len, bus bu, busines business, glas glass, toes to, does do, uses us, caves cafe, safe saves, omen oman,
ramen raman, media medium, base basis, plan planes, rat rates, hat hates, cook cookies, move movies, bath bathe,
cloth clothes, past paste, training train, building build, sky skis, bar bares, always alway, texas texa,
series sery, tennis tenni, discus discuss, moss mos, specimen speciman, status statu, carry car, spring sprint,
odds odd, blues blue, spirits spirit
"""


def _pairs(text: str) -> list[tuple[str, str]]:
    pairs = [tuple(pair.split()) for pair in text.split(",")]
    return [(one, other) for one, other in pairs]


@pytest.mark.parametrize(("one", "many"), _pairs(JOINED))
def test_one_and_many(one: str, many: str) -> None:
    assert many in english_forms(one)
    assert one in english_forms(many)
    assert key(one) == key(many), "files of words are looked up by the same"


@pytest.mark.parametrize(("one", "other"), _pairs(APART))
def test_words_that_only_look_alike(one: str, other: str) -> None:
    assert other not in english_forms(one)
    assert one not in english_forms(other)
    assert key(one) != key(other)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("women's", {"woman", "women", "womens"}),
        ("women’s", {"woman", "women", "womens"}),
        ("womens", {"women", "woman"}),
        ("mens", {"men", "man"}),
        ("kids'", {"kids", "kid"}),
        ("children's", {"children", "child", "childrens"}),
        ("dog's", {"dog", "dogs"}),
    ],
)
def test_possessives(typed: str, found: set[str]) -> None:
    assert found <= set(english_forms(typed))


@pytest.mark.parametrize("word", ["", "a", "b2b", "2001", "カメラ", "x" * 300, "'s", "naïve'"])
def test_few_forms_of_anything(word: str) -> None:
    assert len(english_forms(word)) <= 8
    assert word not in english_forms(word)


def test_codes_and_names_keep_their_s() -> None:
    assert english_forms("2001s") == ()
    for word in ("vps", "gps", "sms", "cms", "ios", "aws"):
        assert word[:-1] not in english_forms(word)
