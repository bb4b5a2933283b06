"""Algolia's wire protocol over our search: requests into filters and bodies, answers into Algolia's results.

Pure but for `answer.py`. `docs/instantsearch.md` says what is understood and where we differ.
"""
