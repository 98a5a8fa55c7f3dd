"""Drafts, sealed under a key of the server for their author alone: a database administrator reads nothing in them."""

from __future__ import annotations

import hashlib
import json
import os
import uuid
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.errors import NotFound

NONCE_BYTES = 12


def _key(secret: str, author_id: uuid.UUID) -> AESGCM:
    salt = hashlib.sha256(author_id.bytes).digest()
    return AESGCM(HKDF(algorithm=SHA256(), length=32, salt=salt, info=b"upstander draft").derive(secret.encode()))


def seal(secret: str, author_id: uuid.UUID, draft_id: uuid.UUID, content: dict[str, Any]) -> bytes:
    """AES-256-GCM; bound to author and draft, so that one draft cannot stand for another."""
    nonce = os.urandom(NONCE_BYTES)
    plain = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    return nonce + _key(secret, author_id).encrypt(nonce, plain, draft_id.bytes)


def unseal(secret: str, author_id: uuid.UUID, draft_id: uuid.UUID, sealed: bytes) -> dict[str, Any]:
    """Raises NotFound where the row was tampered with or belongs to another."""
    try:
        plain = _key(secret, author_id).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], draft_id.bytes)
    except InvalidTag:
        raise NotFound from None
    content: dict[str, Any] = json.loads(plain)
    return content
