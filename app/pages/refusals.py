"""What a person sees who was refused: the problem in words, and a way on. The API gets the same as JSON."""

from __future__ import annotations

import re
from typing import Any

from fastapi import Request, Response

from app.pages.session import ask_to_sign_in
from app.pages.shell import render
from app.words import N_

__all__ = ["ask_to_sign_in", "is_page", "problem_page"]

MACHINES = ("/v1", "/.well-known", "/assets", "/openapi.json", "/livez", "/readyz", "/metrics")

WAYS: dict[str, str] = {
    "csrf": N_(
        "Nothing was changed. Go back, reload the page and send the form again. "
        "If you came here by a link in a message, do not use that link."
    ),
    "not-found": N_("The address may be mistyped, or what stood here is not for you to see."),
    "forbidden": N_("Your office does not include this act. If you think it should, ask your administrator."),
    "state-conflict": N_("Someone may have acted before you. Go back, reload the page and look again."),
    "stale": N_("Go back, reload the page and look at what changed before you decide."),
    "rate-limited": N_(
        "Wait before you try again: a minute for searches, fifteen for signing in, up to an hour for reports, up to a "
        "day for exports. What you had saved stays, and nobody else is locked out by this."
    ),
    "unavailable": N_("Nothing was stored. Wait a moment, then go back and send it again."),
    "internal": N_("Nothing was stored. Go back and try again; if it happens again, report the number below."),
    "too-large": N_("Nothing was stored. Go back and shorten what you sent."),
}
ELSE = N_("Nothing was changed. Go back and try again.")


def is_page(request: Request) -> bool:
    """By path alone: what machines ask for gets JSON whatever they accept."""
    path: str = request.scope["path"]
    return not any(path == part or path.startswith(part + "/") for part in MACHINES)


BEHIND = re.compile(r"/(?:cases|reports|exports|findings|notices|discipline)/[0-9a-f-]{36}(?=/)")


def problem_page(request: Request, status: int, slug: str, title: str, facts: dict[str, Any]) -> Response:
    behind = BEHIND.match(request.url.path)
    says = [fault["says"] for fault in facts.get("errors", []) if fault.get("says")]
    return render(
        request,
        "problem.html",
        status,
        title=title,
        way=WAYS.get(slug, ELSE),
        says=says,
        back=behind.group() if behind and status not in (401, 403, 404) else None,
        number=getattr(request.state, "request_id", ""),
    )
