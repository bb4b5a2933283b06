"""Search: request to query body to answer. Everything but `engine.py` is pure."""
