"""Style, fonts and scripts: a fixed table of files, so that no path of a request ever reaches the disk.

What comes from npm lies in `assets/node_modules`; of USWDS only the files that its style sheet names are served.
Each name carries an edition made of all contents, so a browser may keep a file for as long as it likes.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Header, Response

from app.agencies.doors import open_to_all
from app.errors import NotFound

HERE = Path(__file__).parent
OWN = HERE / "static"
USWDS = HERE / "assets" / "node_modules" / "@uswds" / "uswds" / "dist"
SWAGGER = HERE / "assets" / "node_modules" / "swagger-ui-dist"
NAMED = re.compile(r"url\(\.\./([A-Za-z0-9_./-]+)\)")
FOR_EVER = "public, max-age=31536000, immutable"
ZIPPED = frozenset({".css", ".js", ".svg"})

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class Asset:
    media_type: str
    content: bytes
    zipped: bytes | None


@dataclass(frozen=True)
class Assets:
    edition: str
    by_name: dict[str, Asset]


def _files() -> dict[str, Path]:
    """Public name -> file, for those that are there."""
    style = USWDS / "css" / "uswds.min.css"
    files = {"css/uswds.min.css": style}
    if style.is_file():
        files |= {name: USWDS / name for name in NAMED.findall(style.read_text())}
    files |= {f"api/{name}": SWAGGER / name for name in ("swagger-ui.css", "swagger-ui-bundle.js")}
    files |= {f"own/{path.name}": path for path in OWN.iterdir()}
    return {name: path for name, path in sorted(files.items()) if path.is_file()}


@cache
def assets() -> Assets:
    """All files, read once; a server is started anew when they change."""
    table, whole = {}, hashlib.sha256()
    for name, path in _files().items():
        content = path.read_bytes()
        whole.update(hashlib.sha256(name.encode() + b"\0" + content).digest())
        zipped = gzip.compress(content, 6, mtime=0) if path.suffix in ZIPPED else None
        table[name] = Asset(mimetypes.guess_type(name)[0] or "application/octet-stream", content, zipped)
    return Assets(whole.hexdigest()[:16], table)


def address(name: str) -> str:
    """Where a page finds an asset."""
    return f"/assets/{assets().edition}/{name}"


def are_there() -> bool:
    """False where `npm ci` was not run: pages still work, without their looks."""
    return "css/uswds.min.css" in assets().by_name


@router.get("/assets/{edition}/{name:path}", dependencies=[open_to_all("style and scripts, the same for everyone")])
async def asset(edition: str, name: str, accept_encoding: Annotated[str, Header()] = "") -> Response:
    """One file of the table; kept for ever under its edition, not at all under another."""
    found = assets().by_name.get(name)
    if found is None:
        raise NotFound
    headers = {"Cache-Control": FOR_EVER if edition == assets().edition else "no-cache", "Vary": "Accept-Encoding"}
    if found.zipped is not None and "gzip" in accept_encoding:
        return Response(found.zipped, media_type=found.media_type, headers={**headers, "Content-Encoding": "gzip"})
    return Response(found.content, media_type=found.media_type, headers=headers)
