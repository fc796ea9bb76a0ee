"""How an assessment’s reports are to be handled: the marking that a manager chooses, printed on every page of them.

Knows no HTTP. Every state has a scheme of its own, so the words offered are only those that most know; others may be
written. A report with no marking says that it is to be handled as confidential (app/reports/front.py).
"""

from sqlalchemy import update
from sqlmodel import Session

from app.accounts import Reader
from app.assessments import OpenAssessment
from app.models import ASSESSMENT
from app.second_look import Words
from app.trail import append
from scoring.report import MARKING_LENGTH

LONGEST = MARKING_LENGTH


def markings(words: Words) -> tuple[str, ...]:
    """Those that are offered, in the reader’s language, the least strict first. What is chosen is kept as it stands."""
    _ = words.gettext
    return _("Official – internal"), _("Confidential"), _("Strictly confidential")


def mark(session: Session, reader: Reader, assessment: OpenAssessment, marking: str) -> None:
    """Set the marking, in whatever state the assessment is; empty: none of its own. The change is in the trail."""
    if marking == assessment.marking:
        return
    head = append(session, reader, assessment.chain, "marking", {"marking": marking})
    this = update(ASSESSMENT).where(ASSESSMENT.c.id == assessment.id)
    session.connection().execute(this.values(marking=marking, **head))
