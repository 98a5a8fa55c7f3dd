"""The few kinds of "no" from which all others derive.

A kind says how the answer is shaped, never which status number it gets: that is `api/problems.py`. The docstring's
first line of a concrete error is its title, its name in kebab case its type, its fields the facts that may be told.
"""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass
from typing import ClassVar


@dataclass(eq=False)
class DomainError(Exception):
    """Something was refused."""

    hidden: ClassVar[frozenset[str]] = frozenset()

    @classmethod
    def slug(cls) -> str:
        """Last part of the problem type: `SamePerson` gives `same-person`."""
        return re.sub(r"(?<!^)(?=[A-Z])", "-", cls.__name__).lower()

    @classmethod
    def title(cls) -> str:
        return (cls.__doc__ or cls.__name__).strip().splitlines()[0]

    def facts(self) -> dict[str, object]:
        """The fields, without those that may not leave the server."""
        return {f.name: getattr(self, f.name) for f in dataclasses.fields(self) if f.name not in self.hidden}


@dataclass(eq=False)
class Unauthenticated(DomainError):
    """Sign in to go on."""


@dataclass(eq=False)
class Forbidden(DomainError):
    """You may see this, but not do that."""


@dataclass(eq=False)
class NotFound(DomainError):
    """There is nothing here for you."""


@dataclass(eq=False)
class Conflict(DomainError):
    """This does not fit what already stands."""


@dataclass(eq=False)
class Stale(DomainError):
    """Someone changed this since you last looked."""


@dataclass(eq=False)
class PreconditionRequired(DomainError):
    """Say which version you mean to change, with If-Match."""


@dataclass(eq=False)
class Invalid(DomainError):
    """Some of what was sent does not fit."""


@dataclass(eq=False)
class Malformed(DomainError):
    """What was sent could not be read."""


@dataclass(eq=False)
class TooLarge(DomainError):
    """More was sent than is taken at once."""

    limit_bytes: int


@dataclass(eq=False)
class RateLimited(DomainError):
    """Too many tries; wait a little."""

    retry_after_seconds: int


@dataclass(eq=False)
class Unavailable(DomainError):
    """This cannot be done right now; nothing was stored."""


@dataclass(eq=False)
class AuditUnavailable(Unavailable):
    """The record cannot be written right now, so nothing was done."""


@dataclass(frozen=True)
class Fault:
    """One thing wrong with an input: where (JSON pointer) and which rule, never the value (S43)."""

    pointer: str
    rule: str
    says: str = ""


@dataclass(eq=False)
class Validation(Invalid):
    """Some of what was sent does not fit."""

    errors: tuple[Fault, ...]
