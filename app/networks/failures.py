"""How asking a network can fail. No message holds a credential or a whole address."""

from __future__ import annotations

from datetime import datetime

from app.failures import Ending, Failure


class NetworkFailure(Failure):
    """A network could not be asked, or what it said is no answer."""


class CredentialsRefused(NetworkFailure):
    """The network does not take our credentials."""


class AccessDenied(NetworkFailure):
    """The credentials are good, but not for this."""


class NotAnAnswer(NetworkFailure):
    """The network answered, but not with what its documentation says: an error page, another shape, nothing at all."""


class Unavailable(NetworkFailure):
    """The network kept failing in ways that usually pass: errors of the server, timeouts, answers cut short."""

    ending = Ending.PASSING


class AddressRefused(NetworkFailure):
    """An address that must not be asked: private, or not over https."""


class Unconfigured(NetworkFailure):
    """The network has no credentials, is paused, or is closed for good."""


class OverBudget(NetworkFailure):
    """The network allows no call for so long that waiting makes no sense."""

    ending = Ending.PASSING

    def __init__(self, network: str, until: datetime) -> None:
        super().__init__(f"{network} allows no more calls until {until:%Y-%m-%d %H:%M:%S} UTC; sync again after that")
        self.until = until


class Drifted(NetworkFailure):
    """What was pulled has lost so much against the last sync that it is an alarm and not an import."""


class Stopped(NetworkFailure):
    """We were stopped while waiting; the next sync goes on where this one ended."""

    ending = Ending.INTERRUPTED


class Passing(Exception):
    """A failure that is worth another try; never leaves the client."""


class NotThere(Exception):
    """The network answered 404 for one thing that was asked for."""
