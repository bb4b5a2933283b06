"""The only composition root: settings, engines, normalising, importing, search, API, command line."""
