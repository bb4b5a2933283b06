"""Algolia's wire protocol: what its clients send, and what they need in an answer."""
