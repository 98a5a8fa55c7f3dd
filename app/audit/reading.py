"""What an export holds for human eyes: a table, a report and the way to check it. None of it proves anything.

All three are made from the blocks that the reader sees, while these pass by on their way into the bundle.
"""

from __future__ import annotations

import csv
import io
import re
import textwrap
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from gettext import NullTranslations
from pathlib import Path
from tempfile import SpooledTemporaryFile
from types import TracebackType
from typing import Any, Self

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from pydantic_core import to_json

from app.audit.cover import Cover, Profile
from app.audit.entries import open_block
from app.words import N_

MOST_REPORT_ROWS = 2_000  # a page that people still scroll; the rest stands in events.csv
_IN_MEMORY = 1024**2
_PIECE = 256 * 1024
_TEMPLATES = Path(__file__).parent / "templates"

SOURCES = {
    "at": ("what", "at"),
    "kind": ("what", "kind"),
    "outcome": ("what", "out"),
    "code": ("what", "code"),
    "actor": ("who", "actor"),
    "role": ("who", "role"),
    "session": ("who", "sess"),
    "step_up_age_seconds": ("who", "step"),
    "agency": ("on", "agency"),
    "object_type": ("on", "type"),
    "object_id": ("on", "id"),
    "revision": ("on", "rev"),
    "state_digest": ("on", "state"),
    "request": ("what", "req"),
    "app_version": ("what", "app"),
}
"""Column of events.csv to block and member."""

COLUMNS = ("index", *SOURCES, "details")
"""All columns; the details are the whole `of` block."""

APPROVED = "finding.approved"
FINDING_MEMBERS = ("duty", "disposition", "officer", "allegation")
"""What the report tells of each approved finding, from its `of` block."""

PROFILES = {
    Profile.ALL: N_("Every block of every entry is shown."),
    Profile.BOARD: N_("Shown is what the law lets this reader see; something is always not shown."),
    Profile.REDACTED: N_("Shown is what the law lets this reader see, without the people in the line of work."),
    Profile.CASE: N_("Shown are the entries of one case."),
    Profile.BARE: N_("Nothing is shown; the export proves that the record goes on unbroken."),
}

_FORMULA = frozenset("=+-@\uff1d\uff0b\uff0d\uff20 \t\r\n\v\f\u00a0")
_UNSEEN = re.compile(r"[\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")


class Reading:
    """Gathers the entries shown, in flat memory, and renders what is made of them."""

    def __init__(self, cover: Cover, checkpoint: str, words: NullTranslations) -> None:
        self._cover = cover
        self._checkpoint = checkpoint.partition("\n\n")[0]
        self._words = words
        self._shown = 0
        self._counts: Counter[tuple[str, str]] = Counter()
        self._rows: list[dict[str, str]] = []
        self._findings: list[dict[str, str]] = []
        self._spool = SpooledTemporaryFile[bytes](max_size=_IN_MEMORY)
        self._table = io.TextIOWrapper(self._spool, "utf-8", errors="replace", newline="")
        self._csv = csv.writer(self._table)
        self._csv.writerow(COLUMNS)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._table.close()

    def add(self, index: int, texts: Sequence[str]) -> None:
        """Take in the blocks shown of one entry."""
        blocks = _open(texts)
        row = _row(index, blocks)
        self._shown += 1
        self._counts[row["kind"], row["outcome"]] += 1
        self._csv.writerow(map(formula_safe, row.values()))
        if len(self._rows) < MOST_REPORT_ROWS:
            self._rows.append(row)
        if row["kind"] == APPROVED and len(self._findings) < MOST_REPORT_ROWS:
            self._findings.append(row | {name: _cell(blocks.get("of", {}).get(name)) for name in FINDING_MEMBERS})

    def events(self) -> Iterator[bytes]:
        """`events.csv`, in pieces: one line for each entry shown."""
        self._table.flush()
        self._spool.seek(0)
        while piece := self._spool.read(_PIECE):
            yield piece

    def report(self) -> Iterator[bytes]:
        """`report.html`, in pieces: the export in numbers and its first entries; no script, nothing from elsewhere."""
        page = (
            _environment(self._words)
            .get_template("report.html")
            .generate(
                language=self._words.info().get("language", "en"),
                cover=self._cover,
                profile=self._words.gettext(PROFILES[self._cover.profile]),
                checkpoint=self._checkpoint,
                shown=self._shown,
                counts=sorted(self._counts.items()),
                findings=self._findings,
                rows=self._rows,
            )
        )
        for piece in page:
            yield piece.encode("utf-8", "replace")

    def readme(self) -> bytes:
        """`README.txt`: what this is and how to check it, in plain steps."""
        return readme(self._cover, self._checkpoint, self._words).encode("utf-8", "replace")


def formula_safe(cell: str) -> str:
    """The cell, so that no spreadsheet takes it for a formula (S51): an apostrophe goes before what could begin one."""
    return f"'{cell}" if cell and cell[0] in _FORMULA else cell


def visible(text: str) -> str:
    """The text with marks that turn or hide what stands around them written out (S44)."""
    return _UNSEEN.sub(lambda mark: f"[U+{ord(mark[0]):04X}]", text)


def _open(texts: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
    """Members of the blocks by name; nothing where one cannot be read.

    The bundle carries it as it is, and judging it is the verifier's part.
    """
    try:
        return {block.name: block.members for block in map(open_block, texts)}
    except ValueError:
        return {}


def _row(index: int, blocks: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    if not blocks:
        return dict.fromkeys(COLUMNS, "") | {"index": str(index), "details": "unreadable"}
    row = {"index": str(index)}
    for column, (name, member) in SOURCES.items():
        row[column] = _cell(blocks[name].get(member)) if name in blocks else ""
    row["details"] = _cell(blocks.get("of") or None)
    return row


def _cell(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else to_json(value, inf_nan_mode="constants").decode()


def _environment(words: NullTranslations) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_translations(words, newstyle=True)  # type: ignore[attr-defined]
    environment.filters["visible"] = visible
    return environment


def readme(cover: Cover, checkpoint: str, words: NullTranslations) -> str:
    """The text of `README.txt`; `checkpoint` are the three lines without signatures."""
    _ = words.gettext
    steps = [
        _("Work on a computer of your own that has Python 3.9 or later. No network is needed."),
        _(
            "Take verify.py and the policy file that were handed to you when the agency's record was set up. Compare"
            " the SHA-256 of verify.py with the one in the letter that came with them. Use no copy from this export:"
            " the policy.txt in it is for information only."
        ),
        _("Run:  python3 -I verify.py check EXPORT.zip --policy POLICY --state STATE"),
        _(
            "POLICY is your policy file. STATE is a file that the verifier keeps on your machine: it remembers how far"
            " you have checked, so that the next export must join on to this one. Keep it, and keep this export."
        ),
        _(
            "Read the answer. Each line says proven, not proven or failed. The command ends with 0 when everything"
            " was verified, with 1 when something was refuted, with 2 when it could not be decided."
        ),
        _("Read the three lines of the checkpoint below into the minutes of your next public meeting."),
    ]
    paragraphs = [
        _("AUDIT EXPORT"),
        _("Log:            {origin}").format(origin=cover.origin),
        _("Entries:        {start} up to, not including, {end}").format(start=cover.start, end=cover.end),
        _("Made at:        {made_at}").format(made_at=cover.made_at_text),
        _("For:            {role}, purpose {purpose}").format(role=cover.role, purpose=cover.purpose),
        _("Profile:        {profile}").format(profile=cover.profile.value),
        _(PROFILES[cover.profile]),
        "",
        _("HOW TO CHECK IT"),
        *(f"{number}. {step}" for number, step in enumerate(steps, start=1)),
        "",
        _("IF IT IS REFUTED"),
        _(
            "Keep this file unchanged and keep your state file. Tell your own counsel and the witness first, then the"
            " agency, and ask for nothing to be repaired before someone outside the agency has seen it."
        ),
        "",
        _("WHAT A VERIFIED EXPORT PROVES"),
        _(
            "That nothing the witness saw was changed, removed, reordered or inserted; that this export joins the"
            " last; that the blocks shown are what was recorded."
        ),
        "",
        _("WHAT IT CANNOT PROVE"),
        _(
            "That what was recorded is true; that what was done outside the software was recorded; who sat behind an"
            " account; what the entries not shown say; anything after the last checkpoint that a witness cosigned;"
            " anything at all if the agency and every witness act together."
        ),
        "",
        _("FOR READING"),
        _(
            "report.html and events.csv are made from the entries shown. They prove nothing by themselves: only the"
            " verifier's own reading counts."
        ),
        "",
        _("CHECKPOINT"),
    ]
    lines = [line for paragraph in paragraphs for line in _wrapped(paragraph)]
    return "\n".join(["UPSTANDER", *lines, checkpoint, ""])


def _wrapped(paragraph: str) -> list[str]:
    indent = "   " if re.match(r"[0-9]\. ", paragraph) else ""
    return textwrap.wrap(paragraph, 78, subsequent_indent=indent, break_on_hyphens=False) or [""]
