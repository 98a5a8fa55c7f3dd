"""Pictures tell every value in words as well, and no text of theirs is markup."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

from app.pages.drawing import SHAPES, Lane, Moment, symbol, timeline

AT = datetime(2026, 3, 1, 21, 40, tzinfo=UTC)
SVG = "{http://www.w3.org/2000/svg}"


def moment(number: int, seconds: int, **changes: object) -> Moment:
    given = {"shape": "circle", "is_claim": False, "says": f"moment {number}", **changes}
    return Moment(number, AT + timedelta(seconds=seconds), **given)  # type: ignore[arg-type]


def draw(*lanes: Lane) -> ElementTree.Element:
    return ElementTree.fromstring(timeline(lanes, lambda at, seconds: f"{at:%H:%M:%S}", "The scene"))


class TestTheTimeline:
    def test_its_description_names_every_moment_and_officer(self) -> None:
        drawing = draw(Lane("Bauer", (moment(1, 0), moment(2, 90))), Lane("Haddad", (moment(3, 5),)))
        told = drawing.findtext(f"{SVG}desc") or ""
        assert all(each in told for each in ("Bauer", "Haddad", "moment 1", "moment 2", "moment 3"))
        assert drawing.attrib["role"] == "img"
        assert drawing.findtext(f"{SVG}title") == "The scene"

    def test_text_is_never_markup_and_nothing_is_styled_inline(self) -> None:
        evil = '"><script>alert(1)</script>&'
        made = str(timeline((Lane(evil, (moment(1, 0, says=evil),)),), lambda at, seconds: evil, evil, "x"))
        ElementTree.fromstring(made)
        assert "<script" not in made
        assert "style" not in made

    def test_time_runs_to_the_right_and_marks_do_not_cover_each_other(self) -> None:
        drawing = draw(Lane("Bauer", tuple(moment(n, n) for n in range(4)) + (moment(9, 600),)))
        at = [(float(text.attrib["x"]), float(text.attrib["y"])) for text in drawing.iter(f"{SVG}text")]
        numbers = at[-5:]
        assert [x for x, _ in numbers] == sorted(x for x, _ in numbers)
        assert all(abs(a[0] - b[0]) >= 20 or a[1] != b[1] for n, a in enumerate(numbers) for b in numbers[:n])

    def test_a_claim_is_hollow_and_a_fact_is_filled(self) -> None:
        fills = [
            [circle.attrib["fill"] for circle in draw(Lane("x", (moment(1, 0, is_claim=claim),))).iter(f"{SVG}circle")]
            for claim in (True, False)
        ]
        assert fills == [["none"], ["currentColor"]]

    def test_every_shape_can_be_drawn_alone(self) -> None:
        assert len({str(symbol(shape, False)) for shape in SHAPES}) == len(SHAPES)

    def test_without_moments_there_is_no_picture(self) -> None:
        assert timeline((Lane("Bauer", ()),), lambda at, seconds: "", "The scene") == ""

    def test_one_instant_and_a_whole_day_have_few_ticks(self) -> None:
        for span in (0, 20, 400, 86_400, 10 * 86_400):
            drawing = draw(Lane("x", (moment(1, 0), moment(2, span))))
            assert len(list(drawing.iter(f"{SVG}line"))) < 16
