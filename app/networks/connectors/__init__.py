"""One module per network. ShareASale has none: it was closed in October 2025, and is read from files only."""

from __future__ import annotations

from app.networks.connector import Connector
from app.networks.connectors import awin, cj, clickbank, impact, openaffiliate, partnerstack, rakuten, refersion

CONNECTORS: dict[str, Connector] = {
    connector.api.network: connector
    for connector in (
        clickbank.CONNECTOR,
        cj.CONNECTOR,
        rakuten.CONNECTOR,
        awin.CONNECTOR,
        impact.CONNECTOR,
        partnerstack.CONNECTOR,
        refersion.CONNECTOR,
        openaffiliate.CONNECTOR,
    )
}
