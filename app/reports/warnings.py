"""The warnings shown with each class of statement; a version once shown never changes its words (law.md section 4)."""

from __future__ import annotations

from dataclasses import dataclass

from app.reports.models import StatementClass
from app.words import N_


@dataclass(frozen=True)
class StatementWarning:
    """Stored with the report by its version; counsel of the agency confirms the words before real use."""

    version: str
    statement_class: StatementClass
    says: str


WARNINGS = {
    warning.version: warning
    for warning in (
        StatementWarning(
            "duty-1",
            StatementClass.DUTY_REPORT,
            N_(
                "The law or your agency's policy asks you for this report, so it may count as compelled. It can "
                "still be used to decide about discipline. Whether it could be used in a criminal case against you "
                "is for your counsel to say; you may ask for a representative before you go on, if that does not make "
                "you late."
            ),
        ),
        StatementWarning(
            "compelled-1",
            StatementClass.COMPELLED,
            N_(
                "You were ordered to make this statement. Under Garrity v. New Jersey it and what follows from it may "
                "not be used against you in a criminal case. Refusing to make it, or a false answer, can lead to "
                "discipline."
            ),
        ),
        StatementWarning(
            "voluntary-1",
            StatementClass.VOLUNTARY,
            N_(
                "You make this statement of your own will. It may be used in an investigation, in discipline and in a "
                "criminal case."
            ),
        ),
    )
}
CURRENT = {warning.statement_class: warning for warning in WARNINGS.values()}
"""The newest version for each class: later ones stand lower in the table."""
