"""What an offer's text says is paid. In doubt it says nothing: the text is kept, a wrong number would be believed.

`amounts` finds every percentage and sum, `clauses` gives each its words, `roles` passes over what is no commission
(discounts, cookies, payouts, prices, examples), `events` and `repetition` read what is left, `reading` assembles it.
"""

from app.normalising.commission_text.reading import Understood, understand

__all__ = ["Understood", "understand"]
