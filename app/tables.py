"""Every table of the house, so that migrations and their test see them all."""

from app.agencies import keeping
from app.agencies import models as agencies
from app.cases import models as cases
from app.db.base import Base
from app.evidence import models as evidence
from app.findings import models as findings
from app.http import models as http
from app.incidents import models as incidents
from app.oversight import models as oversight
from app.proceedings import models as proceedings
from app.provisions import models as provisions
from app.reports import models as reports

__all__ = [
    "Base",
    "agencies",
    "cases",
    "evidence",
    "findings",
    "http",
    "incidents",
    "keeping",
    "oversight",
    "proceedings",
    "provisions",
    "reports",
]
