"""A service to look at: two sample organisations with finished and half-finished assessments, made of the examples."""

import secrets
from pathlib import Path

from app.accounts import Reader, Role, account_by_email, begin_session, make_account, signed_in
from app.assessments import opened
from app.catalogue import Catalogue
from app.database import Database
from app.examples import example_report
from app.keyring import Keyring
from app.links import find_link, make_link, use_link
from app.management_answers import answer_action, asked
from app.organisations import join, make_organisation
from app.passwords import hashed
from app.reviews import LevelChange, begin_review, save_levels, sign_off
from app.saving import Change, save_answers, save_profile, start, submit
from app.started_about import StartedAbout
from scoring.report import ManagementAnswer

EMAIL, REVIEWER = "manager@demo.example", "reviewer@demo.example"
REVIEWED = "border_guard"
DECIDED = (
    ManagementAnswer(decision="accepted", post="Head of shifts", due="2027-03-31", money="no"),
    ManagementAnswer(decision="changed", why="At the two largest posts first", post="Deputy head", money="yes"),
    ManagementAnswer(decision="refused", why="The ministry decides on this; it was asked in writing"),
)
HOUSES = {
    "Sample Border Service": (("border_guard", True), ("customs", False)),
    "Sample Town": (("police", True), ("victim_shelter", True), ("labour_inspectorate", False)),
}


def furnish(database: Database, keyring: Keyring, catalogue: Catalogue, questionnaires: Path) -> str:
    """Fill an empty database; the password of its two accounts, which manage and review in every organisation."""
    password = secrets.token_urlsafe(12)
    for name, kinds in HOUSES.items():
        with database.transaction(write=True) as session:
            first = account_by_email(session, EMAIL)
            account = first.id if first else make_account(session, EMAIL, "Sam Sample", hashed(password))
            organisation = make_organisation(session, keyring, name, account)
        manager = _member(database, keyring, organisation, "manager", EMAIL, "Sam Sample", password)
        reviewer = _member(database, keyring, organisation, "reviewer", REVIEWER, "Robin Reviewer", password)
        for agency, is_finished in kinds:
            assessment = _assess(database, manager, catalogue, questionnaires, agency, is_finished)
            if agency == REVIEWED:
                _answer_actions(database, manager, catalogue, assessment)
                _review(database, reviewer, catalogue, assessment)
    return password


def _member(
    database: Database, keyring: Keyring, organisation: str, role: Role, email: str, name: str, password: str
) -> Reader:
    """An account as a member of an organisation, made where there is none yet."""
    with database.transaction(write=True) as session:
        known = account_by_email(session, email)
        account = known.id if known else make_account(session, email, name, hashed(password))
        invitation = find_link(session, make_link(session, "invitation", None, organisation, role))
        use_link(session, invitation)
        join(session, keyring, invitation, account)
        signed = signed_in(session, keyring, begin_session(session, account, organisation))
    assert signed is not None
    assert signed.reader is not None
    return signed.reader


def _answer_actions(database: Database, manager: Reader, catalogue: Catalogue, name: str) -> None:
    """The management’s answers to the first three actions; the others it left open."""
    with database.transaction(write=True) as session:
        found = opened(session, manager, catalogue, name)
        for action, decided in zip(asked(session, manager, found), DECIDED, strict=False):
            answer_action(session, manager, opened(session, manager, catalogue, name), action.id, decided, 0)


def _review(database: Database, reviewer: Reader, catalogue: Catalogue, name: str) -> None:
    """A review that confirms most of what is said to operate, finds some of it on paper only, and is signed off."""
    with database.transaction(write=True) as session:
        begin_review(session, reviewer, opened(session, reviewer, catalogue, name))
    with database.transaction(write=True) as session:
        found = opened(session, reviewer, catalogue, name)
        said = [q.id for q in found.checked.asked if found.checked.answer(q.id).option in ("operating", "evidenced")]
        levels = [
            LevelChange(q, "on_paper", "The order is there; no record shows that it is followed", 0)
            if place % 4 == 0
            else LevelChange(q, found.checked.answer(q).option, "Records of three months were seen", 0)
            for place, q in enumerate(said)
        ]
        save_levels(session, reviewer, found, levels)
    with database.transaction(write=True) as session:
        sign_off(session, reviewer, opened(session, reviewer, catalogue, name))


def _assess(
    database: Database, reader: Reader, catalogue: Catalogue, questionnaires: Path, agency: str, is_finished: bool
) -> str:
    """One assessment with the answers of the agency’s example, all of them and submitted, or the first half; its id."""
    example = example_report(catalogue, questionnaires, agency)
    about = StartedAbout(
        organisation=reader.organisation_name,
        scope_kind="post",
        scope_words="invented, to be looked at",
        sittings=2,
        people=6,
        levels="heads of shift and officers",
        outside_moderator=True,
    )
    with database.transaction(write=True) as session:
        name = start(session, reader, catalogue, agency, about)
    with database.transaction(write=True) as session:
        found = opened(session, reader, catalogue, name)
        save_profile(session, reader, found, example.profile, found.profile_version)
        given = [Change(question, answer.option, answer.note, 0) for question, answer in example.answers.items()]
        save_answers(session, reader, found, given if is_finished else given[: len(given) // 2])
    with database.transaction(write=True) as session:
        found = opened(session, reader, catalogue, name)
        if is_finished and not found.checked.unanswered and not found.questionnaire.draft:
            submit(session, reader, found, declaration=True)
    return name
