"""What an export holds for human eyes: made from what is shown, harmless to open, and honest about its worth."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import UTC, datetime
from gettext import NullTranslations
from html.parser import HTMLParser
from typing import Any

import pytest

from app.audit.cover import Cover, Profile
from app.audit.entries import make_entry
from app.audit.reading import COLUMNS, MOST_REPORT_ROWS, Reading, formula_safe, visible
from tests.audit.make_vectors import ORIGIN, blocks_of, entry

CHECKPOINT = f"{ORIGIN}\n300\nFRQg9S2gjysmLq6+kCAtC2s9lfkrdkKZHjAn4jg06IU=\n\n\u2014 {ORIGIN} c2lnbmF0dXJl\n"


def cover(profile: Profile = Profile.BOARD, purpose: str = "oversight", end: int = 300) -> Cover:
    return Cover(
        origin=ORIGIN,
        start=0,
        end=end,
        profile=profile,
        purpose=purpose,
        role="oversight",
        made_at=datetime(2026, 11, 24, 6, 0, tzinfo=UTC),
    )


def read(shown: dict[int, tuple[str, ...]], of: Cover | None = None) -> tuple[list[dict[str, str]], str, str]:
    """Rows of the table, the report and the steps, for those entries."""
    with Reading(of or cover(), CHECKPOINT, NullTranslations()) as reading:
        for index, texts in shown.items():
            reading.add(index, texts)
        table = b"".join(reading.events()).decode()
        report = b"".join(reading.report()).decode()
        return list(csv.DictReader(io.StringIO(table, newline=""))), report, reading.readme().decode()


def said(**changes: dict[str, Any]) -> tuple[str, ...]:
    """Block texts of an entry in which some members say something else."""
    blocks = blocks_of(1)
    return make_entry(ORIGIN, **{name: blocks[name] | changes.get(name, {}) for name in blocks}).texts


class Outline(HTMLParser):
    """Elements, attributes and visible text of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text.append(data.strip())

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


class TestTheTable:
    def test_has_a_line_for_each_entry_shown(self) -> None:
        rows, _report, _readme = read({index: entry(index).texts for index in (4, 5, 149)})
        assert [row["index"] for row in rows] == ["4", "5", "149"]
        assert [row["kind"] for row in rows] == ["heartbeat", "case.read", "access.denied"]
        assert tuple(rows[0]) == COLUMNS
        blocks = blocks_of(149)
        assert rows[2]["object_id"] == blocks["on"]["id"]
        assert rows[2]["outcome"] == "denied"
        assert json.loads(rows[2]["details"]) == blocks["of"]

    @pytest.mark.parametrize(
        "cell",
        ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "\uff1d1", "\uff0b1", "\uff0d1", "\uff201"],
    )
    def test_no_cell_is_a_formula(self, cell: str) -> None:
        assert formula_safe(cell) == f"'{cell}"
        rows, _report, _readme = read({1: said(what={"code": cell}, who={"actor": cell}, on={"id": cell})})
        assert {rows[0]["code"], rows[0]["actor"], rows[0]["object_id"]} == {f"'{cell}"}

    @pytest.mark.parametrize("cell", ["", "case.read", "a=b", "2026-11-24T05:00:00.000000Z", "300"])
    def test_other_cells_stay_as_they_are(self, cell: str) -> None:
        assert formula_safe(cell) == cell

    def test_quotes_and_line_ends_stay_inside_their_cell(self) -> None:
        nasty = 'a","=1+1\r\n=2,"'
        rows, _report, _readme = read({1: said(what={"code": nasty})})
        assert len(rows) == 1
        assert rows[0]["code"] == nasty

    @pytest.mark.parametrize(
        "texts",
        [
            ("no json",),
            ("[" * 5000,),
            ('["s","of",{"a":"\\ud800"}]',),
            ("[1,2,3]",),
            ('["s","of",NaN]',),
            ('["s","of",{"a":1' + "0" * 5000 + "}]",),
        ],
    )
    def test_a_block_that_cannot_be_read_is_named_so(self, texts: tuple[str, ...]) -> None:
        """A tampered database must not stop the export that shows it."""
        rows, report, _readme = read({7: texts, 8: entry(8).texts})
        assert [row["index"] for row in rows] == ["7", "8"]
        assert rows[0]["details"] == "unreadable" or texts[0].endswith("0}]")
        assert "unreadable" in report or texts[0].endswith("0}]")


class TestTheReport:
    def test_counts_what_is_shown_and_what_is_not(self) -> None:
        shown = {index: entry(index).texts for index in range(0, 300, 3)}
        _rows, report, _readme = read(shown)
        text = re.sub(r"\s+", " ", " ".join(Outline(report).text))
        assert "Entries in the range 300" in text
        assert "Entries shown 100" in text
        assert "Entries not shown 200" in text
        assert "something is always not shown" in text
        for line in CHECKPOINT.split("\n")[:3]:
            assert line in report
        assert "c2lnbmF0dXJl" not in report

    def test_names_the_findings_that_were_approved(self) -> None:
        finding = {"duty": "failure_to_intervene", "disposition": "sustained", "officer": "o-1", "allegation": "a-1"}
        texts = said(what={"kind": "finding.approved"}, of=finding)
        report = read({1: entry(1).texts, 2: texts})[1]
        assert re.findall(r"failure_to_intervene</td>\s*<td>sustained</td><td>o-1</td><td>a-1</td>", report)
        assert "None among the entries shown." not in report
        assert "None among the entries shown." in read({1: entry(1).texts})[1]

    def test_needs_nothing_from_elsewhere_and_runs_nothing(self) -> None:
        outline = Outline(read({index: entry(index).texts for index in range(50)})[1])
        used = {tag for tag, _attributes in outline.tags}
        assert not used & {"script", "link", "img", "iframe", "object", "embed", "form", "a", "base", "svg"}
        assert not any(name.startswith("on") for _tag, attributes in outline.tags for name in attributes)
        assert {
            "http-equiv": "Content-Security-Policy",
            "content": "default-src 'none'; style-src 'unsafe-inline'",
        } in (outline.all("meta"))
        assert "url(" not in read({})[1]
        assert "@import" not in read({})[1]

    def test_can_be_read_with_a_screen_reader(self) -> None:
        outline = Outline(read({index: entry(index).texts for index in range(50)})[1])
        assert outline.all("html") == [{"lang": "en"}]
        assert len(outline.all("h1")) == len(outline.all("main")) == len(outline.all("title")) == 1
        assert len(outline.all("caption")) == len(outline.all("table")) == 2
        assert all(head.get("scope") in {"col", "row"} for head in outline.all("th"))
        ids = {attributes["id"] for _tag, attributes in outline.tags if "id" in attributes}
        for region in outline.all("div"):
            assert region["role"] == "region"
            assert region["tabindex"] == "0"
            assert region["aria-labelledby"] in ids

    def test_text_from_the_record_stays_text(self) -> None:
        hostile = "<script>alert(1)</script>"
        texts = said(what={"code": hostile, "kind": hostile}, who={"actor": f'"{hostile}'}, of={"fields": [hostile]})
        report = read({1: texts}, cover(purpose=hostile))[1]
        assert "script" not in {tag for tag, _attributes in Outline(report).tags}
        assert report.count("&lt;script&gt;") >= 5

    def test_marks_that_turn_or_hide_text_are_written_out(self) -> None:
        assert visible("a\u202eb\u200bc\u2066") == "a[U+202E]b[U+200B]c[U+2066]"
        assert "\u202e" not in read({1: said(on={"id": "x\u202ey"})})[1]

    def test_stays_short_and_says_where_the_rest_is(self) -> None:
        shown = dict.fromkeys(range(MOST_REPORT_ROWS + 1), entry(1).texts)
        rows, report, _readme = read(shown, cover(end=len(shown)))
        assert len(rows) == MOST_REPORT_ROWS + 1
        assert f"The first {MOST_REPORT_ROWS} entries shown stand here; events.csv holds all of them." in report
        assert "stand here" not in read({1: entry(1).texts})[1]

    @pytest.mark.parametrize("profile", Profile)
    def test_says_that_it_proves_nothing_in_every_profile(self, profile: Profile) -> None:
        _rows, report, readme = read({}, cover(profile))
        assert "proves nothing" in report
        assert "prove nothing" in readme
        assert profile.value in readme


class TestTheSteps:
    def test_they_name_the_command_its_answers_and_the_checkpoint(self) -> None:
        readme = read({})[2]
        assert "python3 -I verify.py check EXPORT.zip --policy POLICY --state STATE" in readme
        assert all(word in readme for word in ("proven", "not proven", "failed", "minutes", "CANNOT PROVE"))
        assert readme.endswith("\n".join(CHECKPOINT.split("\n")[:3]) + "\n")

    def test_lines_fit_a_plain_window(self) -> None:
        assert max(map(len, read({})[2].splitlines())) <= 80

    def test_they_speak_the_language_asked_for(self) -> None:
        class Marked(NullTranslations):
            def gettext(self, message: str) -> str:
                return f"<{message}>"

        with Reading(cover(), CHECKPOINT, Marked()) as reading:
            assert "<HOW TO CHECK IT>" in reading.readme().decode()
            assert "<This report is for reading" in b"".join(reading.report()).decode()
