"""Keys of bearer tokens over time: which one signs, and until when the one before it verifies (S37, S58).

A key's name says when it was made. It is published at once, signs once every process has read it, and ends when the
last token it signed has ended: a rotation breaks no token, and no process has to start anew.
"""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import structlog
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from app.settings import SecretsMissing

TOKEN_SECONDS = 600
"""No token lives longer."""
LEEWAY_SECONDS = 30
REREAD_SECONDS = 20
LEAD = timedelta(seconds=60)
"""From when a key is made until it signs; by then every process has read it."""
LAST = timedelta(seconds=TOKEN_SECONDS + 2 * LEEWAY_SECONDS)
"""How long a key verifies after the next one signs."""
NAME = re.compile(r"t(\d{14})-[0-9a-f]{8}", re.ASCII)
UNDATED = datetime.min.replace(tzinfo=UTC)

log = structlog.get_logger()


class KeyRefused(Exception):
    """A token key is not a P-256 private key."""


@dataclass(frozen=True)
class TokenKey:
    kid: str
    private: str = field(repr=False)
    public: str
    signs_from: datetime
    """Where no other key is there, it signs before."""

    @classmethod
    def load(cls, kid: str, pem: str) -> TokenKey:
        """Raises KeyRefused."""
        try:
            key = serialization.load_pem_private_key(pem.encode(), password=None)
        except (ValueError, TypeError):
            key = None
        if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
            raise KeyRefused(f"The token key {kid} is not a P-256 key.")
        public = key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        made_at = made_when(kid)
        return cls(kid, pem, public.decode(), made_at + LEAD if made_at else UNDATED)


@dataclass
class KeyRing:
    """The keys of one process, read again every now and then."""

    keys: tuple[TokenKey, ...]
    """In the order in which they sign."""
    reread: Callable[[], dict[str, str]] | None = field(default=None, repr=False)
    read_at: float = field(default_factory=time.monotonic)

    def signing(self, at: datetime) -> TokenKey:
        """The last one whose time to sign has come, else the first."""
        come = [key for key in self._keys() if key.signs_from <= at]
        return come[-1] if come else self.keys[0]

    def verifying(self, at: datetime) -> tuple[TokenKey, ...]:
        """All but those whose last token has ended."""
        keys = self._keys()
        ends = [*(later.signs_from + LAST for later in keys[1:]), None]
        return tuple(key for key, end in zip(keys, ends, strict=True) if end is None or at < end)

    def _keys(self) -> tuple[TokenKey, ...]:
        if self.reread is not None and time.monotonic() - self.read_at > REREAD_SECONDS:
            self.read_at = time.monotonic()
            try:
                self.keys = in_order(self.reread())
            except (SecretsMissing, KeyRefused, OSError, ValueError) as error:
                log.warning("token_keys.unread", error=type(error).__name__)
        return self.keys


def in_order(pems: dict[str, str]) -> tuple[TokenKey, ...]:
    """The keys of `pems`, kid -> PEM, first to last. Raises KeyRefused."""
    loaded = [TokenKey.load(kid, pem) for kid, pem in pems.items()]
    return tuple(sorted(loaded, key=lambda key: (key.signs_from, key.kid)))


def new_kid(at: datetime) -> str:
    """A name for a key made now."""
    return f"t{at.astimezone(UTC):%Y%m%d%H%M%S}-{secrets.token_hex(4)}"


def made_when(kid: str) -> datetime | None:
    """When a key was made; nothing of one named otherwise, which is older than any that is."""
    found = NAME.fullmatch(kid)
    try:
        return datetime.strptime(found[1], "%Y%m%d%H%M%S").replace(tzinfo=UTC) if found else None
    except ValueError:
        return None


def new_token_key() -> str:
    """PEM of a fresh P-256 key."""
    return (
        ec.generate_private_key(ec.SECP256R1())
        .private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        .decode()
    )
