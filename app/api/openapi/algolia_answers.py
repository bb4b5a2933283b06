"""Answers in Algolia's protocol, as the OpenAPI document shows them: members are named as its clients read them."""

# ruff: noqa: N815

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import UNSET, UnsetType


class AlgoliaRecord(msgspec.Struct, kw_only=True):
    """A program by its `objectID`, with those of its members that were asked for (`app.api.openapi.programs`)."""

    objectID: str
    _highlightResult: dict[str, Any] | UnsetType = UNSET
    _snippetResult: dict[str, Any] | UnsetType = UNSET


class AlgoliaFacetHit(msgspec.Struct, kw_only=True):
    """A value of a facet."""

    value: str
    highlighted: str
    count: int


class AlgoliaFacetHits(msgspec.Struct, kw_only=True):
    """The values of a facet that begin with what was typed."""

    facetHits: list[AlgoliaFacetHit]
    exhaustiveFacetsCount: bool
    exhaustive: dict[str, bool]
    processingTimeMS: int


class AlgoliaFacetOrder(msgspec.Struct, kw_only=True):
    """The order of facets."""

    order: list[str]


class AlgoliaFacetOrdering(msgspec.Struct, kw_only=True):
    """The order of facets, and how the values of each are ordered."""

    facets: AlgoliaFacetOrder
    values: dict[str, dict[str, str]]


class AlgoliaRendering(msgspec.Struct, kw_only=True):
    """In which order dynamic widgets show the facets."""

    facetOrdering: AlgoliaFacetOrdering | UnsetType = UNSET


class AlgoliaResult(msgspec.Struct, kw_only=True):
    """The result of one query."""

    hits: list[AlgoliaRecord]
    nbHits: int
    page: int
    nbPages: int
    hitsPerPage: int
    offset: int | UnsetType = UNSET
    length: int | UnsetType = UNSET
    facets: dict[str, dict[str, int]] | UnsetType = UNSET
    facets_stats: dict[str, dict[str, float]] | UnsetType = UNSET
    exhaustive: dict[str, bool]
    exhaustiveFacetsCount: bool
    exhaustiveNbHits: bool
    exhaustiveTypo: bool
    renderingContent: AlgoliaRendering
    query: str
    params: str
    index: str
    processingTimeMS: int


class AlgoliaResults(msgspec.Struct, kw_only=True):
    """A result for each query, in their order; one of type `facet` has values instead of hits."""

    results: list[Any]  # AlgoliaResult or AlgoliaFacetHits; unions of structs are not supported


class AlgoliaPage(msgspec.Struct, kw_only=True):
    """Programs that a query finds, and the cursor of the next page unless it is the last."""

    hits: list[AlgoliaRecord]
    nbHits: int
    page: int
    nbPages: int
    hitsPerPage: int
    exhaustiveNbHits: bool
    query: str
    params: str
    processingTimeMS: int
    cursor: str | UnsetType = UNSET


class AlgoliaRecords(msgspec.Struct, kw_only=True):
    """Records in the order of the requests; null for one that is not there."""

    results: list[AlgoliaRecord | None]
