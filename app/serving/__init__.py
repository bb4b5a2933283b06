"""The API and the dashboard as server processes."""
