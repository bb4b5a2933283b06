"""The normaliser: a source's words in, a `Program` out. Pure; everything that is imported passes it."""

from app.normalising.normalise import VERSION, Rejected, normalise

__all__ = ["VERSION", "Rejected", "normalise"]
