"""The dashboard: static pages in a browser that talk to the JSON API and to nothing else.

`assets/` is what the browser gets, `assets.py` packs it, `pages.py` serves it. Why it is built so: `docs/dashboard.md`.
"""
