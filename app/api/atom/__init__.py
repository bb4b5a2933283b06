"""Searches and changes as Atom (RFC 4287), for whoever follows them with a reader."""
