"""The generated catalogues are believable: one table, printed and held.

1. Descriptions are distinct, and no frame of a sentence or of a whole description comes up in more than 0.5 % of rows.
2. An independent detector hears the language that is claimed; there are several languages and countries.
3. An independent classifier, trained on half, tells the category of the rest.
4. EPC goes with conversion, not with commission, and is now and then unknown.
5. Commissions, cookies and categories stand in the recorded heaps.
6. Merchants appear in several networks.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from functools import cache
from html import unescape
from itertools import chain
from random import Random

import numpy as np
import pytest
from lingua import Language, LanguageDetectorBuilder
from scipy.stats import spearmanr  # type: ignore[import-untyped]
from sklearn.feature_extraction.text import TfidfVectorizer

from generators import VOLUMES, catalogue
from generators.catalogue import CATALOGUES
from generators.networks import awin
from generators.places import places
from generators.vocabulary import topics
from mappings.network_program import NetworkProgram
from tests.importing.test_generators import percents

LANGUAGES = ("de", "en", "es", "fr", "it", "nl", "pl", "pt", "sv")
HEARD_PER_LANGUAGE = 200  # descriptions given to the detector


@pytest.fixture(scope="module")
def programs() -> list[NetworkProgram]:
    return list(chain.from_iterable(catalogue(network) for network in VOLUMES))


@pytest.fixture(scope="module")
def table() -> Iterable[Callable[[str, str, str], None]]:
    """Collects rows of the table, and prints it once all have been measured."""
    rows: list[tuple[str, str, str]] = []
    yield lambda what, measured, held: rows.append((what, measured, held))
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    print("\n".join(["", *lines]))  # noqa: T201 - the table is what the test is for


Note = Callable[[str, str, str], None]


def test_distinct_descriptions(programs: list[NetworkProgram], table: Note) -> None:  # 1
    """At least 95 % of descriptions stand alone; of names nearly as many."""
    descriptions = {program.description for program in programs}
    names = {program.name for program in programs}
    table("distinct descriptions", f"{len(descriptions) / len(programs):.2%}", ">= 95 %")
    table("distinct names", f"{len(names) / len(programs):.2%}", ">= 80 %")
    assert len(descriptions) >= 0.95 * len(programs)
    assert len(names) >= 0.8 * len(programs)


def test_frames(programs: list[NetworkProgram], table: Note) -> None:  # 1
    """No sentence, and no whole description, keeps the same frame in more than 0.5 % of rows.

    A frame is what remains when every fill-in is masked: names, goods, people, cities, countries, networks,
    authors, sums and all other numbers.
    """
    sentences: Counter[str] = Counter()
    wholes: Counter[str] = Counter()
    for program in programs:
        frame = _frame(program)
        wholes[frame] += 1
        sentences.update(set(re.split(r"(?<=[.!?]) ", frame)))
    sentence, often = sentences.most_common(1)[0]
    _, alike = wholes.most_common(1)[0]
    table("most common sentence frame", f"{often / len(programs):.3%}", "<= 0.5 %")
    table("  namely", sentence, "")
    table("most common frame of a description", f"{alike / len(programs):.3%}", "<= 0.5 %")
    table("frames of descriptions", f"{len(wholes):,}", "")
    assert often <= 0.005 * len(programs)
    assert alike <= 0.005 * len(programs)


@pytest.mark.parametrize("language", LANGUAGES)
def test_language(language: str, programs: list[NetworkProgram], table: Note) -> None:  # 2
    """Name and description are in the language they claim, says a detector that knows nothing of the generator."""
    spoken = [program for program in programs if program.text_language == language]
    sample = Random(1).sample(spoken, HEARD_PER_LANGUAGE)
    heard = _detector(f"{program.name}. {program.description}" for program in sample)
    agreed = sum(code == language for code in heard) / len(sample)
    table(f"detector agrees: {language}", f"{agreed:.1%} of {len(spoken):,}", ">= 95 %")
    assert agreed >= 0.95


def test_spread(programs: list[NetworkProgram], table: Note) -> None:  # 2
    """At least 10 countries and 7 languages, none of them a token few."""
    countries = Counter(program.primary_region for program in programs)
    languages = Counter(program.text_language for program in programs)
    table("countries of merchants", str(len(countries)), ">= 10")
    table("languages", str(len(languages)), ">= 7")
    assert len(countries) >= 10
    assert len(languages) >= 7
    assert min(languages.values()) >= 300


@pytest.mark.parametrize("network", VOLUMES)
def test_category_of_description(network: str, programs: list[NetworkProgram], table: Note) -> None:  # 3
    """A nearest centroid over TF-IDF, trained on half of a network (all languages), knows the rest by its words."""
    share = _predicted([program for program in programs if program.network == network])
    table(f"category predicted: {network}, all languages", f"{share:.1%}", ">= 80 %")
    assert share >= 0.8


@pytest.mark.parametrize("language", LANGUAGES)
def test_category_within_language(language: str, programs: list[NetworkProgram], table: Note) -> None:  # 3
    """So does one trained on half of a language, over the categories of all networks at once.

    Networks that share a meaning ("Clothing", "Apparel") can only be told apart by how they speak to affiliates.
    """
    share = _predicted([program for program in programs if program.text_language == language])
    table(f"category predicted: {language}, all networks", f"{share:.1%}", ">= 80 %")
    assert share >= 0.8


def test_correlations(programs: list[NetworkProgram], table: Note) -> None:  # 4
    """EPC goes with conversion (Awin alone gives both), and with commission nowhere."""
    awins = [program for program in programs if program.network == "awin" and program.epc]
    with_conversion = spearmanr(
        [_number(program.epc) for program in awins], [_number(program.conversion_rate) for program in awins]
    ).statistic
    table("EPC ~ conversion", f"{with_conversion:+.3f}", "+0.3 to +0.5")
    assert 0.3 <= with_conversion <= 0.5
    paired: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for program in programs:
        shown = percents(program)
        if shown and program.epc not in (None, "N/A", 0):
            per_click = _number(program.epc) / (1 if program.network == "awin" else 100)
            paired[program.network].append((per_click, max(shown)))
    paired["all"] = list(chain.from_iterable(paired.values()))
    for network, pairs in paired.items():
        correlation = spearmanr(*zip(*pairs, strict=True)).statistic
        table(f"EPC ~ commission: {network}", f"{correlation:+.3f}", "within 0.1")
        assert abs(correlation) <= 0.1


def test_heaps(programs: list[NetworkProgram], table: Note) -> None:  # 5
    """Awin's rates and all cookies stand in the recorded heaps, within 20 % (rates: among those in range)."""
    rates = Counter(
        line.high
        for program in programs
        if program.network == "awin"
        for line in program.commissions
        if line.kind == "percent"
    )
    recorded = {8: 126, 10: 120, 5: 98, 6: 81, 7: 71, 12: 43, 15: 41, 20: 13}
    _hold("awin rate", recorded, {rate: rates[float(rate)] for rate in recorded}, table)
    for network, heaps in {
        "awin": {30: 85, 60: 9, 90: 1, 7: 1},
        "shareasale": {30: 42, 60: 14, 90: 14},
    }.items():
        cookies = Counter(program.cookie for program in programs if program.network == network)
        total = cookies.total()
        for days, share in heaps.items():
            measured = cookies[days] / total * 100
            table(f"{network} cookie of {days} days", f"{measured:.1f} %", f"{share} % ± a fifth")
            assert share * 0.8 <= measured <= share * 1.2


def test_unknown(programs: list[NetworkProgram], table: Note) -> None:  # 4
    """15 to 20 % of EPCs are unknown where a network has EPCs at all."""
    for network in ("shareasale", "cj", "awin"):
        epcs = [program.epc for program in programs if program.network == network]
        unknown = sum(epc in (None, 0, "N/A") for epc in epcs) / len(epcs)
        table(f"EPC unknown: {network}", f"{unknown:.1%}", "15 to 20 %")
        assert 0.15 <= unknown <= 0.20


def test_merchants_in_common(programs: list[NetworkProgram], table: Note) -> None:  # 6
    """5 to 10 % of programs share their domain with another network; few repeat one within a network."""
    networks: dict[str, set[str]] = defaultdict(set)
    rows: Counter[tuple[str, str]] = Counter()
    for program in programs:
        if program.merchant_url:
            networks[_domain(program.merchant_url)].add(program.network)
            rows[program.network, _domain(program.merchant_url)] += 1
    total = rows.total()
    common = sum(count for (_, domain), count in rows.items() if len(networks[domain]) > 1)
    repeated = sum(count - 1 for count in rows.values())
    table("rows whose merchant is on several networks", f"{common / total:.1%}", "5 to 10 %")
    table("rows that repeat a domain of their network", f"{repeated / total:.1%}", "<= 10 %")
    assert 0.05 <= common / total <= 0.10
    assert repeated / total <= 0.10


def test_categories_follow_their_shares(programs: list[NetworkProgram]) -> None:  # 5
    """Awin's sectors are as large as recorded."""
    counted = Counter(program.categories[0] for program in programs if program.network == "awin")
    whole = sum(share for _, share in awin.CATEGORIES.values())
    for category, (_, share) in awin.CATEGORIES.items():
        assert counted[category] / counted.total() == pytest.approx(share / whole, rel=0.15)


def _hold(what: str, recorded: dict[int, int], measured: dict[int, int], table: Note) -> None:
    for value, count in recorded.items():
        expected = count / sum(recorded.values())
        share = measured[value] / sum(measured.values())
        table(f"{what} of {value} %", f"{share:.1%}", f"{expected:.1%} ± a fifth")
        assert expected * 0.8 <= share <= expected * 1.2


def _number(value: object) -> float:
    return float(str(value))


def _domain(address: str) -> str:
    return re.sub(r"^(https?://)?(www\.)?|/.*$", "", address.lower())


def _predicted(records: list[NetworkProgram]) -> float:
    """The share of unseen descriptions whose nearest centroid is their own category's.

    Written out, because scikit-learn's NearestCentroid makes dense copies of the whole matrix.
    """
    vectors = TfidfVectorizer(sublinear_tf=True).fit_transform([record.description or "" for record in records])
    labels = np.array([record.categories[0] for record in records])
    order = np.array(Random(1).sample(range(len(records)), len(records)))
    learnt, unseen = np.array_split(order, 2)
    names = sorted(set(labels[learnt]))
    centroids = np.vstack([vectors[learnt[labels[learnt] == name]].mean(axis=0).A1 for name in names])
    distances = (centroids**2).sum(axis=1) - 2 * (vectors[unseen] @ centroids.T)
    return float((np.array(names)[distances.argmin(axis=1)] == labels[unseen]).mean())


def _detector(texts: Iterable[str]) -> list[str]:
    found = LanguageDetectorBuilder.from_languages(*Language.all()).build().detect_languages_in_parallel_of(list(texts))
    return [language.iso_code_639_1.name.lower() if language else "?" for language in found]


def _frame(program: NetworkProgram) -> str:
    text = re.sub(r"<[^>]+>", " ", unescape(program.description or "")).replace("\xa0", " ")
    text = " ".join(text.split())
    name = program.name or ""
    text = text.replace(name, "#").replace(unescape(name), "#")
    topic, _ = CATALOGUES[program.network].categories[program.categories[0]]
    text = _fill_ins(f"{program.primary_region}.{program.text_language}", topic).sub("#", text)
    return re.sub(r"[\d.,]*\d[\d.,]*%?", "#", text)


@cache
def _fill_ins(code: str, topic: str) -> re.Pattern[str]:
    place = places()[code]
    words = topics(place.language)[topic]
    fill_ins = {*words.goods, *words.people.values, *words.qualities.values, place.country}
    fill_ins |= {*place.cities.values, *place.amounts.values}
    people = (place.first_names.values, place.surnames.values)
    return re.compile(rf"(?<!\w)(?:{_any(fill_ins)}|{' '.join(f'(?:{_any(names)})' for names in people)})(?!\w)")


def _any(words: Iterable[str]) -> str:
    return "|".join(map(re.escape, sorted(set(words) - {""}, key=len, reverse=True)))
