"""The OpenAPI document: how it is made, the parameters it describes, the page that shows it, the table of routes."""
