"""The report of a stored assessment: its answers, raised impacts, review and management’s answers put together."""

from gettext import NullTranslations

from sqlmodel import Session

from app.accounts import Reader
from app.assessments import OpenAssessment
from app.management_answers import management_answers
from app.raised_impacts import raised_impacts
from app.reviews import verified_levels
from scoring.report import Report, make_report


def report_of(
    session: Session, reader: Reader, assessment: OpenAssessment, words: NullTranslations | None = None
) -> Report:
    """Everything that page, PDF and JSON draw; `words` are those of the language of its lines about how it was made."""
    is_reviewed = assessment.state in ("under_review", "final")
    return make_report(
        assessment.instrument,
        assessment.profile,
        assessment.answers,
        assessment.about(words),
        assessment.state,
        raised_impacts(session, reader, assessment),
        verified_levels(session, reader, assessment) if is_reviewed else None,
        management_answers(session, reader, assessment),
        assessment.marking,
    )
