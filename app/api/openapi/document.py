"""The OpenAPI document, with what Litestar cannot see: errors as problem documents, and answers written as bytes."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import OpenAPI

from app.api.openapi import programs

_TEXT = {"type": "string"}
_PROBLEM = {
    "description": "What is wrong, and what to do about it (RFC 9457)",
    "content": {
        "application/problem+json": {
            "schema": {
                "type": "object",
                "required": ["type", "title", "status", "detail", "message", "requestId"],
                "properties": {
                    "type": {**_TEXT, "description": "A stable code below `/problems/`."},
                    "title": _TEXT,
                    "status": {"type": "integer"},
                    "detail": _TEXT,
                    "message": {**_TEXT, "description": "The detail again, for Algolia's clients."},
                    "requestId": _TEXT,
                    "errors": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["parameter", "message"],
                            "properties": {"parameter": _TEXT, "message": _TEXT, "didYouMean": _TEXT},
                        },
                    },
                },
            }
        }
    },
}
# Members that travel as bytes, or as what the engine made of them; which schema says what they are.
_RAW: dict[tuple[str, str], dict[str, Any]] = {
    ("Page", "programs"): {"type": "array", "items": {"$ref": "#/components/schemas/FoundProgram"}},
    ("Page", "facets"): {
        "type": "object",
        "additionalProperties": {
            "anyOf": [{"$ref": "#/components/schemas/TermsFacet"}, {"$ref": "#/components/schemas/RangesFacet"}]
        },
    },
    ("AlgoliaResults", "results"): {
        "type": "array",
        "items": {"anyOf": [{"$ref": f"#/components/schemas/Algolia{each}"} for each in ("Result", "FacetHits")]},
    },
    ("Preview", "programs"): {"type": "array", "items": {"$ref": "#/components/schemas/PreviewedProgram"}},
}
# How Litestar describes an answer that a route has already encoded. All of these are objects.
_ENCODED = (_TEXT, {"oneOf": [_TEXT, {"type": "null"}]})


class _Document(OpenAPI):
    def to_schema(self) -> dict[str, Any]:
        schema: dict[str, Any] = super().to_schema()
        schema["components"]["responses"] = {"Problem": _PROBLEM}
        described = schema["components"]["schemas"]
        described |= programs.schemas()
        for (name, member), said in _RAW.items():
            described[name]["properties"][member] = said
        for item in schema["paths"].values():
            for operation in item.values():
                responses = operation["responses"]
                responses.pop("400", None)  # as Litestar itself would word it
                for response in responses.values():
                    _mend(response.get("content", {}))
                responses["default"] = {"$ref": "#/components/responses/Problem"}
        return schema


def _mend(content: dict[str, Any]) -> None:
    if (answer := content.get("application/json")) and answer["schema"] in _ENCODED:
        answer["schema"] = {"type": "object"}


class DocumentConfig(OpenAPIConfig):
    """How the document is made."""

    def to_openapi_schema(self) -> OpenAPI:
        """The document, whose routes Litestar adds."""
        made = super().to_openapi_schema()
        return _Document(**{each.name: getattr(made, each.name) for each in fields(made)})
