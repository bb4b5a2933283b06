"""The HTTP API: routes over search, importing and networks. Its names are the contract in `docs/api.md`."""
