"""Field types of text: as typed, in NFC, without what no person writes (S42, S44)."""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints
from pydantic_core import PydanticCustomError

LONG = 20_000
"""Characters of a narrative (S41)."""
SHORT = 200


UNFIT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
"""Control characters (Cc) but TAB and LF, and surrogates (Cs)."""


def clean(text: str) -> str:
    """NFC, with line ends as LF. Refuses NUL, lone surrogates and control characters but TAB and LF."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if UNFIT.search(text):
        raise PydanticCustomError("characters", "holds a control character or a broken one")
    return unicodedata.normalize("NFC", text).strip()


def _filled(text: str) -> str:
    if not text:
        raise PydanticCustomError("empty", "must not be empty")
    return text


Short = Annotated[str, StringConstraints(max_length=SHORT), AfterValidator(clean), AfterValidator(_filled)]
"""One line, 1 to 200 characters."""
Text = Annotated[str, StringConstraints(max_length=LONG), AfterValidator(clean), AfterValidator(_filled)]
"""1 to 20,000 characters."""
MaybeText = Annotated[str, StringConstraints(max_length=LONG), AfterValidator(clean)]
"""0 to 20,000 characters."""
MaybeShort = Annotated[str, StringConstraints(max_length=SHORT), AfterValidator(clean)]
Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
Sha256Hex = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


_ENUM = re.compile(r"<[\w.]+: (?P<value>'[^']*')>")


def in_plain_words(says: str) -> str:
    """The validator's sentence for a broken rule, with the values that would do instead of Python's names for them."""
    return _ENUM.sub(r"\g<value>", says)


class In(BaseModel):
    """What is taken from outside: unknown members are refused, types are not bent (S42)."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=False)


class View(BaseModel):
    """What is shown to one audience: made from a record's attributes."""

    model_config = ConfigDict(from_attributes=True)

    @classmethod
    def of(cls, record: Any, **more: Any) -> Any:
        """A view of a record, with members that the record does not carry."""
        values = {
            name: getattr(record, name) for name in cls.model_fields if name not in more and hasattr(record, name)
        }
        return cls(**values, **more)
