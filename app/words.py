"""Words a person reads: marked where they stand, translated where they are shown.

`N_` marks text in tables that are loaded once; `words_in` translates for one request. English is the source language.
Another language is a folder `locales/<language>/LC_MESSAGES` with its catalogue, which `make words` begins and brings
up to date. Catalogues are read as translators write them, so that no compiled copy can be missing or out of date.
"""

from __future__ import annotations

from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

LOCALES = Path(__file__).parent / "locales"
SOURCE = "en"


def catalogue_of(language: str, locales: Path = LOCALES) -> Path:
    """Where the catalogue of a language lies, or would."""
    return locales / language / "LC_MESSAGES" / "upstander.po"


def languages_in(locales: Path) -> tuple[str, ...]:
    """The source language, then each that has a catalogue."""
    return (SOURCE, *sorted(found.parent.parent.name for found in locales.glob("*/LC_MESSAGES/upstander.po")))


LANGUAGES = languages_in(LOCALES)


def N_(message: str) -> str:  # noqa: N802 - the name extraction tools know
    """Mark a message for extraction; it is translated later, per request."""
    return message


@lru_cache(maxsize=8)
def words_in(language: str, locales: Path = LOCALES) -> NullTranslations:
    """The catalogue of a language; the English source where there is none. Unsure translations are left out."""
    if language not in languages_in(locales)[1:]:
        return NullTranslations()
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    with catalogue_of(language, locales).open("rb") as file:
        catalogue = read_po(file, locale=language, domain="upstander", abort_invalid=True)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return GNUTranslations(compiled)
