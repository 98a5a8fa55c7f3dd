"""The code lists, the mapping that ships with the product, and the figures of the demo."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from app.agencies.models import Rank
from app.incidents import frequencies
from app.incidents.codes import LISTS, RANK, CodeList, seniority
from app.incidents.mapping import (
    CODE_FIELDS,
    CODES_FIELDS,
    NEW_JERSEY,
    BadMapping,
    UnknownSpelling,
    new_jersey,
    read_mapping,
)
from app.incidents.scenes import CONFLICTS, SAME_FOR_ALL
from tests.incidents.samples import real_codes
from tests.shared import needs_shared

NATIONAL = {
    "force": {
        "firearm",
        "electronic_control_weapon",
        "explosive_device",
        "chemical",
        "baton",
        "impact_projectile",
        "blunt_instrument",
        "hands_fists_feet",
        "canine",
        "other",
        "unknown",
    },
    "resistance": {
        "verbal_non_compliance",
        "passive",
        "threatening_officer",
        "threatening_others",
        "threatening_self",
        "attempting_to_flee",
        "active_aggression",
        "hands_fists_feet",
        "edged_weapon",
        "firearm",
        "vehicle_directed_at_officer",
        "blunt_object",
        "barricading",
        "other",
        "none",
        "unknown",
    },
    "injury": {
        "apparent_broken_bones",
        "gunshot_wound",
        "possible_internal_injury",
        "severe_laceration",
        "unconsciousness",
        "death",
        "none",
        "unknown",
    },
    "encounter_type": {
        "unlawful_or_suspicious_activity",
        "medical_mental_health_welfare",
        "traffic_stop",
        "warrant_service",
        "mass_demonstration",
        "other",
        "unknown",
    },
    "perceived_condition": {"mental_health", "none", "unknown"},
}
NATIONAL["subject_action"] = NATIONAL["resistance"]

PUBLISHED_FIELDS = {
    "incident.encounter_type": ("encounter_type", "encounter_type"),
    "incident.contact_origin": ("contact_origin", "contact_origin"),
    "incident.location_type": ("location_type", "location_type"),
    "incident.video_type": ("video", "video"),
    "subject.action": ("subject_action", "subject_action"),
    "subject.resistance": ("resistance", "resistance"),
    "subject.injury": ("injury", "subject_injury"),
    "subject.medical_treatment": ("treatment", "subject_treatment"),
    "subject.perceived_condition": ("perceived_condition", "perceived_condition"),
    "force.type": ("force", "force"),
    "officer.injury": ("injury", "officer_injury"),
    "officer.medical_treatment": ("treatment", "officer_treatment"),
}


class TestCodeLists:
    @pytest.mark.parametrize("codes", LISTS.values(), ids=LISTS)
    def test_every_code_is_one_plain_word_that_stands_once_and_has_a_label(self, codes: CodeList) -> None:
        assert len(codes.codes) == len(codes.entries)
        for entry in codes.entries:
            assert entry.code.replace("_", "").isalnum()
            assert entry.code == entry.code.lower()
            assert codes.label(entry.code)
            assert entry.code in codes

    @pytest.mark.parametrize("codes", LISTS.values(), ids=LISTS)
    def test_no_two_codes_of_a_list_look_the_same_to_a_reader(self, codes: CodeList) -> None:
        assert len({entry.label for entry in codes.entries}) == len(codes.entries)

    @pytest.mark.parametrize("codes", LISTS.values(), ids=LISTS)
    def test_a_national_category_is_one_of_the_national_list(self, codes: CodeList) -> None:
        used = {codes.national(code) for code in codes.codes} - {None}
        assert used <= NATIONAL.get(codes.name, set())

    def test_a_word_that_is_no_code_has_no_label(self) -> None:
        with pytest.raises(KeyError):
            LISTS["force"].label("kindness")
        assert "kindness" not in LISTS["force"]

    def test_ranks_are_those_of_the_roster_lowest_first(self) -> None:
        assert RANK.codes == tuple(rank.value for rank in Rank)
        ladder = [seniority(rank) for rank in Rank if rank not in (Rank.OTHER, Rank.NOT_GIVEN)]
        assert ladder == list(range(len(Rank) - 2))
        assert seniority(Rank.OTHER) is None
        assert seniority(Rank.NOT_GIVEN) is None

    def test_every_field_of_a_form_draws_from_a_list(self) -> None:
        assert {*CODE_FIELDS.values(), *CODES_FIELDS.values()} <= set(LISTS)

    def test_every_conflict_has_a_sentence(self) -> None:
        assert set(SAME_FOR_ALL) < set(CONFLICTS)


class TestShippedMapping:
    def test_old_and_new_spellings_give_one_code(self) -> None:
        mapping = new_jersey()
        assert mapping.code("force", "Used arms") == mapping.code("force", "Used arms/hands") == "arms_hands"
        assert mapping.code("contact_origin", "Officer Dispatched") == mapping.code("contact_origin", "Dispatched")
        assert mapping.code("resistance", "Dead-weight tactics(going limp)") == "dead_weight"

    @pytest.mark.parametrize("entered", ["Sgt.", "Sgt", "Sergeant", "SGT.", " sergeant ", "Det. Sgt.", "SFC"])
    def test_a_rank_is_known_in_all_its_spellings(self, entered: str) -> None:
        assert new_jersey().code("rank", entered) == "sergeant"

    def test_nothing_stated_is_no_code(self) -> None:
        assert new_jersey().code("injury", "Not Provided") is None
        assert new_jersey().codes("injury", "Not Provided") == ()
        assert new_jersey().code("rank", "Not Provided") == "not_given"

    def test_several_values_keep_their_order_and_stand_once(self) -> None:
        codes = new_jersey().codes("force", "Used take down on; Used arms; Used arms/hands")
        assert codes == ("take_down", "arms_hands")

    def test_a_value_with_a_comma_inside_is_one_value(self) -> None:
        assert new_jersey().codes("force", "Chokehold, Carotid artery restraint; Kneeling on Chest, Back") == (
            "chokehold",
            "kneeling_on_torso",
        )

    def test_an_unknown_value_is_said_to_be_unknown(self) -> None:
        with pytest.raises(UnknownSpelling):
            new_jersey().codes("force", "Used arms; Asked nicely")

    @needs_shared
    def test_every_published_value_has_a_code(self) -> None:
        with real_codes().open(encoding="utf-8", newline="") as file:
            for published in csv.DictReader(file):
                codes, _ = PUBLISHED_FIELDS[published["field"]]
                code = new_jersey().code(codes, published["value"])
                assert code in LISTS[codes] or published["value"] == "Not Provided"


class TestOwnMapping:
    """An agency whose records system writes other columns brings a mapping of its own."""

    def changed(self, folder: Path, **parts: Any) -> Path:
        content = {**json.loads(NEW_JERSEY.read_text("utf-8")), **parts}
        path = folder / "own.json"
        path.write_text(json.dumps(content), "utf-8")
        return path

    def test_commas_may_separate_values_that_hold_commas(self, tmp_path: Path) -> None:
        mapping = read_mapping(self.changed(tmp_path, separator=","))
        assert mapping.codes("force", "Used arms,Chokehold, Carotid artery restraint,Struck") == (
            "arms_hands",
            "chokehold",
            "impact_weapon_strike",
        )
        assert mapping.codes("encounter_type", "Disturbance (drinking, fighting, disorderly), Domestic") == (
            "disturbance",
            "domestic",
        )

    @pytest.mark.parametrize(
        ("parts", "says"),
        [
            ({"columns": {"incident": "a", "date": "b", "officer": "c"}}, 'no column for "force"'),
            (
                {"columns": {"incident": "a", "date": "b", "officer": "c", "force": "d", "weather": "e"}},
                '"weather" is no field',
            ),
            ({"dates": ["%m/%d/%y"]}, "year of four digits"),
            ({"dates": ["%Y-%m"]}, "to the day or closer"),
            ({"dates": ["%Y-%m-%d %Z"]}, "is no form of a date"),
            ({"dates": []}, "dates: "),
            ({"separator": ""}, "separator: "),
            ({"flags": {"Y": "yes"}}, "flags.Y: "),
            ({"spellings": {"weather": {}}}, '"weather" is no list'),
            ({"spellings": {"force": {"Hug": "hug"}}}, '"hug" is no code of force'),
            ({"spellings": {"force": {"Used arms": "arms_hands", "used  ARMS": "other"}}}, "stands twice"),
            ({"format": "something else"}, "format: "),
            ({"surprise": 1}, "surprise: "),
        ],
    )
    def test_a_mapping_that_does_not_fit_is_refused_with_the_place(
        self, tmp_path: Path, parts: dict[str, Any], says: str
    ) -> None:
        with pytest.raises(BadMapping, match=r"^own\.json: ") as refused:
            read_mapping(self.changed(tmp_path, **parts))
        assert says in str(refused.value)

    @pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"[]", b"{", b"[" * 100_000, b'{"format": NaN}'])
    def test_a_file_that_is_no_mapping_is_refused(self, tmp_path: Path, content: bytes) -> None:
        path = tmp_path / "own.json"
        path.write_bytes(content)
        with pytest.raises(BadMapping):
            read_mapping(path)

    def test_a_missing_file_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(BadMapping, match="cannot be read"):
            read_mapping(tmp_path / "absent.json")


class TestFrequencies:
    def test_every_counted_code_is_one_of_ours(self) -> None:
        lists = {field: codes for codes, field in PUBLISHED_FIELDS.values()}
        for field, counts in frequencies.of_forms().items():
            assert set(counts) <= set(LISTS[lists[field]].codes)

    def test_incidents_add_up(self) -> None:
        counts = frequencies.of_incidents()
        assert sum(counts["users_of_force"].values()) == 400
        assert sum(counts["subject_count"].values()) == 1029
        assert sum(counts["rank"].values()) == sum(int(n) * times for n, times in counts["users_of_force"].items())

    @needs_shared
    def test_the_figures_are_those_published(self) -> None:
        counted: dict[str, Counter[str]] = {field: Counter() for _, field in PUBLISHED_FIELDS.values()}
        with real_codes().open(encoding="utf-8", newline="") as file:
            for published in csv.DictReader(file):
                codes, field = PUBLISHED_FIELDS[published["field"]]
                if code := new_jersey().code(codes, published["value"]):
                    counted[field][code] += int(published["rows_2020-10_to_2024-10"])
        assert {field: dict(counts) for field, counts in frequencies.of_forms().items()} == counted
