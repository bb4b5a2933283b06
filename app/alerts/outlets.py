"""Where this installation may tell: which addresses webhooks may have, and the server that mails are handed in at."""

from __future__ import annotations

from dataclasses import dataclass

from app.alerts.mailing import MailServer, mail_server
from app.settings import Settings


@dataclass(frozen=True, slots=True)
class Outlets:
    """`allow_private`: webhooks may go to addresses of one's own network, without encryption. Without a `server` no
    mail is sent; with one, digests are at `digest_hour` (UTC), with links to `site`."""

    allow_private: bool = False
    server: MailServer | None = None
    digest_hour: int = 6
    site: str | None = None


def outlets_of(settings: Settings) -> Outlets:
    """What the settings say. Raises SettingsError."""
    return Outlets(settings.allow_private_addresses, mail_server(settings), settings.digest_hour, settings.site)
