"""A kept answer that holds a secret: only whoever has the Idempotency-Key opens it again (S49).

The key itself is then kept nowhere: the answer stands under a name made from it, sealed with another part of it.
"""

from __future__ import annotations

import os

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE_BYTES = 12


def name_of(key: str) -> str:
    """Under which the answer of this Idempotency-Key is kept."""
    return _part(key, b"name").hex()


def seal(key: str, body: bytes) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(_part(key, b"body")).encrypt(nonce, body, None)


def unseal(key: str, sealed: bytes) -> bytes:
    return AESGCM(_part(key, b"body")).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], None)


def _part(key: str, info: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=b"upstander kept answer " + info).derive(key.encode())
