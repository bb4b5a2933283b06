"""Languages whose words are stemmed in search, and the stemmer of each.

Texts in other languages are searched as they stand, folded only. The light stemmers join plural and gender forms
without joining words of different meaning, which a catalogue of short texts punishes at once.
"""

STEMMERS: dict[str, str] = {
    "da": "danish",
    "de": "light_german",
    "en": "english",
    "es": "light_spanish",
    "fi": "light_finnish",
    "fr": "light_french",
    "it": "light_italian",
    "nb": "norwegian",
    "nl": "dutch",
    "no": "norwegian",
    "pt": "light_portuguese",
    "sv": "swedish",
}
