"""Named plans beside an assessment: actions that somebody thought of together. They never touch the answers.

Knows no HTTP. Whoever reaches an assessment reaches its plans, whether or not it is submitted.
"""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import delete, func, insert, select
from sqlmodel import Session

from app.accounts import Reader
from app.assessments import OpenAssessment
from app.errors import NotFound, WrongState
from app.models import PLAN
from app.places import plan_place

MOST = 50  # plans of one assessment


@dataclass(frozen=True)
class Plan:
    """A plan; `actions`: those of its recommendations that the questionnaire has."""

    id: str
    name: str
    actions: tuple[str, ...]
    created_at: datetime


def plans(session: Session, reader: Reader, assessment: OpenAssessment) -> list[Plan]:
    """Those of one assessment, the last saved first. Raises KeyFailure for a name that does not open."""
    mine = PLAN.c.assessment_id == assessment.id
    rows = session.connection().execute(select(*PLAN.c).where(mine).order_by(PLAN.c.created_at.desc()))
    known = assessment.questionnaire.recommendation
    return [
        Plan(
            row.id,
            reader.cipher.open(row.name, plan_place(row.id)),
            tuple(name for name in row.actions.split() if name in known),
            row.created_at,
        )
        for row in rows
    ]


def save_plan(session: Session, reader: Reader, assessment: OpenAssessment, name: str, actions: Collection[str]) -> str:
    """Keep a plan and return its id. Raises WrongState where there are too many of them."""
    connection, mine = session.connection(), PLAN.c.assessment_id == assessment.id
    if connection.execute(select(func.count()).select_from(PLAN).where(mine)).scalar_one() >= MOST:
        raise WrongState(f"There are {MOST} plans already. Remove one first.")
    plan_id = secrets.token_urlsafe(12)
    row = {
        "id": plan_id,
        "assessment_id": assessment.id,
        "name": reader.cipher.close(name, plan_place(plan_id)),
        "actions": "\n".join(actions),
        "created_at": datetime.now(UTC),
        "created_by": reader.account,
    }
    connection.execute(insert(PLAN), row)
    return plan_id


def remove_plan(session: Session, assessment: OpenAssessment, plan_id: str) -> None:
    """Remove a plan. Raises NotFound for one that is not of this assessment."""
    one = delete(PLAN).where(PLAN.c.id == plan_id, PLAN.c.assessment_id == assessment.id)
    if not session.connection().execute(one).rowcount:
        raise NotFound("There is no such plan.")
