"""The provisions we hold: every fact carried over, and the right one for a state and a day."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml

from app.provisions.clocks import WORKING_HOURS, Limit, Unit
from app.provisions.packs import (
    MODEL_ID,
    LimitBasis,
    PackError,
    RuleBasis,
    Standing,
    UnknownProvision,
    WhyNotLaw,
    in_force,
    library,
    of_state,
    provision,
    refuse_overlap,
    report_due,
    report_provision,
    standing,
)
from app.provisions.plain import FIELDS, asks, by_when, doubts
from app.provisions.provision import Instrument, Intervention, Knowledge, Pack, PartialDate, Provision
from tests.shared import needs_shared, shared_folder

TODAY = date(2026, 3, 3)

# What the compiled facts call by one name and we by another.
FIELD_NAMES = {
    "effective_date": "in_force_from",
    "effective_date of that sentence": "in_force_from",
    "intervention_report_contents": "intervention_report.contents",
    "intervention_report_deadline": "intervention_report.limit",
    "medical_aid_duty": "aid_is_owed",
    "medical_aid_duty as statute (seen only in academy guidance)": "aid_is_owed",
    "medical_aid_duty citation": "aid_is_owed",
    "retaliation_protection": "retaliation.is_forbidden",
    "grade of the failure-to-intervene offence": "consequence.criminal",
    "exact supervisor_duty wording": "intervene.supervisor",
    "parallel ground for local officers in 50 ILCS 705/6.3": "consequence.decertification",
    "operative nonfeasance wording": "consequence.decertification",
    "intervene_conditions": "intervene.conditions",
    "duty_to_report": "report.owed",
    "current article number": "citations",
    "the intervention sentence of section 2368": "intervene",
    "trigger detail": "trigger",
    "report_recipient": "report.recipient",
    "report_deadline for witnesses": "report.limit",
    "report wording in subdivision 5": "report",
    "final enactment status of the self-initiated-complaint clause": "agency_duties",
    "current force of the policy": "in_force_until",
    "consequence": "consequence",
    "consequence.discipline": "consequence.discipline",
    "consequence.decertification": "consequence.decertification",
    "consequence.criminal": "consequence.criminal",
    "agency_duties": "agency_duties",
}
STATEMENTS = {  # of no single field; a word of ours that must stand in the doubt
    "whether 2025 Senate Bill 431 (anti-retaliation and false-report language) became law": "431",
    "enacted wording of 626.8475 (read only through a city memo and the introduced bill)": "626.8475",
    "later retaliation amendments (bills SF 2776 of 2022 and SF 477 of 2023)": "2776",
    "effect of the 2025-01-01 rewrite of Category B conduct": "Category B",
    "existence and text of a binding rule or statute": "binding rule",
}
KNOWLEDGE = {
    "actual_witness_for_intervening; witness_or_good_faith_reasonable_belief_for_reporting": Knowledge.ACTUAL_WITNESS,
    "knows_or_reasonably_should_know": Knowledge.KNOWS_OR_SHOULD_KNOW,
    "observed_or_reasonably_should_have_observed": Knowledge.OBSERVED_OR_SHOULD_HAVE,
}


def compiled() -> list[dict[str, Any]]:
    folder = shared_folder()
    if folder is None:
        return []
    facts = yaml.safe_load((folder / "domain" / "statutes.yaml").read_text(encoding="utf-8"))
    provisions: list[dict[str, Any]] = facts["provisions"]
    return provisions


each_fact = pytest.mark.parametrize("fact", compiled() or [{}], ids=lambda fact: fact.get("id", "none"))


@needs_shared
class TestFactsCarriedOver:
    """Every fact of the compiled statutes stands in a pack, and what was not verified says so."""

    def test_no_provision_is_missing_and_none_is_added_but_federal_words_and_the_model(self) -> None:
        added = set(library().by_id) - {fact["id"] for fact in compiled()}
        assert added == {MODEL_ID, "US-18USC242", "US-DOJ-GUIDANCE"}
        assert {fact["id"] for fact in compiled()} <= set(library().by_id)

    @each_fact
    def test_dates_kind_citations_sources_and_confidence_are_the_same(self, fact: dict[str, Any]) -> None:
        held = provision(fact["id"])
        assert held.in_force_from == fact["effective_date"]
        assert held.announced == fact.get("announced")
        assert held.earlier_form_from == fact.get("earlier_effective_date")
        assert held.instrument.value == fact["instrument"]
        assert list(held.citations) == fact["citation"]
        assert list(held.sources) == fact["source"]
        assert held.confidence.value == fact["confidence"]

    @each_fact
    def test_duties_and_their_qualifiers_are_the_same(self, fact: dict[str, Any]) -> None:
        held = provision(fact["id"])
        assert held.intervene.duty.value == fact["duty_to_intervene"]
        assert len(held.intervene.conditions) - len(fact["intervene_conditions"]) == (fact["id"] == "US-KY")
        assert held.intervene.whatever_rank == fact.get("rank_blind")
        assert bool(held.intervene.supervisor) == ("supervisor_duty" in fact)
        assert len(held.intervene.counts_as_intervening) == len(fact.get("intercede_includes", []))
        assert held.knowledge.to_intervene == KNOWLEDGE.get(fact["knowledge_standard"], fact["knowledge_standard"])
        assert held.aid_is_owed == fact["medical_aid_duty"]
        assert held.retaliation.is_forbidden == fact["retaliation_protection"]
        assert len(held.retaliation.examples) == len(fact.get("retaliation_examples", []))
        assert bool(held.retaliation.definition) == ("retaliation_definition" in fact)
        assert bool(held.retaliation.scope) == ("retaliation_scope" in fact)

    @each_fact
    def test_the_report_its_time_and_its_ways_are_the_same(self, fact: dict[str, Any]) -> None:
        held = provision(fact["id"]).report
        assert held.owed == fact["duty_to_report"]
        assert held.limit == (None if fact["report_deadline"] == "none" else fact["report_deadline"])
        assert held.starts == fact.get("deadline_starts")
        assert held.forwarding_limit == fact.get("forwarding_deadline")
        assert held.force_user_limit == fact.get("force_user_report_deadline")
        assert bool(held.recipient) == ("report_recipient" in fact)
        assert bool(held.alternate_recipient) == ("alternate_recipient" in fact)
        assert bool(held.form) == ("report_form" in fact)
        assert bool(held.scope) == ("report_scope" in fact)
        assert bool(held.notes) == ("report_notes" in fact)
        assert len(held.contents) == len(fact["report_contents"])

    @each_fact
    def test_the_report_of_an_intervention_is_the_same(self, fact: dict[str, Any]) -> None:
        second = provision(fact["id"]).intervention_report
        assert (second.limit if second else None) == fact.get("intervention_report_deadline")
        assert len(second.contents if second else ()) == len(fact.get("intervention_report_contents", []))

    @each_fact
    def test_consequences_are_the_same(self, fact: dict[str, Any]) -> None:
        held = provision(fact["id"])
        for name in ("discipline", "decertification", "criminal"):
            given, outcome = fact["consequence"].get(name), getattr(held.consequence, name)
            provided = {None: None, True: True, "none": False, "dropped before passage": False}.get(given, True)
            if given == "18 U.S.C. 242 may apply":
                provided = None  # conditional words stay conditional
            assert outcome.provided is provided, name
            assert bool(outcome.says) == (isinstance(given, str) and given != "none"), name
        assert bool(held.consequence.other) == ("other" in fact["consequence"])
        assert len(held.agency_duties) == len(fact.get("agency_duties", []))
        assert bool(held.pending) == ("pending" in fact)

    @each_fact
    def test_what_was_not_verified_says_so(self, fact: dict[str, Any]) -> None:
        held = provision(fact["id"]).unverified
        assert len(held) == len(fact["unverified"])
        for doubt, given in zip(held, fact["unverified"], strict=True):
            if given in STATEMENTS:
                assert STATEMENTS[given] in (doubt.says or "")
                assert doubt.field is None
            else:
                assert doubt.field == FIELD_NAMES[given]

    def test_texts_are_our_own_words(self) -> None:
        for fact in compiled():
            held = provision(fact["id"])
            assert held.trigger != fact["trigger"]
            assert (held.report.notes or "") != fact.get("report_notes")

    def test_what_is_near_the_subject_is_kept_apart(self) -> None:
        folder = shared_folder()
        assert folder is not None
        facts = yaml.safe_load((folder / "domain" / "statutes.yaml").read_text(encoding="utf-8"))
        given = {(each["citation"], each["source"]) for each in facts["related_not_duties"]}
        held = {(each.citation, each.sources[0]) for of in library().related.values() for each in of}
        assert held == given

    def test_hours_for_words_without_a_number_are_those_designed(self) -> None:
        folder = shared_folder()
        assert folder is not None
        tokens = yaml.safe_load((folder / "domain" / "statutes.yaml").read_text(encoding="utf-8"))["meta"]
        given = {name: Limit.parse(value).amount for name, value in tokens["token_defaults"].items() if name != "note"}
        assert {unit.value: hours for unit, hours in WORKING_HOURS.items()} == given


class TestReportTime:
    """The time of a witness's report, state by state, written out by hand."""

    BY_LAW = {
        "CO": "P10D",
        "IL": "P5D",
        "MN": "PT24H",
        "NC": "PT72H",
        "NV": "P10D",
        "OR": "PT72H",
        "SC": "PT24H",
        "MA": "end_of_shift",
        "MD": "end_of_shift",
        "NM": "end_of_shift",
    }
    BY_WORD = {
        "CA": "immediately",
        "NH": "immediately",
        "NJ": "immediately",
        "CT": "as_soon_as_practicable",
        "NY": "promptly",
        "TX": "promptly",
        "VA": "agency_policy",
        "WA": "agency_policy",
    }
    NO_TIME = ("DC", "UT", "VT")
    NO_REPORT = ("AR", "FL", "KY", "TN")

    @pytest.mark.parametrize(("state", "limit"), BY_LAW.items())
    def test_is_the_laws_where_the_law_sets_one(self, state: str, limit: str) -> None:
        applied = report_provision(state, TODAY)
        assert (applied.provision.id, applied.basis, applied.why) == (f"US-{state}", RuleBasis.LAW, None)
        assert (applied.limit, applied.limit_basis) == (Limit.parse(limit), LimitBasis.LAW)

    @pytest.mark.parametrize(("state", "limit"), BY_WORD.items())
    def test_is_a_setting_where_the_law_says_a_word(self, state: str, limit: str) -> None:
        applied = report_provision(state, TODAY)
        assert (applied.provision.id, applied.basis) == (f"US-{state}", RuleBasis.LAW)
        assert (applied.limit, applied.limit_basis) == (Limit.parse(limit), LimitBasis.WORKING_VALUE)
        assert any("not law" in each.said() for each in by_when(applied))

    @pytest.mark.parametrize("state", NO_TIME)
    def test_is_the_models_where_a_report_is_owed_without_a_time(self, state: str) -> None:
        applied = report_provision(state, TODAY)
        assert (applied.provision.id, applied.basis) == (f"US-{state}", RuleBasis.LAW)
        assert (applied.limit, applied.limit_basis) == (Limit(Unit.HOURS, 24), LimitBasis.AGENCY_DEFAULT)
        assert any("It is not law." in each.said() for each in by_when(applied))

    @pytest.mark.parametrize("state", NO_REPORT)
    def test_is_the_models_where_the_law_asks_for_no_report(self, state: str) -> None:
        applied = report_provision(state, TODAY)
        assert (applied.provision.id, applied.basis, applied.why) == (
            MODEL_ID,
            RuleBasis.AGENCY_DEFAULT,
            WhyNotLaw.NO_REPORT_DUTY,
        )
        assert applied.law is not None
        assert applied.law.id == f"US-{state}"

    def test_every_state_we_hold_is_tried(self) -> None:
        tried = {*self.BY_LAW, *self.BY_WORD, *self.NO_TIME, *self.NO_REPORT}
        held = {j.removeprefix("US-") for j, of in library().by_jurisdiction.items() if of and j != "US"}
        assert tried == held

    def test_in_colorado_is_the_tenth_day_after_the_force_whenever_it_was_learned(self) -> None:
        zone = ZoneInfo("America/Denver")
        happened = datetime(2026, 3, 3, 21, 5, tzinfo=UTC)
        found = report_due(report_provision("CO", TODAY), happened, zone, learned=datetime(2026, 3, 5, 12, tzinfo=UTC))
        assert found.day == date(2026, 3, 13)
        assert not found.is_our_setting

    def test_in_oregon_runs_from_when_the_witness_learned_of_it(self) -> None:
        zone = ZoneInfo("America/Los_Angeles")
        learned = datetime(2026, 3, 5, 12, tzinfo=UTC)
        happened = datetime(2026, 3, 3, 21, 5, tzinfo=UTC)
        assert report_due(report_provision("OR", TODAY), happened, zone, learned=learned).at == datetime(
            2026, 3, 8, 12, tzinfo=UTC
        )

    def test_never_starts_before_the_force(self) -> None:
        happened = datetime(2026, 3, 3, 21, 5, tzinfo=UTC)
        slip = datetime(2026, 3, 1, tzinfo=UTC)
        found = report_due(report_provision("OR", TODAY), happened, ZoneInfo("UTC"), learned=slip)
        assert found.started == happened


class TestInForce:
    """A provision holds on a day only if it did so whatever its date means."""

    @pytest.mark.parametrize(
        ("state", "on", "found"),
        [
            ("CO", date(2020, 6, 18), None),
            ("CO", date(2020, 6, 19), "US-CO"),
            ("NV", date(2020, 7, 31), None),
            ("NV", date(2020, 8, 1), None),  # "2020-08" may mean the 31st
            ("NV", date(2020, 8, 30), None),
            ("NV", date(2020, 8, 31), "US-NV"),
            ("OR", date(2020, 12, 31), None),
            ("OR", date(2021, 6, 1), None),  # "2021" may mean December 31
            ("OR", date(2021, 12, 31), "US-OR"),
            ("CA", date(2021, 6, 1), None),  # an earlier form was in force, which we do not hold
            ("CA", date(2022, 1, 1), "US-CA"),
        ],
    )
    def test_before_and_after_the_first_day(self, state: str, on: date, found: str | None) -> None:
        held = in_force(state, on)
        assert (held.id if held else None) == found

    @pytest.mark.parametrize(
        ("state", "on", "why"),
        [
            ("CO", date(2019, 1, 1), WhyNotLaw.NOT_YET),
            ("OR", date(2021, 6, 1), WhyNotLaw.IN_DOUBT),
            ("LA", TODAY, WhyNotLaw.NOTHING_HELD),
            ("PR", TODAY, WhyNotLaw.NOTHING_HELD),
            ("Atlantis", TODAY, WhyNotLaw.NOTHING_HELD),
            ("", TODAY, WhyNotLaw.NOTHING_HELD),
        ],
    )
    def test_otherwise_the_model_stands_in_and_says_that_it_is_not_law(
        self, state: str, on: date, why: WhyNotLaw
    ) -> None:
        applied = report_provision(state, on)
        assert (applied.provision.id, applied.basis, applied.why) == (MODEL_ID, RuleBasis.AGENCY_DEFAULT, why)
        assert applied.law is None
        assert "It is not law." in " ".join(each.said() for each in by_when(applied))

    @pytest.mark.parametrize("written", ["CO", "co", " Co ", "US-CO", "us-co"])
    def test_a_state_is_known_however_it_is_written(self, written: str) -> None:
        held = in_force(written, TODAY)
        assert held is not None
        assert held.id == "US-CO"

    def test_an_end_known_by_its_year_leaves_that_year_in_doubt(self) -> None:
        ended = provision("US-CO").model_copy(update={"in_force_until": PartialDate("2024")})
        assert standing(ended, date(2023, 12, 31)) is Standing.IN_FORCE
        assert standing(ended, date(2024, 1, 1)) is Standing.IN_DOUBT
        assert standing(ended, date(2024, 12, 31)) is Standing.ENDED

    def test_a_text_without_a_date_is_never_in_force(self) -> None:
        assert standing(provision("US-DOJ-GUIDANCE"), TODAY) is Standing.IN_DOUBT

    def test_the_model_is_never_taken_for_federal_law(self) -> None:
        assert not provision(MODEL_ID).is_law
        assert {p.id for p in of_state("US")} == {"US-DOJ", "US-18USC242", "US-DOJ-GUIDANCE", MODEL_ID}
        held = in_force("US", TODAY)
        assert held is not None
        assert held.id == "US-DOJ"

    def test_two_texts_of_one_kind_may_not_overlap(self) -> None:
        one = provision("US-CO")
        later = one.model_copy(update={"id": "US-CO-2", "in_force_from": PartialDate("2027")})
        with pytest.raises(PackError):
            refuse_overlap([one, later])
        refuse_overlap([one.model_copy(update={"in_force_until": PartialDate("2027-01-01")}), later])

    def test_an_unknown_name_is_not_found(self) -> None:
        with pytest.raises(UnknownProvision):
            provision("US-XX")


class TestPackFiles:
    """A pack is data, and a slip in it stops the program."""

    def raw(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(
            files("app.provisions").joinpath("packs", "us-co.json").read_text(encoding="utf-8")
        )
        return found

    def broken(self, **changes: Any) -> bytes:
        raw = self.raw()
        raw["provisions"][0] |= changes
        return json.dumps(raw).encode()

    def test_the_files_as_they_are_can_be_read(self) -> None:
        assert Pack.model_validate_json(self.broken()).provisions[0] == provision("US-CO")

    @pytest.mark.parametrize(
        "changes",
        [
            {"in_force_from": "2020-13"},
            {"in_force_from": "June 2020"},
            {"in_force_until": "2020-06"},
            {"jurisdiction": "US-NV"},
            {"instrument": "law"},
            {"sources": []},
            {"citations": []},
            {"unverified": [{"field": "nothing.here"}]},
            {"unverified": [{}]},
            {"report": {"owed": False, "limit": "P10D", "starts": "incident"}},
            {"report": {"owed": True, "limit": "ten days", "starts": "incident"}},
            {"report": {"owed": True, "limit": "P10D"}},
            {"title": "two\nlines"},
            {"revision": "1"},
            {"aid_is_owed": "yes"},
            {"surprise": 1},
        ],
    )
    def test_a_slip_is_refused(self, changes: dict[str, Any]) -> None:
        with pytest.raises(ValueError, match="validation error"):
            Pack.model_validate_json(self.broken(**changes))

    def test_nothing_can_be_changed_once_read(self) -> None:
        with pytest.raises(ValueError, match="frozen"):
            provision("US-CO").title = "another"  # type: ignore[misc]

    def test_the_digest_tells_one_reading_from_the_next(self) -> None:
        one = provision("US-CO")
        assert re.fullmatch("[0-9a-f]{64}", one.digest)
        assert one.digest == Pack.model_validate_json(self.broken()).provisions[0].digest
        assert one.digest != Pack.model_validate_json(self.broken(revision=2)).provisions[0].digest


class TestPlainWords:
    """An officer reads what is asked, and what we are not sure of."""

    @pytest.mark.parametrize("held", library().by_id.values(), ids=lambda held: held.id)
    def test_every_provision_can_be_told(self, held: Provision) -> None:
        told = [each.said() for each in (*asks(held), *doubts(held))]
        assert all(re.match(r"[A-Z]", each) and each.endswith((".", '."')) for each in told), told
        assert told[-1].startswith("A summary in plain words, not legal advice")

    def test_every_field_that_may_be_doubted_has_words(self) -> None:
        doubted = {doubt.field for held in library().by_id.values() for doubt in held.unverified if doubt.field}
        assert doubted <= set(FIELDS)

    def test_conditional_federal_words_are_quoted_and_never_made_a_duty(self) -> None:
        guidance = provision("US-DOJ-GUIDANCE")
        assert {quoted.words for quoted in guidance.quotations} == {"purposefully allows", "may be prosecuted"}
        for held in (guidance, provision("US-18USC242")):
            assert held.intervene.duty is Intervention.NONE
            assert not held.report.owed
            words = " ".join(each.said() for each in asks(held))
            assert not re.search(r"\b(shall|must|have to)\b", held.model_dump_json() + words)
        assert 'The source says: "purposefully allows".' in [each.said() for each in asks(guidance)]

    def test_the_model_says_shall_in_every_clause_on_duties_and_names_administrators(self) -> None:
        model = provision(MODEL_ID)
        assert model.instrument is Instrument.MODEL_STANDARD
        assert sum("shall" in clause for clause in model.text) >= 9
        assert any("administrator" in clause for clause in model.text)
        assert asks(model)[0].said().startswith("This is a standard for policies, not law.")

    def test_a_coarse_date_is_explained(self) -> None:
        words = " ".join(each.said() for each in doubts(provision("US-OR")))
        assert "known only as 2021" in words
        assert "December 31, 2021" in words

    def test_an_earlier_form_that_we_do_not_hold_is_named(self) -> None:
        words = [each.said() for each in doubts(provision("US-CA"))]
        assert "An earlier form, not held here, was in force from Friday, January 1, 2021." in words

    def test_the_duty_that_turns_on_belief_is_known(self) -> None:
        turning = {held.id for held in library().by_id.values() if held.turns_on_belief}
        assert turning == {"US-NC", "US-NM", MODEL_ID}

    def test_a_doubt_about_the_whole_covers_its_parts(self) -> None:
        assert provision("US-NY").doubts_about("report.limit")
        assert not provision("US-OR").doubts_about("report.limit")
