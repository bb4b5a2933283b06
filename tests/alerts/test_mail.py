"""The daily digest, against a mail server of this machine.

1. Each address gets one mail a day with what all its watches found since the last one; none if they found nothing. The
   watch that nobody made has the address of the settings, unless it is given one.
2. A mail that is not taken is sent the next time, and nothing is lost; the reason is shown.
3. Names of programs are text, whatever they hold; long lists are counted.
4. A watch's test sends a mail at once.
5. The password is sent encrypted only; settings that cannot be are refused.
"""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

from app.alerts.digest import begin_of, send_digests
from app.alerts.mailing import MailServer, NotMailed, mail_server
from app.alerts.testing import try_out
from app.alerts.wanted import read_watch
from app.alerts.watches import add, one
from app.settings import Secret, Settings, SettingsError
from tests.alerts.test_relations_watched import stand
from tests.alerts.watching import caught_up, watch
from tests.words import Catalogue, program

_SENDER = "Affindex <affindex@example.com>"


class Mailbox:
    """What a server of this machine took; while it `refuses`, nothing."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.refuses = False
        self.server: MailServer

    async def handle_DATA(self, _: Any, __: Any, envelope: Any) -> str:  # noqa: N802
        if self.refuses:
            return "451 not now"
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(mail, EmailMessage)
        assert envelope.rcpt_tos == [mail["To"]]
        self.mails.append(mail)
        return "250 taken"


class _OnAnyPort(Controller):
    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
        super()._trigger_server()  # type: ignore[no-untyped-call]

    def factory(self) -> SMTP:
        return SMTP(self.handler, enable_SMTPUTF8=True)


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    found = Mailbox()
    controller = _OnAnyPort(found, hostname="127.0.0.1", port=0)
    controller.start()
    found.server = MailServer("127.0.0.1", controller.port, False, None, None, _SENDER)
    try:
        yield found
    finally:
        controller.stop()


def _lines(mail: EmailMessage) -> list[str]:
    return [line for line in mail.get_content().splitlines() if line]


def test_one_mail_a_day(catalogue: Catalogue, mailbox: Mailbox) -> None:  # 1, 2, 3
    catalogue.store(program("Green Tea", commission_max=5.0), program("Coffee"))
    tea = watch(catalogue, "q=tea", "tea", email="one@example.com")
    watch(catalogue, "q=coffee", "coffee", email="one@example.com")
    watch(catalogue, "q=coffee", "other", email="two@example.com")
    catalogue.rows("update programs set commission_max = 6.5 where name = 'Green Tea'")
    catalogue.put([program("Black Tea"), program("Tea <x>: & Co")])
    catalogue.index()
    caught_up(catalogue)
    now = datetime.now(UTC)

    def sent(at: datetime) -> int:
        return send_digests(catalogue.connect, mailbox.server, 6, "https://affindex.example.com/", at)

    mailbox.refuses = True
    assert sent(now) == 0
    with catalogue.connect() as connection:
        assert "451" in (one(connection, tea.id).mail_failure or "")
    mailbox.refuses = False
    assert sent(now) == 1
    (mail,) = mailbox.mails
    assert (mail["To"], mail["From"], mail["Subject"]) == (
        "one@example.com", _SENDER, "Affindex: 3 changes in what you watch",
    )  # fmt: skip
    lines = _lines(mail)
    assert lines[:2] == ["tea", "==="]
    ids = dict(catalogue.rows("select name, id from programs"))
    site = "https://affindex.example.com/programs/"
    assert sorted(lines[2:]) == sorted(
        [
            f"- Black Tea (awin): matches now {site}{ids['Black Tea']}",
            f"- Green Tea (awin): commissionMax 5 % → 6.5 % {site}{ids['Green Tea']}",
            f"- Tea <x>: & Co (awin): matches now {site}{ids['Tea <x>: & Co']}",
        ]
    )
    assert sent(now) == 0
    catalogue.rows("update programs set commission_max = 7 where name = 'Green Tea'")
    caught_up(catalogue)
    assert sent(now) == 0, "once a day"
    assert sent(now + timedelta(days=1)) == 1
    assert [line for line in _lines(mailbox.mails[1]) if line.startswith("-")] == [
        f"- Green Tea (awin): commissionMax 6.5 % → 7 % {site}{ids['Green Tea']}"
    ]
    assert mailbox.mails[0]["Message-ID"] != mailbox.mails[1]["Message-ID"]


def _watched(catalogue: Catalogue) -> int:
    """A watch that mails; its id."""
    with catalogue.connect() as connection:
        return add(connection, read_watch("tea", "q=tea", email="one@example.com"), "{}", set(), None)[0]


def test_joined_programs_are_told_to_who_reads(catalogue: Catalogue, mailbox: Mailbox) -> None:  # 1
    catalogue.store(program("Tea"))
    stand(catalogue, Tea="joined")
    caught_up(catalogue)
    catalogue.rows("update programs set status = 'closed'")
    caught_up(catalogue)
    assert send_digests(catalogue.connect, mailbox.server, 6) == 0
    reading = replace(mailbox.server, reader="me@example.com")
    assert send_digests(catalogue.connect, reading, 6) == 1
    (mail,) = mailbox.mails
    assert mail["To"] == "me@example.com"
    assert "Tea (awin): status active → closed" in mail.get_content()
    catalogue.rows("update watches set email = 'other@example.com', mailed_at = null, mailed = 0")
    assert send_digests(catalogue.connect, reading, 6) == 1
    assert mailbox.mails[1]["To"] == "other@example.com"


def test_long_lists_are_counted(catalogue: Catalogue, mailbox: Mailbox) -> None:  # 3
    id = _watched(catalogue)
    catalogue.rows(
        "insert into watch_events (watch_id, at, kind, program_id) select %s, now(), 'left', n "
        "from generate_series(1, 60) n",
        id,
    )
    assert send_digests(catalogue.connect, mailbox.server, 6) == 1
    lines = _lines(mailbox.mails[0])
    assert len(lines) == 2 + 50 + 1
    assert lines[2] == "- program 1, which is gone: no longer matches"
    assert lines[-1] == "- and 10 more"


def test_a_test(catalogue: Catalogue, mailbox: Mailbox) -> None:  # 4
    id = _watched(catalogue)
    (tried,) = try_out(catalogue.connect, id, mailbox.server, allow_private=False).tests
    assert (tried.to, tried.taken, tried.because) == ("email", True, None)
    assert mailbox.mails[0]["Subject"] == "Affindex: a test"
    (tried,) = try_out(catalogue.connect, id, None, allow_private=False).tests
    assert not tried.taken
    nobody = MailServer("127.0.0.1", 1, False, None, None, _SENDER)
    (tried,) = try_out(catalogue.connect, id, nobody, allow_private=False).tests
    assert "refused" in (tried.because or "")


def test_no_password_in_the_clear(mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:  # 5
    monkeypatch.setattr(MailServer, "_here", False)
    server = mail_server(
        Settings(
            smtp_url=f"smtp://127.0.0.1:{mailbox.server.port}",
            smtp_from=_SENDER,
            smtp_user="a",
            smtp_password=Secret("b"),
        )
    )
    assert server is not None
    with pytest.raises(NotMailed, match="no encryption"):
        server.send(EmailMessage())


def test_settings() -> None:  # 5
    assert mail_server(Settings()) is None
    server = mail_server(Settings(smtp_url="smtps://mail.example.com", smtp_from=_SENDER))
    assert server is not None
    assert (server.port, server.secure) == (465, True)
    for url in ("mail.example.com", "http://mail.example.com", "smtp://a:b@mail.example.com", "smtp://h:99999"):
        with pytest.raises(SettingsError, match="AFFINDEX_SMTP_URL"):
            mail_server(Settings(smtp_url=url, smtp_from=_SENDER))
    with pytest.raises(SettingsError, match="AFFINDEX_SMTP_FROM"):
        mail_server(Settings(smtp_url="smtp://mail.example.com"))


def test_when_it_is_due() -> None:  # 1
    assert begin_of(datetime(2026, 3, 1, 7, 30, tzinfo=UTC), 6) == datetime(2026, 3, 1, 6, tzinfo=UTC)
    assert begin_of(datetime(2026, 3, 1, 5, 30, tzinfo=UTC), 6) == datetime(2026, 2, 28, 6, tzinfo=UTC)
