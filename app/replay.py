"""What a trail says was last set, what stands in the tables, and where the two differ. Knows no HTTP.

Both sides are read as facts by name: `{"answer roster_drawn": ("operating", 3, "Log of May"), "state": "submitted"}`.
What no trail tells of (an account’s name and password, a plan) is on neither side.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session

from app.accounts import Reader
from app.errors import KeyFailure
from app.models import (
    ANSWER,
    API_KEY,
    ASSESSMENT,
    FACT,
    MANAGEMENT_ANSWER,
    MEMBERSHIP,
    ORGANISATION,
    RAISED_IMPACT,
    SHARING,
    VERIFIED_LEVEL,
)
from app.places import answer_place, decision_place, impact_place, level_place, post_place, return_place
from app.sharing import NONE
from app.started_about import FIRST_LINES, first_lines
from app.trail import Break, Chain, Entry, entries

Facts = dict[str, Any]
_AT_ONCE = timedelta(seconds=1)  # what may lie between an entry and the row that was written with it
_NEVER: tuple[None, None] = (None, None)


def differences(session: Session, reader: Reader, chain: Chain) -> Iterator[Break]:
    """Where what stands in the tables is not what the trail of an assessment or an organisation says.

    Raises KeyFailure for words of the trail that do not open.
    """
    found = entries(session, reader.cipher, chain.name)
    if chain.owner == "assessment":
        said, stands = _assessment_said(found), _assessment_stands(session, reader, chain.id)
        if FIRST_LINES not in said:
            del stands[FIRST_LINES]  # a trail that was begun before they were written into it
    else:
        said, stands = _organisation_said(found), _organisation_stands(session, chain.id)
    for name in {**said, **stands}:
        if not _agree(said.get(name), stands.get(name)):
            yield Break(chain.name, 0, f"the {name} is not what the trail says it was last set to")


def _agree(said: Any, stands: Any) -> bool:
    if isinstance(said, datetime) and isinstance(stands, datetime):
        return abs(said - stands) < _AT_ONCE
    if isinstance(said, tuple) and isinstance(stands, tuple):
        return len(said) == len(stands) and all(map(_agree, said, stands))
    return bool(said == stands)


def _assessment_said(found: Iterable[Entry]) -> Facts:
    said: Facts = {}
    for entry in found:
        detail, words = entry.detail, entry.words or {}
        match entry.action:
            case "started":
                said["questionnaire"] = tuple(detail[part] for part in ("agency", "version", "hash"))
                said["beginning"] = (entry.account, entry.at)
                said |= {FIRST_LINES: words[FIRST_LINES]} if FIRST_LINES in words else {}
                said |= {"state": "draft", "submission": _NEVER, "signing off": _NEVER, "reason": ""}
            case "answers":
                for answer in detail["answers"]:
                    name = answer["question"]
                    said[f"answer {name}"] = (answer["option"], answer["version"], words.get(name, ""))
            case "facts":
                said |= {f"fact {name}": holds for name, holds in detail["facts"].items()}
            case "marking":
                said["marking"] = detail["marking"]
            case "impacts":
                for name, value in detail["impacts"].items():
                    said[f"impact {name}"] = (value, words.get(name, "")) if value else None
            case "levels":
                for level in detail["levels"]:
                    name = level["question"]
                    parts = (level["option"], level["version"], level["answer_version"])
                    said[f"level of {name}"] = (*parts, words.get(name, ""))
            case "management":
                plain = tuple(detail[part] for part in ("decision", "due", "money", "version"))
                said[f"answer to {detail['action']}"] = (*plain, words.get("why", ""), words.get("post", ""))
            case "state":
                said |= _moved(entry, words)
    return {"marking": ""} | said


def _moved(entry: Entry, words: Mapping[str, str]) -> Facts:
    to = entry.detail["to"]
    if to == "draft":
        return {"state": to, "submission": _NEVER, "reason": words.get("because", "")}
    if to == "submitted":
        return {"state": to, "submission": (entry.account, entry.at), "reason": ""}
    return {"state": to} | ({"signing off": (entry.account, entry.at)} if to == "final" else {})


def _assessment_stands(session: Session, reader: Reader, name: str) -> Facts:
    connection = session.connection()

    def opened(closed: str, place: str) -> str | None:
        try:
            return reader.cipher.open(closed, place)
        except KeyFailure:
            return None

    def rows(table: Any) -> Iterable[Any]:
        return connection.execute(select(*table.c).where(table.c.assessment_id == name))

    own = connection.execute(select(*ASSESSMENT.c).where(ASSESSMENT.c.id == name)).one()
    found: Facts = {
        "questionnaire": (own.agency, own.version, own.hash),
        "beginning": (own.created_by, own.created_at),
        FIRST_LINES: first_lines(own._asdict()),
        "state": own.state,
        "submission": (own.submitted_by, own.submitted_at),
        "signing off": (own.final_by, own.final_at),
        "reason": opened(own.returned_because, return_place(name)),
        "marking": own.marking,
    }
    for row in rows(ANSWER):
        found[f"answer {row.question}"] = (row.option, row.version, opened(row.note, answer_place(name, row.question)))
    for row in rows(FACT):
        found[f"fact {row.fact}"] = row.holds
    for row in rows(RAISED_IMPACT):
        found[f"impact {row.scenario}"] = (row.value, opened(row.reason, impact_place(name, row.scenario)))
    for row in rows(VERIFIED_LEVEL):
        comment = opened(row.comment, level_place(name, row.question))
        found[f"level of {row.question}"] = (row.option, row.version, row.answer_version, comment)
    for row in rows(MANAGEMENT_ANSWER):
        plain = (row.decision, row.due.isoformat() if row.due else "", row.money, row.version)
        why, post = decision_place(name, row.recommendation), post_place(name, row.recommendation)
        found[f"answer to {row.recommendation}"] = (*plain, opened(row.why, why), opened(row.post, post))
    return found


def _organisation_said(found: Iterable[Entry]) -> Facts:
    said: Facts = {"state’s organisation": False, "period": None, "number of assessments": 0}
    for entry in found:
        detail = entry.detail
        match entry.action:
            case "organisation":
                said |= {"name": detail["name"], "state’s organisation": detail.get("is_state", False)}
            case "of the state":
                said["state’s organisation"] = detail["is_state"]
            case "role":
                said[f"role of {detail['account']}"] = detail["role"]
            case "retention":
                said["period"] = detail["months"]
            case "assessments":
                said["number of assessments"] = detail["count"]
            case "begun":
                said["number of assessments"] += 1
            case "deleted":
                said["number of assessments"] -= 1
            case "shown to":
                said[f"showing to {detail['body']}"] = (tuple(detail["relations"]) or (NONE,), detail["extent"])
            case "shown no more":
                said[f"showing to {detail['body']}"] = None
            case "program key":
                until = entry.at + timedelta(days=detail["days"])
                said[f"key {detail['key']}"] = (detail["name"], tuple(detail["scopes"]), entry.account, until, None)
            case "program key revoked":
                said[f"key {detail['key']}"] = (*said[f"key {detail['key']}"][:-1], entry.at)
    return said


def _organisation_stands(session: Session, name: str) -> Facts:
    connection = session.connection()

    def rows(table: Any) -> Iterable[Any]:
        return connection.execute(select(*table.c).where(table.c.organisation_id == name))

    own = connection.execute(select(*ORGANISATION.c).where(ORGANISATION.c.id == name)).one()
    mine = select(func.count()).where(ASSESSMENT.c.organisation_id == name)
    found: Facts = {
        "name": own.name,
        "state’s organisation": own.is_state,
        "period": own.retention_months,
        "number of assessments": connection.execute(mine).scalar(),
    }
    for row in rows(MEMBERSHIP):
        found[f"role of {row.account_id}"] = row.role
    for row in rows(SHARING):
        found[f"showing to {row.with_id}"] = (tuple(row.relation.split("\n")), row.extent)
    for row in rows(API_KEY):
        parts = (row.name, tuple(row.scopes.split("\n")), row.created_by, row.expires_at, row.revoked_at)
        found[f"key {row.id}"] = parts
    return found
