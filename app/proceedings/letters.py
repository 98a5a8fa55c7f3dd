"""The outcome for someone harmed: a letter with a locator and a secret, and what these two show afterwards.

The letter names no officer and nobody who reported, and leaves out what only the agency's own reporting is about: it
could point at who reported. The secret stands in the letter alone; here only its Argon2id hash is kept, so a lost
letter is made anew and the earlier one ends.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import anyio.to_thread
import typst
from babel.dates import format_date
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.gate import Granted
from app.agencies.models import Agency
from app.agencies.passwords import hash_password, is_right
from app.agencies.sign_in import COUNT_TRY, FORGET_TRIES, READ_TRIES, TRIES, WINDOW
from app.audit.log import OPERATOR_LOG, record, sha256_of
from app.cases.models import Case, Duty, OutcomeLetter, State
from app.cases.scene import content_of, harmed_in, reports_of, scene_of
from app.cases.timeline import note
from app.cases.triage import refuse_outside
from app.db.session import speak_for, time_of
from app.errors import Fault, RateLimited, Validation
from app.findings.models import Disposition
from app.proceedings.checks import findings_of
from app.proceedings.schemas import LetterIn, OutcomeView
from app.reports.actions import LOCATOR_ALPHABET
from app.words import N_, words_in

TEMPLATE = Path(__file__).parent / "letter.typ"
CANDIDATES = text("SELECT letter_id, agency_id, secret_hash FROM outcome_letter_candidates(:locator)")
SECRET_GROUPS, LOCATOR_GROUPS = 5, 4
"""Groups of four characters, each a little under 5 bits: about 99 bits and 79."""
TYPED_MOST = 64
MADE_IN = frozenset({State.BOARD_REVIEW, State.CLOSED, State.APPEAL})

LOOKED_AT = {
    Duty.EXCESSIVE_FORCE: N_("Whether an officer used too much force"),
    Duty.FAILURE_TO_INTERVENE: N_("Whether an officer should have stepped in against it"),
    Duty.FAILURE_TO_RENDER_AID: N_("Whether an officer should have given or called for aid"),
    Duty.FAILURE_TO_SUPERVISE: N_("Whether a supervisor should have prevented it"),
}
"""What happened to the person. Duties to report, to act and to tell the truth are between the agency and its own."""
FOUND = {
    Disposition.SUSTAINED: N_("Sustained: the evidence shows that it was so, and against the rules."),
    Disposition.NOT_SUSTAINED: N_("Not sustained: the evidence does not show it either way."),
    Disposition.EXONERATED: N_("Exonerated: it happened, and was within the rules."),
    Disposition.UNFOUNDED: N_("Unfounded: the evidence shows that it was not so."),
    Disposition.POLICY_FAILURE: N_("Failure of policy: the agency's rules were at fault."),
    Disposition.TRAINING_FAILURE: N_("Failure of training: the agency's training was at fault."),
    Disposition.NOT_COMPLETED: N_("Not completed: it could not be looked into to the end."),
}
TO_THE_PERSON = N_("To the person concerned")
TITLE = N_("How the matter ended")
OPENING = N_("We looked into what happened on %(day)s, when you were harmed. This letter tells you the outcome.")
NAMES_NOBODY = N_("It names no officer, and nobody who gave information.")
OUTCOMES_TITLE = N_("What was found")
OUTCOMES_HEAD = (N_("What we looked at"), N_("What we found"))
LOCATOR_TITLE = N_("How to see where it stands")
LOCATOR_SAYS = N_(
    "An oversight board reviews the decision, and it can be appealed. Open the page below and type both codes."
)
LOCATOR_HEAD = (N_("What"), N_("Yours"))
LOCATOR_NAMES = (N_("Page"), N_("Locator"), N_("Secret"))
CLOSING = (
    N_("Keep this letter to yourself. Whoever holds both codes sees where the matter stands, and nothing else."),
    N_("If you lose it, ask the agency for a new one. The codes of this letter then no longer work."),
)
STANDS = {
    State.BOARD_REVIEW: N_("The agency has decided. The oversight board is looking at the decision."),
    State.CLOSED: N_("The agency has decided, and the matter is closed."),
    State.APPEAL: N_("The agency has decided. The decision is under appeal."),
}
OPEN_AGAIN = N_("The matter is open again, and the agency is looking into it.")


@dataclass(frozen=True)
class Letter:
    """A letter as it leaves: nothing of it but the row is kept."""

    pdf: bytes
    locator: str
    secret: str


async def make_letter(tx: AsyncSession, held: Granted[Case], said: LetterIn, address: str) -> Letter:
    """The letter to one person harmed, as an accessible PDF; the earlier letter to them ends.

    Raises StateConflict before there is an outcome, Validation for someone whom no report tells of.
    """
    case = held.record
    refuse_outside(case, MADE_IN, "letter.made")
    reports = await reports_of(tx, case)
    if said.harmed not in harmed_in(reports):
        raise Validation((Fault("/harmed", "unknown", "write it as the case view does"),))
    await _end_earlier(tx, case, said.harmed)
    locator, secret = _drawn(LOCATOR_GROUPS), _drawn(SECRET_GROUPS)
    letter = OutcomeLetter(
        id=uuid.uuid4(),
        agency_id=case.agency_id,
        case_id=case.id,
        harmed=said.harmed,
        language=said.language,
        locator=_plain(locator),
        secret_hash=await anyio.to_thread.run_sync(hash_password, _plain(secret)),
        made_by=held.actor.account_id,
        created_at=time_of(tx),
    )
    tx.add(letter)
    note(tx, case, "letter.made", harmed_sha256=sha256_of(said.harmed), locator_sha256=sha256_of(letter.locator))
    named = {person["name"] for report in reports for person in content_of(report)["harmed"]}
    words = await _words(tx, case, said, said.harmed if said.harmed in named else "")
    words["locator"] = list(zip(words.pop("locator_names"), (address, locator, secret), strict=True))
    unnamed = {**words, "to": words_in(said.language).gettext(TO_THE_PERSON)}
    try:
        pdf = await anyio.to_thread.run_sync(_set, words, time_of(tx))
    except typst.TypstError:  # a name in a script that the fonts do not hold
        pdf = await anyio.to_thread.run_sync(_set, unnamed, time_of(tx))
    await tx.flush()
    return Letter(pdf, locator, secret)


async def _end_earlier(tx: AsyncSession, case: Case, harmed: str) -> None:
    query = select(OutcomeLetter).where(
        OutcomeLetter.case_id == case.id, OutcomeLetter.harmed == harmed, OutcomeLetter.ended_at.is_(None)
    )
    for earlier in (await tx.scalars(query)).all():
        earlier.ended_at = time_of(tx)


def _drawn(groups: int) -> str:
    return "-".join("".join(secrets.choice(LOCATOR_ALPHABET) for _ in range(4)) for _ in range(groups))


def _plain(typed: str) -> str:
    """As it was drawn, however it was typed: in small letters, with blanks or without its dashes."""
    return "".join(character for character in typed[:TYPED_MOST].upper() if character in LOCATOR_ALPHABET)


async def _words(tx: AsyncSession, case: Case, said: LetterIn, name: str) -> dict[str, Any]:
    """All that the letter says, in its reader's language; `name` is empty where no report names them."""
    t = words_in(said.language).gettext
    scene = await scene_of(tx, case)
    agency, today = scene.agency, time_of(tx).astimezone(ZoneInfo(scene.agency.time_zone)).date()
    outcomes = [
        [t(LOOKED_AT[allegation.duty]), t(FOUND[finding.disposition])]
        for allegation, finding in await findings_of(tx, case)
        if finding is not None and allegation.duty in LOOKED_AT
    ]
    day = format_date(scene.day, "long", locale=said.language)
    return {
        "lang": said.language,
        "agency": agency.name,
        "date": format_date(today, "long", locale=said.language),
        "to": name or t(TO_THE_PERSON),
        "title": t(TITLE),
        "opening": [t(OPENING) % {"day": day}, t(NAMES_NOBODY)],
        "outcomes_title": t(OUTCOMES_TITLE),
        "outcomes_head": [t(each) for each in OUTCOMES_HEAD],
        "outcomes": outcomes,
        "locator_title": t(LOCATOR_TITLE),
        "locator_says": t(LOCATOR_SAYS),
        "locator_head": [t(each) for each in LOCATOR_HEAD],
        "locator_names": [t(each) for each in LOCATOR_NAMES],
        "closing": [t(each) for each in CLOSING],
    }


def _set(words: dict[str, Any], at: datetime) -> bytes:
    """PDF/UA-1 and PDF/A-2a. Its fonts come with typst, so that it looks the same on every machine."""
    made: bytes = typst.compile(
        TEMPLATE,
        root=TEMPLATE.parent,
        sys_inputs={"data": json.dumps(words)},
        pdf_standards=["ua-1", "a-2a"],
        timestamp=at.replace(microsecond=0),
        ignore_system_fonts=True,
    )
    return made


async def outcome_of(tx: AsyncSession, locator: str, secret: str, source: str) -> OutcomeView | None:
    """How the matter of a letter stands, for whoever types both its codes; None for every reason alike.

    Five wrong tries in 15 minutes block this pair of locator and source, as at signing in. Raises RateLimited. A try
    is counted in this transaction, so the caller answers and does not raise.
    """
    locator, secret = _plain(locator), _plain(secret)
    pair = hashlib.sha256(f"outcome\0{locator}\0{source}".encode("utf-8", "replace")).hexdigest()
    if (await tx.scalar(READ_TRIES, {"pair": pair, "window": WINDOW}) or 0) >= TRIES:
        raise RateLimited(retry_after_seconds=int(WINDOW.total_seconds()))
    found = (await tx.execute(CANDIDATES, {"locator": locator})).first()
    if not await is_right(secret, found.secret_hash if found else None) or found is None:
        await speak_for(tx, found.agency_id if found else OPERATOR_LOG)
        await tx.execute(COUNT_TRY, {"pair": pair, "window": WINDOW})
        record(tx, "outcome.refused", ("case", None), out="denied", code="refused", why="secret")
        return None
    await tx.execute(FORGET_TRIES, {"pair": pair})
    await speak_for(tx, found.agency_id)
    letter = await tx.get_one(OutcomeLetter, found.letter_id)
    case = await tx.get_one(Case, letter.case_id)
    agency = await tx.get_one(Agency, letter.agency_id)
    record(tx, "outcome.asked", ("case", case.id), case_id=case.id)
    return OutcomeView(
        says=STANDS.get(case.state, OPEN_AGAIN),
        since=case.entered_at.astimezone(ZoneInfo(agency.time_zone)).date(),
        language=letter.language,
    )
