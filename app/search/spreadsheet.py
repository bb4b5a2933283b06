"""Text that a spreadsheet takes for text."""

from __future__ import annotations

# What a spreadsheet would take for a formula is written behind an apostrophe (OWASP, CSV injection): signs as they are,
# in full width (as East Asian versions read them too) and in their small forms.
_FORMULA = (*"=+-@\t\r\n", *"＝＋－＠", *"﹦﹢﹣﹫")


def as_text(text: str) -> str:
    """A cell's text, behind an apostrophe if it begins like a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text
