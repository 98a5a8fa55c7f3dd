"""What anyone may read of the record: checkpoint, tiles, and what a receipt proves. It names nobody and no case.

Nothing here leaves an entry: it is the published log itself, the same for all, and whoever checks a receipt must be
able to do so unseen.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Security
from fastapi.responses import PlainTextResponse, Response

from app.agencies.doors import bearer, open_to_all
from app.agencies.sign_in import read_bearer
from app.audit.log import origin_of
from app.audit.tiles import TILE_WIDTH
from app.errors import Fault, Validation
from app.http.route import Act, Transaction
from app.oversight.published import SLUG, NoSuchLog, published_log, published_tile
from app.oversight.receipts import verify_receipt
from app.oversight.schemas import ReceiptIn, ReceiptProof

router = APIRouter(route_class=Act, prefix="/v1", tags=["record"])
FOR_EVER = "public, max-age=31536000, immutable"
A_DAY = "public, max-age=86400"
"""Of partial tiles: they never change under their name either, but soon nobody asks for them."""


@router.get(
    "/audit/checkpoint",
    response_class=PlainTextResponse,
    dependencies=[open_to_all("a checkpoint is for everyone: the more keep it, the better")],
)
async def checkpoint(
    request: Request,
    tx: Transaction,
    log: Annotated[str | None, Query(max_length=60, description="last part of the log's name")] = None,
    token: Annotated[str | None, Security(bearer)] = None,
) -> PlainTextResponse:
    """The newest signed checkpoint of a log (C2SP tlog-checkpoint); of your own agency's, if you are signed in."""
    if log is not None:
        found = await published_log(tx, _origin(request, log))
    elif token is not None:
        actor = await read_bearer(tx, request.app.state.tokens, token)
        found = await published_log(tx, await origin_of(tx, actor.agency_id))
    else:
        raise Validation((Fault("/query/log", "missing", "name the log"),))
    return PlainTextResponse(found.note)


@router.get(
    "/audit/tile/{log}/{path:path}",
    response_class=Response,
    responses={200: {"content": {"application/octet-stream": {}}, "description": "The tile or entry bundle"}},
    dependencies=[open_to_all("tiles hold hashes and blind leaves alone")],
)
async def tile(request: Request, log: str, path: str, tx: Transaction) -> Response:
    """A tile of hashes or a bundle of blind entries (C2SP tlog-tiles): `<level>/<n>[.p/<width>]`, `entries/...`."""
    found, content = await published_tile(tx, await published_log(tx, _origin(request, log)), f"tile/{path}")
    caching = FOR_EVER if found.width == TILE_WIDTH else A_DAY
    return Response(content, media_type="application/octet-stream", headers={"Cache-Control": caching})


@router.post("/receipts/verify", dependencies=[open_to_all("whoever holds a receipt may have it checked, unseen")])
async def verify(request: Request, receipt: ReceiptIn, tx: Transaction) -> ReceiptProof:
    """What a receipt proves: that it is whole, that the log promised to hold it, and where it stands by now."""
    return await verify_receipt(tx, receipt, request.app.state.settings.policies_folder)


def _origin(request: Request, log: str) -> str:
    if SLUG.fullmatch(log) is None:
        raise NoSuchLog
    return f"{request.app.state.settings.log_origin}/{log}"
