"""Everything a person reads can be translated: it stands in the template, and a language is a folder."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from babel import UnknownLocaleError
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from app.api.catalogues import TEMPLATE, texts_of, write_catalogues, written
from app.errors import NotFound
from app.provisions.packs import library
from app.provisions.wording import NN_, Phrase
from app.words import LANGUAGES, LOCALES, catalogue_of, languages_in, words_in
from tests.shared import PROJECT

APP = LOCALES.parent
HOLES = re.compile(r"\{\w*\}|%\(\w+\)s|%[sd]")

DAYS = NN_("within {n} day", "within {n} days")


def few(*more: str) -> Catalog:
    catalogue = Catalog()
    for message in ("Take-down", "It covers: {trigger}.", DAYS, *more):
        catalogue.add(message)
    return catalogue


FEW = few()


def held() -> Catalog:
    return read_po(BytesIO((LOCALES / TEMPLATE).read_bytes()))


def messages(catalogue: Catalog) -> set[str]:
    ids = [message.id for message in catalogue if message.id]
    return {said for each in ids for said in ([each] if isinstance(each, str) else each)}


def marked_in_code() -> Iterator[tuple[str, str]]:
    """Read by Python's own parser, not by the extraction under test: file and message."""
    for path in sorted(APP.rglob("*.py")):
        if "node_modules" in path.parts:
            continue
        for call in ast.walk(ast.parse(path.read_text())):
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") in ("N_", "NN_", "_"):
                for given in call.args:
                    if isinstance(given, ast.Constant) and isinstance(given.value, str):
                        yield path.name, given.value


def marked_in_templates() -> Iterator[tuple[str, str]]:
    for path in sorted(APP.glob("*/templates/**/*.html")):
        for found in re.finditer(r"\b(?:_|ngettext)\(\s*\"((?:[^\"\\]|\\.)+)\"", path.read_text()):
            yield path.name, found.group(1).replace('\\"', '"')


def wrongs(catalogue: Catalog) -> list[str]:
    """Translations that would show a hole, or fill one that is not there."""
    found = []
    for message in catalogue:
        ids = [message.id] if isinstance(message.id, str) else list(message.id)
        said = [message.string] if isinstance(message.string, str) else list(message.string or ())
        wanted = {hole for each in ids for hole in HOLES.findall(each)}
        if message.id and any(each and set(HOLES.findall(each)) != wanted for each in said):
            found.append(str(message.id))
    return found


class TestTheTemplate:
    def test_it_is_what_code_templates_and_packs_say(self, tmp_path: Path) -> None:
        wanted = [sys.executable, "-m", "app.cli", "words", "--to", str(tmp_path)]  # alone: tests know more errors
        subprocess.run(wanted, cwd=PROJECT, check=True, capture_output=True)
        is_current = (LOCALES / TEMPLATE).read_bytes() == (tmp_path / TEMPLATE).read_bytes()
        assert is_current, "run `make words` and commit app/locales/"

    def test_it_holds_every_marked_message(self) -> None:
        marked, known = [*marked_in_code(), *marked_in_templates()], messages(held())
        assert len(marked) > 500
        assert [each for each in marked if each[1] not in known] == []

    def test_it_holds_the_title_of_every_problem(self) -> None:
        lines = (PROJECT / "openapi" / "problems.md").read_text().splitlines()[6:]
        titles = {line.split("|")[3].strip() for line in lines}
        assert NotFound.title() in titles
        assert titles <= messages(held())

    def test_it_holds_what_the_packs_tell_an_officer_and_never_a_quotation(self) -> None:
        known = messages(held())
        colorado, federal = library().by_id["US-CO"], library().by_jurisdiction["US"]
        assert colorado.trigger in known
        assert colorado.report.recipient in known
        assert {text for each in library().by_id.values() for text in texts_of(each)} <= known
        quoted = {each.words for provision in federal for each in provision.quotations}
        assert quoted
        assert not quoted & known

    def test_it_is_the_same_on_any_day(self) -> None:
        assert b"-Date:" not in (LOCALES / TEMPLATE).read_bytes()


class TestALanguage:
    """Adding one is adding a folder."""

    def test_its_catalogue_is_begun_filled_and_read(self, tmp_path: Path) -> None:
        assert languages_in(tmp_path) == ("en",)
        assert write_catalogues(FEW, tmp_path, "es") == ["es: 0 of 3 messages are translated."]
        assert languages_in(tmp_path) == ("en", "es")
        _translate(tmp_path, "Take-down", "Derribo")
        words = words_in("es", tmp_path)
        assert words.gettext("Take-down") == "Derribo"
        assert words.gettext("It covers: {trigger}.") == "It covers: {trigger}."
        assert words.info()["language"] == "es"

    def test_bringing_it_up_to_date_keeps_what_was_translated(self, tmp_path: Path) -> None:
        write_catalogues(FEW, tmp_path, "es")
        _translate(tmp_path, "Take-down", "Derribo")
        grown = few("One more")
        assert write_catalogues(grown, tmp_path) == ["es: 1 of 4 messages are translated."]
        assert _read(tmp_path)["Take-down"].string == "Derribo"
        assert write_catalogues(grown, tmp_path, "es") == ["es: 1 of 4 messages are translated."], "begun once"

    def test_a_plural_follows_the_count(self, tmp_path: Path) -> None:
        write_catalogues(FEW, tmp_path, "es")
        _translate(tmp_path, DAYS.one, ("en {n} día", "en {n} días"))
        words = words_in("es", tmp_path)
        assert [Phrase(DAYS, {"n": n}).said(words) for n in (1, 10)] == ["en 1 día", "en 10 días"]

    def test_a_translation_marked_unsure_is_not_shown(self, tmp_path: Path) -> None:
        write_catalogues(FEW, tmp_path, "es")
        _translate(tmp_path, "Take-down", "Derribo", unsure=True)
        assert words_in("es", tmp_path).gettext("Take-down") == "Take-down"

    @pytest.mark.parametrize("language", ["en", "tlh", "../.."])
    def test_one_without_a_catalogue_is_answered_in_english(self, language: str) -> None:
        assert words_in(language).gettext("Take-down") == "Take-down"

    @pytest.mark.parametrize("language", ["qqq", "../..", "e", "es/../en"])
    def test_what_is_no_language_is_refused(self, tmp_path: Path, language: str) -> None:
        with pytest.raises((UnknownLocaleError, ValueError)):
            write_catalogues(FEW, tmp_path, language)
        assert list(tmp_path.iterdir()) == []

    def test_every_translation_fills_the_holes_of_its_message(self, tmp_path: Path) -> None:
        for language in LANGUAGES[1:]:
            assert wrongs(read_po(BytesIO(catalogue_of(language).read_bytes()))) == []
        write_catalogues(FEW, tmp_path, "es")
        assert wrongs(_read(tmp_path)) == []
        _translate(tmp_path, "It covers: {trigger}.", "Abarca: {cosa}.")
        assert wrongs(_read(tmp_path)) == ["It covers: {trigger}."]


def _read(locales: Path) -> Catalog:
    return read_po(BytesIO(catalogue_of("es", locales).read_bytes()), locale="es")


def _translate(locales: Path, message: str, said: str | tuple[str, ...], *, unsure: bool = False) -> None:
    catalogue = _read(locales)
    catalogue[message].string = said
    if unsure:
        catalogue[message].flags.add("fuzzy")
    catalogue_of("es", locales).write_bytes(written(catalogue))
