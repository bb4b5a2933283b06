"""The normaliser: a source's words in, a `Program` out. Pure; everything that is imported passes it."""

from app.normalising.normalise import VERSION, Rejected, external_id, normalise

__all__ = ["VERSION", "Rejected", "external_id", "normalise"]
