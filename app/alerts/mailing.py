"""Mail by SMTP: where it is handed in, and by whom it is sent."""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from ipaddress import ip_address
from urllib.parse import urlsplit

from app.failures import Failure
from app.settings import Settings, SettingsError, revealed

_SECONDS = 30.0  # between two answers of the server
_PORTS = {"smtp": 25, "smtps": 465}


class NotMailed(Failure):
    """The mail server did not take a mail; the message says why."""


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mails are handed in. `secure` from the first byte; otherwise by STARTTLS where the server offers it.
    `reader` has the digest of the watch that was made by itself, unless that has an address of its own."""

    host: str
    port: int
    secure: bool
    user: str | None
    password: str | None
    sender: str
    reader: str | None = None

    def send(self, mail: EmailMessage) -> None:
        """Hand a mail in. Raises NotMailed."""
        trusting = ssl.create_default_context()
        try:
            with (
                smtplib.SMTP_SSL(self.host, self.port, timeout=_SECONDS, context=trusting)
                if self.secure
                else smtplib.SMTP(self.host, self.port, timeout=_SECONDS)
            ) as server:
                server.ehlo_or_helo_if_needed()
                encrypted = self.secure
                if not self.secure and server.has_extn("starttls"):
                    server.starttls(context=trusting)
                    encrypted = True
                if self.user:
                    if not (encrypted or self._here):
                        raise NotMailed(f"{self.host} offers no encryption, and the password is not sent without")
                    server.login(self.user, self.password or "")
                server.send_message(mail)
        except (OSError, smtplib.SMTPException) as error:
            raise NotMailed(f"{self.host}: {type(error).__name__}: {error}"[:300]) from None

    @property
    def _here(self) -> bool:
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"


def mail_server(settings: Settings) -> MailServer | None:
    """The server that the settings name; None for none. Raises SettingsError."""
    if not settings.smtp_url:
        return None
    expected = "expected smtp://host:587 or smtps://host:465"
    try:
        parts = urlsplit(settings.smtp_url)
        port = parts.port
    except ValueError:
        raise SettingsError(f"AFFINDEX_SMTP_URL is no address; {expected}") from None
    if parts.scheme not in _PORTS or not parts.hostname or parts.username or parts.path.strip("/"):
        raise SettingsError(f"AFFINDEX_SMTP_URL: {expected}; user and password have variables of their own")
    if not settings.smtp_from:
        raise SettingsError("AFFINDEX_SMTP_FROM is needed beside AFFINDEX_SMTP_URL: the address that mails are from")
    return MailServer(
        parts.hostname,
        port or _PORTS[parts.scheme],
        parts.scheme == "smtps",
        settings.smtp_user,
        revealed(settings.smtp_password),
        settings.smtp_from,
        settings.smtp_to,
    )
