"""Everything a person reads, gathered for translators: `upstander words` writes app/locales/.

Marked words come out of code and templates. Three kinds bear no mark, for they are written where they are used: titles
of problems, what is said of a fault in an input, and the sentences of the rule packs. The words of a source are quoted,
never translated; a discipline matrix is an agency's own and stays in its words.
"""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel import Locale
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from app.api.app import create_app
from app.api.openapi import passing_secrets
from app.api.problems import problems_known
from app.provisions.packs import library
from app.provisions.provision import Provision
from app.settings import Settings
from app.version import VERSION
from app.words import LOCALES, catalogue_of, languages_in

APP = LOCALES.parent
TEMPLATE = "upstander.pot"
SOURCES = [("**/node_modules/**", "ignore"), ("verify.py", "ignore"), ("**.py", "python"), ("**.html", "jinja2")]
OPTIONS = {"**.html": {"newstyle_gettext": "true", "trim_blocks": "true", "lstrip_blocks": "true"}}
MARKS = {
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "t": None,
    "N_": None,
    "NN_": (1, 2),
    "Fault": (3,),
    "PydanticCustomError": (2,),
}
"""The calls whose literal arguments are messages, and which arguments where not the first."""
LEFT_OUT = (b'"POT-Creation-Date:', b'"PO-Revision-Date:', b'"Report-Msgid', b'"Last-Translator:', b'"Language-Team:')
"""Lines of a catalogue's head that would differ though no word does, or that say nothing here."""


def template() -> Catalog:
    """All messages, with the files they stand in."""
    create_app(Settings(), passing_secrets())  # a problem is known once what raises it is there
    found = Catalog(project="Upstander", version=VERSION, copyright_holder="the authors of Upstander", charset="utf-8")
    found.header_comment = "# Messages of Upstander, written by `make words`."
    for file, _, message, comments, context in extract_from_dir(APP, SOURCES, OPTIONS, MARKS):
        found.add(message, locations=[(f"app/{file}", 0)], auto_comments=comments, context=context)
    for _, slug, title in problems_known():
        found.add(title, locations=[("openapi/problems.md", 0)], auto_comments=[f"problem {slug}"])
    for provision in library().by_id.values():
        for text in texts_of(provision):
            found.add(text, locations=[("app/provisions/packs", 0)], auto_comments=[f"provision {provision.id}"])
    return found


def texts_of(provision: Provision) -> Iterator[str]:
    """The sentences in which a pack tells an officer what a provision asks (`provisions/plain.py`)."""
    report = provision.report
    said = (
        provision.title,
        provision.trigger,
        provision.intervene.supervisor,
        report.scope,
        report.form,
        report.recipient,
        report.alternate_recipient,
        report.notes,
        *(doubt.says for doubt in provision.unverified),
    )
    yield from filter(None, said)


def written(catalogue: Catalog) -> bytes:
    """The catalogue as a file, the same for the same words on any day."""
    made = BytesIO()
    write_po(made, catalogue, width=120, include_lineno=False, sort_by_file=True, ignore_obsolete=True)
    return b"".join(line for line in made.getvalue().splitlines(keepends=True) if not line.startswith(LEFT_OUT))


def write_catalogues(whole: Catalog, locales: Path, begin: str | None = None) -> list[str]:
    """Write the template and bring every language up to date; `begin` starts one. How far each is, in a sentence.

    Raises babel.UnknownLocaleError or ValueError for a language that there is not; nothing is written then.
    """
    if begin and begin not in languages_in(locales):
        spoken = Locale.parse(begin)
        started = Catalog(spoken, project=whole.project, version=VERSION, charset="utf-8", fuzzy=False)
        started.header_comment = f"# {spoken.english_name} for Upstander; `make words` keeps it up to date."
        catalogue_of(begin, locales).parent.mkdir(parents=True)
        catalogue_of(begin, locales).write_bytes(written(started))
    locales.mkdir(exist_ok=True)
    (locales / TEMPLATE).write_bytes(written(whole))
    return [_bring_up_to_date(language, whole, locales) for language in languages_in(locales)[1:]]


def _bring_up_to_date(language: str, whole: Catalog, locales: Path) -> str:
    path = catalogue_of(language, locales)
    with path.open("rb") as file:
        catalogue = read_po(file, locale=language, abort_invalid=True)
    catalogue.update(whole, no_fuzzy_matching=True)
    path.write_bytes(written(catalogue))
    still = sum(1 for message in catalogue if message.id and not _is_translated(message))
    return f"{language}: {len(catalogue) - still} of {len(catalogue)} messages are translated."


def _is_translated(message: Message) -> bool:
    said = message.string or ""
    return bool(said) and (isinstance(said, str) or all(said))
