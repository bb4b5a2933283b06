"""The dated table of exchange rates that amounts are made comparable with."""

from __future__ import annotations

import tomllib
from datetime import date
from importlib.resources import files

import msgspec


class ExchangeRates(msgspec.Struct, frozen=True):
    """USD for one unit of each currency, on one day."""

    date: date
    usd: dict[str, float]


RATES = msgspec.convert(
    tomllib.loads(files("mappings").joinpath("exchange_rates.toml").read_text("utf-8")), ExchangeRates
)
