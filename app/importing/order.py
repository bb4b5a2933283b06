"""The one order in which every write of an import takes programs: two that took them in different ones would deadlock.

It mixes networks and keys. New programs get their ids in it, and the id is the last tie of every order of a search: by
network and key, the first page of equally popular programs would be one network's.
"""

from __future__ import annotations


def in_order(alias: str = "") -> str:
    """What to order by, of columns with this alias before them ("p.")."""
    return f"hashtextextended({alias}external_id, 0), {alias}network_id, {alias}external_id"
