"""What stands before every form: it comes from our own page, in this very session, and is read strictly.

`Sec-Fetch-Site: same-origin`, or where a browser sends none, exactly our Origin; and a token that only pages of this
session carry. The address we compare with is the configured one, never the Host of a request (S59).
"""

from __future__ import annotations

import hashlib
import hmac
import uuid
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import parse_qsl, urlsplit

from fastapi import Depends, Request

from app.agencies.doors import PageActor, cookie_name
from app.errors import Forbidden, Malformed
from app.http.route import begin_once

TOKEN_FIELD = "form_token"  # noqa: S105 - the name of a field
ONCE_FIELD = "once"
FIELDS_MOST = 400
FORM = "application/x-www-form-urlencoded"


@dataclass(eq=False)
class Csrf(Forbidden):
    """This form did not come from our own page, or its page is too old."""


@dataclass(eq=False)
class MalformedForm(Malformed):
    """The form could not be read."""


@dataclass(frozen=True)
class Form:
    """Fields as they were typed, in the order of the page."""

    pairs: tuple[tuple[str, str], ...]

    def one(self, name: str) -> str:
        return next((value for field, value in self.pairs if field == name), "")

    def all(self, name: str) -> list[str]:
        return [value for field, value in self.pairs if field == name]


def is_own(request: Request) -> bool:
    """Whether the browser says that this request comes from a page of ours."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    ours = urlsplit(request.app.state.settings.base_url)
    return request.headers.get("origin") == f"{ours.scheme}://{ours.netloc}"


def form_token(request: Request, session: str | None = None) -> str:
    """Stands for a session in its forms; tells nothing of the session's own token."""
    held = request.cookies.get(cookie_name(request), "") if session is None else session
    key: str = request.app.state.secrets.cursor_key
    return hmac.new(key.encode(), b"form\0" + held.encode("utf-8", "replace"), hashlib.sha256).hexdigest()


def device_mark(request: Request, account_id: uuid.UUID) -> str:
    """Tells what one person keeps on a device from what another does; says nothing of who they are."""
    key: str = request.app.state.secrets.cursor_key
    return hmac.new(key.encode(), b"device\0" + account_id.bytes, hashlib.sha256).hexdigest()


async def read_form(request: Request) -> Form:
    """The fields of a form. Raises MalformedForm for another media type, bytes that are not UTF-8, too many fields."""
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != FORM:
        raise MalformedForm
    try:
        text = (await request.body()).decode("ascii")
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=FIELDS_MOST)
    except ValueError:
        raise MalformedForm from None
    return Form(tuple((name, value.replace("\r\n", "\n")) for name, value in pairs))


async def own_form(request: Request) -> Form:
    """A form of a page of ours, for where nobody is signed in yet. Raises Csrf."""
    if not is_own(request):
        raise Csrf
    return await read_form(request)


async def session_form(request: Request, actor: PageActor) -> Form:
    """A form of a page of this session. Raises Csrf."""
    form = await own_form(request)
    if not hmac.compare_digest(form.one(TOKEN_FIELD).encode(), form_token(request).encode()):
        raise Csrf
    return form


async def once(request: Request, actor: PageActor, form: Annotated[Form, Depends(session_form)]) -> None:
    """A form sent twice acts once: the browser gets the first answer again (S49). Stands after the record's door."""
    await begin_once(request, actor.account_id, actor.agency_id, await _mark(request, form))


async def once_sealed(request: Request, actor: PageActor, form: Annotated[Form, Depends(session_form)]) -> None:
    """The same, where the answer shows a secret: it is kept sealed, and this very form alone opens it."""
    await begin_once(request, actor.account_id, actor.agency_id, await _mark(request, form), is_secret=True)


async def _mark(request: Request, form: Form) -> str:
    return hashlib.sha256(form.one(ONCE_FIELD).encode() + b"\0" + await request.body()).hexdigest()


OwnForm = Annotated[Form, Depends(own_form)]
SessionForm = Annotated[Form, Depends(session_form)]
"""Every POST of a page takes one of these; a test walks all of them."""
Once = Annotated[None, Depends(once)]
OnceSealed = Annotated[None, Depends(once_sealed)]
