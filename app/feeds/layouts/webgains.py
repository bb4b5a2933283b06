"""Webgains: programs with their membership (`getProgramsWithMembershipStatus`; XML, JSON, CSV).

The membership is the account's relation. No rate is in the list.
"""

from __future__ import annotations

from app.feeds.layouts.values import Record, names_of, not_carried_by_members, split, text
from mappings.network_program import NetworkProgram

NAMES = (
    "programID", "programName", "programDescription", "programURL", "programNetworkID", "programNetworkName",
    "programMembershipStatusCode", "programMembershipStatusName", "programCategories", "programLogoURL",
)  # fmt: skip
_not_carried = not_carried_by_members(
    {
        "name": "programName",
        "description": "programDescription",
        "categories": "programCategories",
        "merchant_url": "programURL",
        "logo_url": "programLogoURL",
    }
)


def program(record: Record, *, source: str = "feed") -> NetworkProgram:
    """A program. Its network (`Webgains UK`) is where it is listed, no country that it serves."""
    categories = record.get("programCategories")
    return NetworkProgram(
        network="",
        external_id=(text(record.get("programID")) or "").strip(),
        data_source=source,
        name=text(record.get("programName")),
        description=text(record.get("programDescription")),
        categories=split(categories, ",") if isinstance(categories, str) else names_of(categories),
        merchant_url=text(record.get("programURL")),
        logo_url=text(record.get("programLogoURL")),
        not_carried=_not_carried(record),
    )
