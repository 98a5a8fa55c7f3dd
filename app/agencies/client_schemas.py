"""Shapes of API clients and of asking for a token (RFC 6749)."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from app.access.rights import SCOPES, Scope
from app.http.text import In, Short, View


class ClientIn(In):
    name: Short
    scopes: list[Scope] = Field(min_length=1, max_length=len(SCOPES))


class ClientView(View):
    """The id is what the program sends as `client_id`."""

    id: uuid.UUID
    name: str
    scopes: list[str]
    created_at: datetime
    made_by: uuid.UUID
    last_used_at: datetime | None = Field(description="when it last asked for a token")
    revoked_at: datetime | None


class MadeClientView(ClientView):
    """The secret is told here and never again."""

    client_secret: str


class TokenIn(BaseModel):
    """Other parameters are left unread, as RFC 6749 wants it."""

    grant_type: Literal["password", "client_credentials"] = "password"
    username: str | None = Field(None, max_length=254, description="email; of the grant `password`")
    password: str | None = Field(
        None, max_length=128, json_schema_extra={"format": "password"}, description="of the grant `password`"
    )
    client_id: str | None = Field(
        None, max_length=36, description="of the grant `client_credentials`, where no Basic authorization is sent"
    )
    client_secret: str | None = Field(None, max_length=128, json_schema_extra={"format": "password"})
    scope: str | None = Field(
        None, max_length=200, description="names with spaces between; less than the client was registered for"
    )
