"""The published contract: OpenAPI 3.1 with the problems that can be answered; `upstander openapi` writes openapi/."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Response
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse

from app.agencies.doors import open_to_all
from app.agencies.token_keys import new_token_key
from app.settings import MINIMUM_SECRET_CHARACTERS, SECRET_FILES, Secrets, Settings

PROBLEM: dict[str, Any] = {
    "type": "object",
    "title": "Problem",
    "description": "RFC 9457. `type` is /problems/<slug>; see openapi/problems.md for all of them.",
    "required": ["type", "title", "status", "request_id"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference", "examples": ["/problems/not-found"]},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "request_id": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "pointer": {"type": "string"},
                    "rule": {"type": "string"},
                    "says": {"type": "string"},
                },
            },
        },
    },
}
REFUSALS = {
    "400": "The request could not be read",
    "401": "Not signed in",
    "403": "Visible, but not allowed",
    "404": "Nothing here for you",
    "406": "Not made in the media types asked for",
    "409": "Does not fit what stands",
    "412": "Changed since you last looked",
    "413": "Too large",
    "415": "Not JSON",
    "422": "Does not fit the rules",
    "428": "If-Match is missing",
    "429": "Too many tries",
    "503": "Not now; nothing was stored",
}


def describe(app: FastAPI) -> None:
    """Serve the contract at /openapi.json."""

    def contract() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = make_contract(app)
        return app.openapi_schema

    app.openapi = contract  # type: ignore[method-assign]

    @app.get("/openapi.json", include_in_schema=False, dependencies=[open_to_all("the published contract")])
    async def openapi() -> Response:
        return JSONResponse(app.openapi())


def make_contract(app: FastAPI) -> dict[str, Any]:
    contract = get_openapi(
        title=app.title,
        version=app.version,
        openapi_version="3.1.0",
        summary="Internal affairs for the duty to intervene",
        description="Every act leaves an entry in a record that an oversight board can verify for itself.",
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        routes=app.routes,
    )
    schemas = contract.setdefault("components", {}).setdefault("schemas", {})
    schemas["Problem"] = PROBLEM
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    for path in contract["paths"].values():
        for operation in path.values():
            _require_headers(operation)
            _describe_refusals(operation)
    return contract


def write_contract(folder: Path) -> None:
    """Write openapi.json and problems.md; needs no database and no secrets of an installation."""
    from app.api.app import create_app
    from app.api.problems import problems_known

    folder.mkdir(parents=True, exist_ok=True)
    contract = make_contract(create_app(Settings(), passing_secrets()))
    (folder / "openapi.json").write_text(json.dumps(contract, indent=1, sort_keys=True, ensure_ascii=False) + "\n")
    rows = [f"| {status} | `{slug}` | {title} |" for status, slug, title in problems_known()]
    table = "\n".join(["# Problems", "", "RFC 9457; `type` is `/problems/<slug>`.", "", "| Status | Slug | Title |"])
    (folder / "problems.md").write_text("\n".join([table, "|---|---|---|", *rows]) + "\n")


def passing_secrets() -> Secrets:
    """Secrets that no installation has, for an application that only describes itself."""
    words = dict.fromkeys(SECRET_FILES, "x" * MINIMUM_SECRET_CHARACTERS)
    return Secrets(**words, token_keys={"none": new_token_key()})


REQUIRED_HEADERS = {
    "Idempotency-Key": {"type": "string", "minLength": 16, "maxLength": 128, "pattern": "^[!-~]+$"},
    "if-match": {"type": "string", "pattern": '^"[0-9]+"$'},
}
"""Optional to the framework, so that their absence is answered by our own problem; required in the contract."""


def _require_headers(operation: dict[str, Any]) -> None:
    for parameter in operation.get("parameters", []):
        if parameter["in"] == "header" and parameter["name"] in REQUIRED_HEADERS:
            parameter["required"] = True
            parameter["schema"] = REQUIRED_HEADERS[parameter["name"]]
            parameter["name"] = "If-Match" if parameter["name"] == "if-match" else parameter["name"]


def _describe_refusals(operation: dict[str, Any]) -> None:
    for status, says in REFUSALS.items():
        operation["responses"][status] = {
            "description": says,
            "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
