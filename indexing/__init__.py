"""Postgres to OpenSearch: change set, bulk pipeline, generations, rebuild, follow, verify."""
