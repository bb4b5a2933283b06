"""What an offer's text says is paid. In doubt it says nothing: the text is kept, a wrong number would be believed.

`amounts` finds every percentage and sum, `tokens` types the words between them by the files of `words`, `clauses` gives
each amount its own, `judging` passes over what is no commission (discounts, cookies, payouts, prices, examples),
`events` and `repetition` read what is left, `reading` assembles it.
"""

from app.normalising.commission_text.reading import LONGEST, Understood, understand

__all__ = ["LONGEST", "Understood", "understand"]
