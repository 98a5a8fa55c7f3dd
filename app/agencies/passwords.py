"""Passwords: Argon2id, and the rules of S38. Unknown user and wrong password cost the same."""

from __future__ import annotations

import os
import unicodedata
from dataclasses import dataclass

import anyio.to_thread
from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from app.errors import Fault, Validation

CHARACTERS = (15, 128)
MEMORY_KIB, ITERATIONS, LANES = 19 * 1024, 2, 1
"""OWASP's floor for Argon2id; about 60 ms."""
CONTEXT_WORDS = ("upstander", "password", "police", "internal affairs")
DUMMY = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

UNSET = ""
"""Kept of an account whose holder has not set a password yet: no password is right for it."""


def _kdf() -> Argon2id:
    return Argon2id(salt=os.urandom(16), length=32, iterations=ITERATIONS, lanes=LANES, memory_cost=MEMORY_KIB)


@dataclass(frozen=True)
class Personal:
    """What a password may not contain."""

    email: str
    name: str


def refuse_weak(password: str, personal: Personal, pointer: str = "/password") -> None:
    """Raises Validation where a password is too short, too long or made of what others know."""
    said = unicodedata.normalize("NFC", password)
    low, high = CHARACTERS
    faults = []
    if not low <= len(said) <= high:
        faults.append(Fault(pointer, "length", f"{low} to {high} characters"))
    plain = said.casefold()
    known = [*CONTEXT_WORDS, personal.email.split("@")[0].casefold(), *personal.name.casefold().split()]
    left = plain
    for word in sorted((word for word in known if len(word) > 3), key=len, reverse=True):
        left = left.replace(word, "")
    if len(left) < 8 or len(set(plain)) < 5:
        faults.append(Fault(pointer, "guessable", "do not build it from your name or the service's"))
    if faults:
        raise Validation(tuple(faults))


def hash_password(password: str) -> str:
    return _kdf().derive_phc_encoded(unicodedata.normalize("NFC", password).encode())


async def is_right(password: str, stored: str | None) -> bool:
    """Compare off the event loop; a missing account costs the same as a wrong password."""
    return await anyio.to_thread.run_sync(_matches, password, stored)


def _matches(password: str, stored: str | None) -> bool:
    said = unicodedata.normalize("NFC", password[: CHARACTERS[1] + 1]).encode("utf-8", "replace")
    try:
        Argon2id.verify_phc_encoded(said, stored or DUMMY)
    except InvalidKey:
        return False
    return stored is not None
