"""JSON bodies read strictly (S42): UTF-8 without BOM, no duplicate keys, no NaN, bounded depth and numbers."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from app.errors import Malformed

MAX_DEPTH = 32
MAX_NUMBER_CHARACTERS = 30
"""Longer integers only cost time to convert."""


@dataclass(eq=False)
class MalformedBody(Malformed):
    """The body is not readable JSON."""

    rule: str


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise MalformedBody("a member stands twice in one object")
    return found


def _constant(name: str) -> Any:
    raise MalformedBody("NaN and Infinity are not JSON")


def _integer(digits: str) -> int:
    if len(digits) > MAX_NUMBER_CHARACTERS:
        raise MalformedBody("a number is too long")
    return int(digits)


def _float(digits: str) -> float:
    if len(digits) > MAX_NUMBER_CHARACTERS:
        raise MalformedBody("a number is too long")
    value = float(digits)
    if value in (float("inf"), float("-inf")):
        raise MalformedBody("a number is too large")
    return value


def _too_deep(text: str) -> bool:
    depth, in_string, escaped = 0, False, False
    for character in text:
        if in_string:
            if escaped:
                escaped = False
            elif character == "\\":
                escaped = True
            elif character == '"':
                in_string = False
        elif character == '"':
            in_string = True
        elif character in "{[":
            depth += 1
            if depth > MAX_DEPTH:
                return True
        elif character in "}]":
            depth -= 1
    return False


def read_json(body: bytes) -> Any:
    """The value of a JSON body. Raises MalformedBody, which names the rule and never the input (S43)."""
    if body.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        raise MalformedBody("a byte order mark is not taken")
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise MalformedBody("the body is not UTF-8") from None
    if text.count("[") + text.count("{") > MAX_DEPTH and _too_deep(text):
        raise MalformedBody(f"objects and arrays stand more than {MAX_DEPTH} levels deep")
    try:
        return json.loads(
            text, object_pairs_hook=_object, parse_constant=_constant, parse_int=_integer, parse_float=_float
        )
    except MalformedBody:
        raise
    except (ValueError, RecursionError):
        raise MalformedBody("the body is not valid JSON") from None
