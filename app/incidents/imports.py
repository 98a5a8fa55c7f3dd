"""Force forms into incidents: one file, one transaction, all of it or nothing; the same file again changes nothing.

A form is a fact independent of anyone's report, so by itself it puts an officer on a roster, and so on a wall. What
the import tells counts force forms alone: whether an incident was known from a report before is not told (S1).
"""

from __future__ import annotations

import re
import uuid
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.agencies.models import Agency, Officer, Posting
from app.audit.log import record
from app.incidents.force_forms import Form, When, form_from, write_form
from app.incidents.mapping import CODES_FIELDS
from app.incidents.models import ForceForm, FormConflict, Incident, Presence, Source
from app.incidents.scenes import Named, Scene, facts_of, scene_of

BATCH = 100
"""Incidents looked up and written at once."""
SAME_EVENT = timedelta(days=2)
"""A report that gives the incident's number but a day further off has probably a slip in the number."""
ONE_IMPORT = text("SELECT pg_advisory_xact_lock(hashtextextended('incidents.import:' || :agency, 0))")
FROM_FORM = "form/"
"""Begins the badge of someone known from forms only; a badge of the roster holds no such stroke."""

Progress = Callable[[int, int], None]
"""Told how many incidents of how many are through."""


@dataclass
class Imported:
    """What an import did, in counts."""

    incidents: int = 0
    """That got forms now."""
    unchanged: int = 0
    """Whose forms were all there."""
    forms: int = 0
    officers: int = 0
    """Named on a form and found on no roster: kept as the form names them."""
    conflicts: int = 0
    joined: list[uuid.UUID] = field(default_factory=list, compare=False, repr=False)
    """Incidents that stood before and got forms, for whoever keeps their cases; told to no person (S1)."""


async def import_force_forms(
    tx: AsyncSession,
    agency: Agency,
    scenes: Sequence[Scene],
    *,
    file_sha256: str,
    progress: Progress | None = None,
) -> Imported:
    """Write the scenes of one file. The caller commits, or rolls back for a dry run.

    An incident is known by the agency's number. Forms that are there already are not written again; further ones join
    their incident, and what it said before stays. Two imports of one agency wait for each other.
    """
    await tx.execute(ONE_IMPORT, {"agency": str(agency.id)})
    done = Imported()
    for start in range(0, len(scenes), BATCH):
        await _Batch(tx, agency, file_sha256, done).write(scenes[start : start + BATCH])
        if progress is not None:
            progress(min(start + BATCH, len(scenes)), len(scenes))
    record(
        tx,
        "force_forms.imported",
        ("agency", agency.id),
        file_sha256=file_sha256,
        incidents=done.incidents,
        forms=done.forms,
        officers=done.officers,
        conflicts=done.conflicts,
    )
    return done


@dataclass
class _Known:
    """An incident that was there before, with what forms had said of it."""

    incident: Incident
    forms: list[Form] = field(default_factory=list)
    officers: dict[str, uuid.UUID] = field(default_factory=dict)
    present: set[tuple[uuid.UUID, str]] = field(default_factory=set)
    conflicts: set[tuple[str, frozenset[Any]]] = field(default_factory=set)


@dataclass(frozen=True)
class _Holder:
    """Who held a badge, from one day to another."""

    officer_id: uuid.UUID
    name: str
    from_on: date
    until_on: date | None


class _Batch:
    """Some scenes on their way into the database: rows gathered by table, each table written with one statement."""

    def __init__(self, tx: AsyncSession, agency: Agency, file_sha256: str, done: Imported) -> None:
        self.tx = tx
        self.agency_id = agency.id
        self.zone = ZoneInfo(agency.time_zone)
        self.file_sha256 = file_sha256
        self.done = done
        self.rows: dict[type[Any], list[dict[str, Any]]] = defaultdict(list)
        self.holders: dict[str, list[_Holder]] = {}

    async def write(self, scenes: Sequence[Scene]) -> None:
        known = await self._known(scenes)
        self.holders = await self._holders(scenes)
        for scene in scenes:
            before = known.get(scene.incident)
            more = _not_among(scene.forms, before.forms) if before else list(scene.forms)
            if more:
                self._take(scene, before, more)
            else:
                self.done.unchanged += 1
        for table in (Officer, Posting, Incident, ForceForm, Presence, FormConflict):
            if self.rows[table]:
                await self.tx.execute(insert(table), self.rows[table])

    # What is there

    async def _known(self, scenes: Sequence[Scene]) -> dict[str, _Known]:
        numbers = [scene.incident for scene in scenes]
        query = select(Incident).where(Incident.agency_id == self.agency_id, Incident.agency_number.in_(numbers))
        # No key changes, so filings that only point at the incident need not wait.
        found = (await self.tx.scalars(query.order_by(Incident.id).with_for_update(key_share=True))).all()
        known = {incident.id: _Known(incident) for incident in found}
        for form in await self.tx.scalars(
            select(ForceForm).where(ForceForm.incident_id.in_(known)).order_by(ForceForm.line)
        ):
            one = known[form.incident_id]
            said = form_from(form.form, incident=one.incident.agency_number or "", row=form.line)
            one.forms.append(said)
            one.officers[said.who] = form.officer_id
        for presence in await self.tx.scalars(select(Presence).where(Presence.incident_id.in_(known))):
            known[presence.incident_id].present.add((presence.officer_id, presence.role))
        for conflict in await self.tx.scalars(select(FormConflict).where(FormConflict.incident_id.in_(known))):
            known[conflict.incident_id].conflicts.add((conflict.what, frozenset(conflict.values)))
        return {scene.incident: best for scene in scenes if (best := self._best(scene, list(known.values())))}

    def _best(self, scene: Scene, known: Sequence[_Known]) -> _Known | None:
        """The incident of this number: one that has forms, else one reported for about the same day."""
        at = self._instant(scene.when)
        same = [one for one in known if one.incident.agency_number == scene.incident]
        with_forms = [one for one in same if one.forms]
        near = [one for one in same if abs(one.incident.occurred_at - at) <= SAME_EVENT]
        return next(iter(with_forms or near), None)

    async def _holders(self, scenes: Sequence[Scene]) -> dict[str, list[_Holder]]:
        badges = {named.badge for scene in scenes for named in scene.roster if named.badge}
        if not badges:
            return {}
        badges |= {FROM_FORM + badge for badge in badges}
        holders = defaultdict(list)
        query = select(Posting).where(Posting.agency_id == self.agency_id, Posting.badge.in_(badges))
        for held in await self.tx.scalars(query.order_by(Posting.from_on)):
            holders[held.badge].append(_Holder(held.officer_id, held.name, held.from_on, held.until_on))
        return holders

    # What comes in

    def _take(self, scene: Scene, before: _Known | None, more: Sequence[Form]) -> None:
        whole = scene_of([*(before.forms if before else []), *more])
        incident_id = self._enrich(before.incident, whole) if before else self._new_incident(whole)
        added = set(more)
        for named in scene.roster:
            if own := [form for form in named.forms if form in added]:
                self._name(incident_id, named, own, before)
        stored = before.conflicts if before else set()
        conflicts = [one for one in whole.conflicts if (one.what, frozenset(one.values)) not in stored]
        for conflict in conflicts:
            self._add(FormConflict, incident_id=incident_id, what=conflict.what, values=[*conflict.values])
        record(
            self.tx,
            "incident.imported",
            ("incident", incident_id),
            forms=len(more),
            conflicts=len(conflicts),
            file_sha256=self.file_sha256,
        )
        if before:
            self.done.joined.append(incident_id)
        self.done.incidents += 1
        self.done.forms += len(more)
        self.done.conflicts += len(conflicts)

    def _new_incident(self, scene: Scene) -> uuid.UUID:
        incident_id = self._add(
            Incident,
            agency_number=scene.incident,
            occurred_at=self._instant(scene.when),
            precision=scene.when.precision,
            place=scene.place,
            source=Source.FORCE_FORM,
            facts=_facts(scene),
            has_injury=scene.has_injury,
        )
        record(
            self.tx,
            "incident.made",
            ("incident", incident_id),
            source=Source.FORCE_FORM,
            precision=scene.when.precision,
        )
        return incident_id

    @staticmethod
    def _enrich(incident: Incident, scene: Scene) -> uuid.UUID:
        """Add what further forms say to an incident that was there."""
        before, more = incident.facts, _facts(scene)
        incident.facts = facts_of({word: [*before.get(word, ()), *more.get(word, ())] for word in {**before, **more}})
        incident.has_injury = incident.has_injury or scene.has_injury
        return incident.id

    def _name(self, incident_id: uuid.UUID, named: Named, forms: Sequence[Form], before: _Known | None) -> None:
        officer_id = before.officers.get(named.who) if before else None
        officer_id = officer_id or self._holder(named) or self._new_officer(named)
        form_ids = [
            self._add(ForceForm, incident_id=incident_id, officer_id=officer_id, form=write_form(form), line=form.row)
            for form in forms
        ]
        if before and (officer_id, named.role) in before.present:
            return
        self._add(
            Presence,
            incident_id=incident_id,
            officer_id=officer_id,
            role=named.role,
            source=Source.FORCE_FORM,
            source_id=form_ids[0],
        )
        record(
            self.tx,
            "presence.added",
            ("incident", incident_id),
            officer=officer_id,
            role=named.role,
            source=Source.FORCE_FORM,
        )

    def _holder(self, named: Named) -> uuid.UUID | None:
        """Who held the badge on that day; if nobody did, who holds it now, unless the form gives another name.

        Last comes someone known from forms only, under the same badge and no other name.
        """
        day = named.forms[0].when.day
        holders = self.holders.get(named.badge, []) if named.badge else []
        for held in holders:
            if held.from_on <= day and (held.until_on is None or held.until_on > day):
                return held.officer_id
        current = [held for held in holders if held.until_on is None]
        for held in [*current, *self.holders.get(FROM_FORM + named.badge, [])]:
            if _may_be_one(held.name, named.officer_name):
                return held.officer_id
        return None

    def _new_officer(self, named: Named) -> uuid.UUID:
        """Someone known only from the form, kept as the form names them; no badge of the roster is taken for it."""
        form = named.forms[0]
        badge = FROM_FORM + named.badge
        if not named.badge or badge in self.holders:
            badge = f"{FROM_FORM}{form.incident}/{named.who}"
        name = named.officer_name or f"{named.officer} of {form.incident}"
        officer_id = self._add(Officer, source=Source.FORCE_FORM.value)
        self._add(Posting, officer_id=officer_id, badge=badge, name=name, rank=named.rank, from_on=form.when.day)
        self.holders.setdefault(badge, []).append(_Holder(officer_id, name, form.when.day, None))
        record(self.tx, "officer.added", ("officer", officer_id), rank=named.rank, unit=None)
        self.done.officers += 1
        return officer_id

    def _add(self, table: type[Any], **values: Any) -> uuid.UUID:
        row_id = uuid.uuid4()
        self.rows[table].append({"id": row_id, "agency_id": self.agency_id, **values})
        return row_id

    def _instant(self, when: When) -> datetime:
        """The moment at the agency; of a day its start, which the precision keeps from being shown as a midnight."""
        return datetime.combine(when.day, when.at or time(), self.zone).astimezone(UTC)


def _facts(scene: Scene) -> dict[str, list[Any]]:
    """Everything that any form gives, each word of the forms and what they count."""
    codes: dict[str, tuple[Any, ...]] = {name: scene.stated(name) for name in CODES_FIELDS}
    indoors, counts = [form.indoors for form in scene.forms], [form.subject_count for form in scene.forms]
    return facts_of({**codes, "indoors": indoors, "subject_count": counts})


def _not_among(forms: Sequence[Form], stored: Sequence[Form]) -> list[Form]:
    """The forms that are not stored yet, wherever in a file they stood; of two equal ones each counts."""
    left = Counter(replace(form, row=0) for form in stored)
    more = []
    for form in forms:
        plain = replace(form, row=0)
        if left[plain]:
            left[plain] -= 1
        else:
            more.append(form)
    return more


def _may_be_one(name: str, other: str) -> bool:
    """Whether two spellings of names may mean one person: "RIVERA, A." and "Ana Rivera"."""
    words, others = (set(re.findall(r"\w{2,}", said.casefold())) for said in (name, other))
    return not words or not others or not words.isdisjoint(others)
