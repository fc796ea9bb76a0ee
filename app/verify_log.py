"""Following every trail, and holding what stands in the tables against it."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import Session

from app.accounts import Reader
from app.database import Database
from app.errors import KeyFailure
from app.keyring import Keyring
from app.models import (
    ANSWER,
    ASSESSMENT,
    FACT,
    MANAGEMENT_ANSWER,
    ORGANISATION,
    RAISED_IMPACT,
    TRAIL,
    VERIFIED_LEVEL,
)
from app.organisations import acting
from app.places import answer_place, decision_place, impact_place, level_place, post_place
from app.trail import Break, Chain, breaks, entries


@dataclass(frozen=True)
class Found:
    """How much was followed, and where it does not hold."""

    chains: int
    entries: int
    breaks: list[Break]


def verify_log(database: Database, keyring: Keyring) -> Found:
    """Every chain of the service. Raises KeyFailure where the key file is not the one of this database."""
    chains, number, found = set(), 0, []
    with database.transaction(write=False) as session:
        connection = session.connection()
        for organisation in connection.execute(select(*ORGANISATION.c)).all():
            reader = acting(session, keyring, organisation.id, "")
            mine = select(*ASSESSMENT.c).where(ASSESSMENT.c.organisation_id == organisation.id)
            owners = [("organisation", organisation), *(("assessment", row) for row in connection.execute(mine).all())]
            for kind, row in owners:
                chain = Chain("organisation" if kind == "organisation" else "assessment", row.id)
                chain.number, chain.seal = row.trail_number, row.trail_seal
                chains.add(chain.name)
                number += chain.number
                faults = list(breaks(session, reader.cipher, chain, row.trail_signature))
                if kind == "assessment" and not faults:
                    faults = _differences(session, reader, chain)
                found += faults
        names = connection.execute(select(TRAIL.c.chain).distinct()).scalars()
        found += [Break(name, 0, "nothing is left of what it belongs to") for name in names if name not in chains]
    return Found(len(chains), number, found)


def _differences(session: Session, reader: Reader, chain: Chain) -> list[Break]:
    """Where what stands in the tables is not what the trail says it was last set to."""
    said: dict[str, object] = {}
    for entry in entries(session, reader.cipher, chain.name):
        detail, words = entry.detail, entry.words or {}
        for answer in detail.get("answers", ()) if entry.action == "answers" else ():
            name = answer["question"]
            said[f"answer {name}"] = (answer["option"], answer["version"], words.get(name, ""))
        for name, holds in detail["facts"].items() if entry.action == "facts" else ():
            said[f"fact {name}"] = holds
        if entry.action == "marking":
            said["marking"] = detail["marking"] or None
        for name, value in detail["impacts"].items() if entry.action == "impacts" else ():
            said.pop(f"impact {name}", None)
            if value:
                said[f"impact {name}"] = (value, words.get(name, ""))
        for level in detail["levels"] if entry.action == "levels" else ():
            name = level["question"]
            said[f"level of {name}"] = (level["option"], level["version"], words.get(name, ""))
        if entry.action == "management":
            plain = tuple(detail[part] for part in ("decision", "due", "money", "version"))
            said[f"answer to {detail['action']}"] = (*plain, words.get("why", ""), words.get("post", ""))
        if entry.action in ("started", "state"):
            said["state"] = detail.get("to", "draft")
    stands = _standing(session, reader, chain.id)
    return [
        Break(chain.name, 0, f"the {name} is not what the trail says it was last set to")
        for name in {**said, **stands}
        if said.get(name) != stands.get(name)
    ]


def _standing(session: Session, reader: Reader, assessment: str) -> dict[str, object]:
    connection, found = session.connection(), dict[str, object]()

    def opened(closed: str, place: str) -> str | None:
        try:
            return reader.cipher.open(closed, place)
        except KeyFailure:
            return None

    for row in connection.execute(select(*ANSWER.c).where(ANSWER.c.assessment_id == assessment)):
        note = opened(row.note, answer_place(assessment, row.question))
        found[f"answer {row.question}"] = (row.option, row.version, note)
    for row in connection.execute(select(*FACT.c).where(FACT.c.assessment_id == assessment)):
        found[f"fact {row.fact}"] = row.holds
    for row in connection.execute(select(*RAISED_IMPACT.c).where(RAISED_IMPACT.c.assessment_id == assessment)):
        found[f"impact {row.scenario}"] = (row.value, opened(row.reason, impact_place(assessment, row.scenario)))
    for row in connection.execute(select(*VERIFIED_LEVEL.c).where(VERIFIED_LEVEL.c.assessment_id == assessment)):
        comment = opened(row.comment, level_place(assessment, row.question))
        found[f"level of {row.question}"] = (row.option, row.version, comment)
    for row in connection.execute(select(*MANAGEMENT_ANSWER.c).where(MANAGEMENT_ANSWER.c.assessment_id == assessment)):
        plain = (row.decision, row.due.isoformat() if row.due else "", row.money, row.version)
        why, post = decision_place(assessment, row.recommendation), post_place(assessment, row.recommendation)
        found[f"answer to {row.recommendation}"] = (*plain, opened(row.why, why), opened(row.post, post))
    own = select(ASSESSMENT.c.state, ASSESSMENT.c.marking).where(ASSESSMENT.c.id == assessment)
    found["state"], marking = connection.execute(own).one()
    if marking:
        found["marking"] = marking
    return found
