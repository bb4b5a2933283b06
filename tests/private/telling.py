"""Relations as an account tells them, in two lines."""

from __future__ import annotations

from app.importing.relations import ToldRelations
from mappings.network_program import NetworkProgram
from tests.words import Catalogue


def tell(catalogue: Catalogue, relations: dict[str, str], account: str = "awin", *, complete: bool = True) -> None:
    """Let an account say how it stands to programs of its network, by the network's ids; the API knows it then."""
    network = account.partition(".")[0]
    told = ToldRelations()
    for id, relation in relations.items():
        record = NetworkProgram(network=network, external_id=id, data_source="test", name="Acme", relation=relation)
        list(told.apart([record]))
    with catalogue.connect() as connection:
        told.store(connection, account, complete=complete)
    catalogue.get("/readyz")  # its probe would notice within half a second
