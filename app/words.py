"""Words a person reads: marked where they stand, translated where they are shown.

`N_` marks text in tables that are loaded once; `Words` translates for one request. English is the source language.
"""

from __future__ import annotations

from functools import lru_cache
from gettext import NullTranslations, translation
from pathlib import Path

LOCALES = Path(__file__).parent / "locales"
LANGUAGES = ("en",)


def N_(message: str) -> str:  # noqa: N802 - the name extraction tools know
    """Mark a message for extraction; it is translated later, per request."""
    return message


@lru_cache(maxsize=8)
def words_in(language: str) -> NullTranslations:
    """The catalogue of a language; the English source where there is none."""
    return translation("upstander", LOCALES, languages=[language], fallback=True)
