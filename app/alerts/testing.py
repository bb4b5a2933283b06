"""Try where a watch tells: a test message to its webhook, a test mail to its address, at once."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime

import msgspec

from app.alerts.digest import test_mail
from app.alerts.mailing import MailServer, NotMailed
from app.alerts.posting import poster
from app.alerts.telling import Message
from app.alerts.watches import one
from indexing.connect import Connect


class Tried(msgspec.Struct, frozen=True, rename="camel"):
    """What became of a test; `because` is why it was not taken. A webhook's `status` is null if nothing answered."""

    to: str
    address: str
    taken: bool
    status: int | None
    because: str | None


class Tests(msgspec.Struct, frozen=True):
    """The tests of a watch; none if it tells nowhere."""

    tests: list[Tried]


def try_out(connect: Connect, id: int, server: MailServer | None, *, allow_private: bool) -> Tests:
    """Test a watch's webhook and address. Raises NoWatch."""
    with connect() as connection:
        watch = one(connection, id)
        (secret,) = connection.execute("select secret from watches where id = %s", (id,)).fetchone() or (b"",)
    tests: list[Tried] = []
    if watch.webhook:
        message = Message("watch.test", datetime.now(UTC), {"watch": {"id": watch.id, "name": watch.name}})
        with poster(allow_private=allow_private) as opened:
            delivery = opened.post(watch.webhook, secret, f"test_{secrets.token_hex(12)}", msgspec.json.encode(message))
        tests.append(Tried("webhook", watch.webhook, delivery.taken, delivery.status, delivery.because or None))
    if watch.email:
        because = "no mail server is set (AFFINDEX_SMTP_URL)"
        if server is not None:
            try:
                server.send(test_mail(watch.email, server.sender))
                because = ""
            except NotMailed as failed:
                because = str(failed)
        tests.append(Tried("email", watch.email, not because, None, because or None))
    return Tests(tests)
