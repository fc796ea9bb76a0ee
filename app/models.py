"""The tables. Scores are derived and never stored; answers are the record, and every change of one is kept.

Every assessment names its organisation and every change its author, so that sign-in adds tables and changes none.
"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Column, DateTime, ForeignKey, Index, Text, TypeDecorator
from sqlmodel import Field, SQLModel


class Moment(TypeDecorator[datetime]):
    """A point in time, always in UTC and always with its zone (SQLite forgets it)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        """To UTC."""
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        """From UTC."""
        return value and (value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC))


class Organisation(SQLModel, table=True):
    """Whoever an assessment belongs to."""

    id: str = Field(primary_key=True)
    name: str


class Account(SQLModel, table=True):
    """Whoever makes a change. How somebody signs in will be a table of its own."""

    id: str = Field(primary_key=True)
    organisation_id: str = Field(foreign_key="organisation.id", index=True)
    name: str


class Assessment(SQLModel, table=True):
    """One questionnaire being answered, under the text whose hash it keeps; `follows`: the round before it, if any."""

    __table_args__ = (Index("ix_assessment_organisation_changed", "organisation_id", "changed_at"),)

    id: str = Field(primary_key=True)
    organisation_id: str = Field(foreign_key="organisation.id")
    agency: str
    version: str
    hash: str
    state: str = "draft"
    about_organisation: str
    scope_kind: str
    scope_words: str = Field(sa_type=Text)
    sittings: int
    people: int
    levels: str = Field(sa_type=Text)
    outside_moderator: bool
    alone: bool
    legal_adviser_asked: bool
    profile_version: int = 0
    created_at: datetime = Field(sa_type=Moment)
    created_by: str = Field(foreign_key="account.id")
    changed_at: datetime = Field(sa_type=Moment)
    submitted_at: datetime | None = Field(default=None, sa_type=Moment)
    submitted_by: str | None = Field(default=None, foreign_key="account.id")
    follows: str | None = Field(default=None, foreign_key="assessment.id")


def _of_assessment() -> Any:
    return Field(sa_column=Column(ForeignKey("assessment.id", ondelete="CASCADE"), primary_key=True))


class ProfileFact(SQLModel, table=True):
    """A profile fact as it stands. The profile has one version, kept in the assessment."""

    __tablename__ = "profile_fact"

    assessment_id: str = _of_assessment()
    fact: str = Field(primary_key=True)
    holds: bool


class Answer(SQLModel, table=True):
    """An answer as it stands; `version` counts its changes."""

    assessment_id: str = _of_assessment()
    question: str = Field(primary_key=True)
    option: str
    note: str = Field(sa_type=Text)
    version: int


class ProfileFactChange(SQLModel, table=True):
    """What somebody set a profile fact to, and when. Only ever appended to."""

    __tablename__ = "profile_fact_change"

    assessment_id: str = _of_assessment()
    fact: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    holds: bool
    changed_at: datetime = Field(sa_type=Moment)
    changed_by: str = Field(foreign_key="account.id")


class AnswerChange(SQLModel, table=True):
    """What somebody set an answer to, and when. Only ever appended to."""

    __tablename__ = "answer_change"

    assessment_id: str = _of_assessment()
    question: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    option: str
    note: str = Field(sa_type=Text)
    changed_at: datetime = Field(sa_type=Moment)
    changed_by: str = Field(foreign_key="account.id")


class Plan(SQLModel, table=True):
    """Actions that somebody thought of together, by a name; `actions`: ids of recommendations, one to a line."""

    id: str = Field(primary_key=True)
    assessment_id: str = Field(
        sa_column=Column(ForeignKey("assessment.id", ondelete="CASCADE"), nullable=False, index=True)
    )
    name: str
    actions: str = Field(sa_type=Text)
    created_at: datetime = Field(sa_type=Moment)
    created_by: str = Field(foreign_key="account.id")


class ImpactChange(SQLModel, table=True):
    """What somebody raised a scenario's impact to, and why; 0: back to the questionnaire's. Only ever appended to, and
    the last of a scenario holds. `version` counts the changes of an assessment's impacts."""

    __tablename__ = "impact_change"

    assessment_id: str = _of_assessment()
    version: int = Field(primary_key=True)
    scenario: str
    value: int
    reason: str = Field(sa_type=Text)
    changed_at: datetime = Field(sa_type=Moment)
    changed_by: str = Field(foreign_key="account.id")


ASSESSMENT, FACT, FACT_CHANGE, ANSWER, ANSWER_CHANGE, PLAN, IMPACT_CHANGE = (
    SQLModel.metadata.tables[name]
    for name in (
        "assessment",
        "profile_fact",
        "profile_fact_change",
        "answer",
        "answer_change",
        "plan",
        "impact_change",
    )
)
