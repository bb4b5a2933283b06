"""Watches: saved searches that tell what changes in them, by webhook, by mail, and to whoever asks."""
