"""One file and a few fields, read with limits of its own before anything of it is looked at (S41)."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from app.agencies.doors import PageActor
from app.pages.guard import TOKEN_FIELD, Csrf, MalformedForm, form_token, is_own

MULTIPART = "multipart/form-data"
FIELDS_MOST = 10
FIELD_BYTES = 300 * 1024
"""A matrix may be pasted instead of uploaded."""


@dataclass(frozen=True)
class Upload:
    """What a form sent: its fields, and the bytes of its file; the name of a file is never looked at."""

    fields: dict[str, str]
    content: bytes

    def one(self, name: str) -> str:
        return self.fields.get(name, "")


async def session_upload(request: Request, actor: PageActor) -> Upload:
    """A form with a file, of a page of this session; the whole of it is bounded like any request. Raises Csrf."""
    if not is_own(request):
        raise Csrf
    sent = await read_upload(request)
    if not hmac.compare_digest(sent.one(TOKEN_FIELD).encode(), form_token(request).encode()):
        raise Csrf
    return sent


async def read_upload(request: Request) -> Upload:
    """Raises MalformedForm for another media type, a part that is no part, too many of them, bytes that are no text."""
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != MULTIPART:
        raise MalformedForm
    await request.body()  # kept, so that sending the same form twice can be told; bounded by the front door
    parser = MultiPartParser(
        request.headers, request.stream(), max_files=1, max_fields=FIELDS_MOST, max_part_size=FIELD_BYTES
    )
    fields: dict[str, str] = {}
    content = b""
    try:
        form = await parser.parse()
        for name, value in form.multi_items():
            if isinstance(value, UploadFile):
                content = await value.read()
            else:
                value.encode()
                fields.setdefault(name, value.replace("\r\n", "\n"))
        await form.close()
    except (MultiPartException, KeyError, ValueError):
        raise MalformedForm from None
    return Upload(fields, content)


SessionUpload = Annotated[Upload, Depends(session_upload)]
"""What a POST with a file takes instead of `SessionForm`."""
