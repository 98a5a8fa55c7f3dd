"""Where whoever was invited sets their first password. The secret is typed, never part of an address."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from app.agencies.doors import open_to_all
from app.agencies.invitations import InvitationGone, accept
from app.http.route import Act, Transaction
from app.pages.admin.shared import Gathered
from app.pages.guard import OwnForm
from app.pages.session import PASSWORD_CHARACTERS
from app.pages.shell import render
from app.words import N_

router = APIRouter(route_class=Act, include_in_schema=False)
INVITED = "whoever holds the secret is invited"
SECRET_CHARACTERS = 200
NEEDED = {"password": N_("Choose a password")}
GONE = N_("This code is not known, was used, or has run out. Ask your administrator for a new one.")
DIFFERENT = N_("The two passwords are not the same")


@router.get("/invitation", dependencies=[open_to_all(INVITED)])
async def ask(request: Request) -> Response:
    """The code of an invitation, and a password of one's own."""
    return render(request, "admin/invitation.html", secret="", errors={})


@router.post("/invitation", dependencies=[open_to_all(INVITED)])
async def set_password(request: Request, form: OwnForm, tx: Transaction) -> Response:
    """Set the first password; from then on the account signs in like any other."""
    secret, password = form.one("secret")[:SECRET_CHARACTERS], form.one("password")[: PASSWORD_CHARACTERS + 1]
    errors: dict[str, str] = {}
    if password != form.one("again")[: PASSWORD_CHARACTERS + 1]:
        errors["again"] = DIFFERENT
    else:
        try:
            with Gathered(errors, NEEDED):
                await accept(tx, secret, password)
        except InvitationGone:
            errors["secret"] = GONE
    if errors:
        return render(request, "admin/invitation.html", 422, secret=secret, errors=errors)
    return render(request, "admin/invitation_used.html")
