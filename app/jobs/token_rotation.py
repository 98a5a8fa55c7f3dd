"""A new key for bearer tokens while the service runs. Every process reads the folder again by itself."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime

from app.agencies.token_keys import LEAD, KeyRing, in_order, new_kid, new_token_key
from app.jobs.refused import Refused
from app.settings import Settings, add_token_key, drop_token_key, read_token_keys


@dataclass(frozen=True)
class Rotated:
    kid: str
    signs_from: datetime
    dropped: list[str]


def rotate(settings: Settings, *, stolen: bool = False) -> Rotated:
    """Add a key, and drop those whose last token has ended; all others where they were stolen. Raises Refused."""
    folder = settings.secrets_folder
    if not os.access(folder / "token", os.W_OK):
        raise Refused(f"{folder / 'token'} is not there or cannot be written. Rotate where the secrets are kept.")
    at = datetime.now(UTC)
    before = read_token_keys(folder)
    kid = new_kid(at)
    add_token_key(folder, kid, new_token_key())
    if not stolen:
        return Rotated(kid, at + LEAD, drop_ended(settings))
    for other in before:
        drop_token_key(folder, other)
    return Rotated(kid, at, list(before))


def drop_ended(settings: Settings) -> list[str]:
    """Remove the keys whose last token has ended; their names. Where others keep the secrets, none."""
    folder = settings.secrets_folder
    if not os.access(folder / "token", os.W_OK):
        return []
    pems = read_token_keys(folder)
    kept = {key.kid for key in KeyRing(in_order(pems)).verifying(datetime.now(UTC))}
    dropped = [kid for kid in pems if kid not in kept]
    for kid in dropped:
        drop_token_key(folder, kid)
    return dropped
