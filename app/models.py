"""The tables. Scores are derived and never stored; answers are the record, and the trail keeps every change of one."""

from datetime import UTC, date, datetime
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
    """Whoever an assessment belongs to; `key_number`: which of its keys is in use. The last three end its trail.

    `is_state`: whether it is of the state; what is not, and what nobody has said it of, is protected as if it were not.
    """

    id: str = Field(primary_key=True)
    name: str
    is_state: bool = False
    retention_months: int | None = None
    key_number: int
    trail_number: int
    trail_seal: str
    trail_signature: str


class OrganisationKey(SQLModel, table=True):
    """A key of an organisation, wrapped by a master key that is not in the database. None is ever removed."""

    __tablename__ = "organisation_key"

    organisation_id: str = Field(foreign_key="organisation.id", primary_key=True)
    number: int = Field(primary_key=True)
    wrapped: str


class Account(SQLModel, table=True):
    """Whoever makes a change; `password`: an argon2id hash, empty where nobody signs in with it.

    `second_factor`: the secret of its codes, encrypted with a master key, empty where it has none; its step is that of
    the last code that was used.
    """

    id: str = Field(primary_key=True)
    email: str | None = Field(default=None, unique=True)
    name: str
    password: str = ""
    is_administrator: bool = False
    second_factor: str = ""
    second_factor_step: int = 0
    created_at: datetime = Field(sa_type=Moment)
    closed_at: datetime | None = Field(default=None, sa_type=Moment)


class Membership(SQLModel, table=True):
    """What an account may do in an organisation."""

    account_id: str = Field(foreign_key="account.id", primary_key=True)
    organisation_id: str = Field(foreign_key="organisation.id", primary_key=True, index=True)
    role: str
    since: datetime = Field(sa_type=Moment)


class SignedIn(SQLModel, table=True):
    """A session of a browser, by the digest of its token, and the organisation that it works in."""

    __tablename__ = "signed_in"

    digest: str = Field(primary_key=True)
    account_id: str = Field(foreign_key="account.id", index=True)
    organisation_id: str | None = Field(default=None, foreign_key="organisation.id")
    created_at: datetime = Field(sa_type=Moment)
    seen_at: datetime = Field(sa_type=Moment)


class RecoveryCode(SQLModel, table=True):
    """A code that stands in for a second factor once, by its digest."""

    __tablename__ = "recovery_code"

    digest: str = Field(primary_key=True)
    account_id: str = Field(foreign_key="account.id", index=True)


class OutsideIdentity(SQLModel, table=True):
    """By which name a provider of sign-in (OpenID Connect) knows an account."""

    __tablename__ = "outside_identity"

    issuer: str = Field(primary_key=True)
    subject: str = Field(primary_key=True)
    account_id: str = Field(foreign_key="account.id", index=True)
    since: datetime = Field(sa_type=Moment)


class ApiKey(SQLModel, table=True):
    """A key by which a program reads for an organisation, by the digest of it; `scopes`: words, one to a line."""

    __tablename__ = "api_key"

    id: str = Field(primary_key=True)
    digest: str = Field(unique=True)
    organisation_id: str = Field(foreign_key="organisation.id", index=True)
    name: str
    scopes: str
    created_by: str = Field(foreign_key="account.id")
    created_at: datetime = Field(sa_type=Moment)
    expires_at: datetime = Field(sa_type=Moment)
    revoked_at: datetime | None = Field(default=None, sa_type=Moment)
    used_at: datetime | None = Field(default=None, sa_type=Moment)


class Sharing(SQLModel, table=True):
    """What an organisation shows to another, and what that one is to it. There is no row of a refusal."""

    organisation_id: str = Field(foreign_key="organisation.id", primary_key=True)
    with_id: str = Field(foreign_key="organisation.id", primary_key=True, index=True)
    relation: str
    extent: str
    since: datetime = Field(sa_type=Moment)
    granted_by: str = Field(foreign_key="account.id")


class Link(SQLModel, table=True):
    """A link that is good once, by the digest of its token: to the first account, to a role, to a new password."""

    digest: str = Field(primary_key=True)
    kind: str
    organisation_id: str | None = Field(default=None, foreign_key="organisation.id", index=True)
    role: str | None = None
    account_id: str | None = Field(default=None, foreign_key="account.id")
    created_by: str | None = Field(default=None, foreign_key="account.id")
    expires_at: datetime = Field(sa_type=Moment)


class Attempt(SQLModel, table=True):
    """Failures in a row, by the digest of who failed or from where."""

    digest: str = Field(primary_key=True)
    failures: int
    last_at: datetime = Field(sa_type=Moment)


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
    impacts_version: int = 0
    marking: str = ""
    returned_because: str = Field(default="", sa_type=Text)
    created_at: datetime = Field(sa_type=Moment)
    created_by: str = Field(foreign_key="account.id")
    changed_at: datetime = Field(sa_type=Moment)
    submitted_at: datetime | None = Field(default=None, sa_type=Moment)
    submitted_by: str | None = Field(default=None, foreign_key="account.id")
    final_at: datetime | None = Field(default=None, sa_type=Moment)
    final_by: str | None = Field(default=None, foreign_key="account.id")
    follows: str | None = Field(default=None, foreign_key="assessment.id")
    trail_number: int
    trail_seal: str
    trail_signature: str


def _of_assessment() -> Any:
    return Field(sa_column=Column(ForeignKey("assessment.id", ondelete="CASCADE"), primary_key=True))


class ProfileFact(SQLModel, table=True):
    """A profile fact as it stands. The profile has one version, kept in the assessment."""

    __tablename__ = "profile_fact"

    assessment_id: str = _of_assessment()
    fact: str = Field(primary_key=True)
    holds: bool


class Answer(SQLModel, table=True):
    """An answer as it stands, its note encrypted; `version` counts its changes."""

    assessment_id: str = _of_assessment()
    question: str = Field(primary_key=True)
    option: str
    note: str = Field(sa_type=Text)
    version: int


class Plan(SQLModel, table=True):
    """Actions that somebody thought of together, by a name (encrypted).

    `actions`: ids of recommendations, one to a line.
    """

    id: str = Field(primary_key=True)
    assessment_id: str = Field(
        sa_column=Column(ForeignKey("assessment.id", ondelete="CASCADE"), nullable=False, index=True)
    )
    name: str
    actions: str = Field(sa_type=Text)
    created_at: datetime = Field(sa_type=Moment)
    created_by: str = Field(foreign_key="account.id")


class RaisedImpact(SQLModel, table=True):
    """What a scenario's impact is raised to, and why (encrypted). The impacts have one version, in the assessment."""

    __tablename__ = "raised_impact"

    assessment_id: str = _of_assessment()
    scenario: str = Field(primary_key=True)
    value: int
    reason: str = Field(sa_type=Text)


class VerifiedLevel(SQLModel, table=True):
    """The option that a reviewer found, which is the one answered or another, and a comment (encrypted).

    `answer_version`: that of the answer that was looked at; of a later one it says nothing.
    """

    __tablename__ = "verified_level"

    assessment_id: str = _of_assessment()
    question: str = Field(primary_key=True)
    option: str
    comment: str = Field(sa_type=Text)
    version: int
    answer_version: int


class ManagementAnswer(SQLModel, table=True):
    """What the management decided on an action: why and by which post (both encrypted), by when, for money or not."""

    __tablename__ = "management_answer"

    assessment_id: str = _of_assessment()
    recommendation: str = Field(primary_key=True)
    decision: str
    why: str = Field(sa_type=Text)
    post: str = Field(sa_type=Text)
    due: date | None = None
    money: str
    version: int


class TrailEntry(SQLModel, table=True):
    """What somebody changed (app/trail.py). Only ever appended to; `words` alone may be encrypted anew, or deleted."""

    __tablename__ = "trail_entry"

    chain: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    at: datetime = Field(sa_type=Moment)
    account: str
    action: str
    detail: str = Field(sa_type=Text)
    words: str = Field(sa_type=Text)
    words_digest: str
    seal: str


(
    ORGANISATION,
    ORGANISATION_KEY,
    ACCOUNT,
    MEMBERSHIP,
    SIGNED_IN,
    RECOVERY_CODE,
    OUTSIDE_IDENTITY,
    API_KEY,
    SHARING,
    LINK,
    ATTEMPT,
    ASSESSMENT,
    FACT,
    ANSWER,
    PLAN,
    RAISED_IMPACT,
    VERIFIED_LEVEL,
    MANAGEMENT_ANSWER,
    TRAIL,
) = (
    SQLModel.metadata.tables[str(table.__tablename__)]
    for table in (
        Organisation,
        OrganisationKey,
        Account,
        Membership,
        SignedIn,
        RecoveryCode,
        OutsideIdentity,
        ApiKey,
        Sharing,
        Link,
        Attempt,
        Assessment,
        ProfileFact,
        Answer,
        Plan,
        RaisedImpact,
        VerifiedLevel,
        ManagementAnswer,
        TrailEntry,
    )
)
