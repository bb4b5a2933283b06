"""Languages whose words are stemmed in search, and the stemmer of each.

Texts in other languages are searched as they stand, folded only. The light stemmers join plural and gender forms
without joining words of different meaning, which a catalogue of short texts punishes at once.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Stemmer:
    """A stemmer and a list of stop words, by their names in the engine."""

    name: str
    stopwords: str


STEMMERS: dict[str, Stemmer] = {
    "da": Stemmer("danish", "danish"),
    "de": Stemmer("light_german", "german"),
    "en": Stemmer("minimal_english", "english"),
    "es": Stemmer("light_spanish", "spanish"),
    "fi": Stemmer("light_finnish", "finnish"),
    "fr": Stemmer("light_french", "french"),
    "it": Stemmer("light_italian", "italian"),
    "nb": Stemmer("norwegian", "norwegian"),
    "nl": Stemmer("dutch", "dutch"),
    "no": Stemmer("norwegian", "norwegian"),
    "pt": Stemmer("light_portuguese", "portuguese"),
    "sv": Stemmer("swedish", "swedish"),
}
