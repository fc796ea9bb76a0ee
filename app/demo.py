"""A service to look at: two sample organisations with finished and half-finished assessments, made of the examples."""

import secrets
from pathlib import Path

from app.accounts import Reader, account_by_email, begin_session, make_account, signed_in
from app.assessments import opened
from app.catalogue import Catalogue
from app.database import Database
from app.examples import example_report
from app.keyring import Keyring
from app.links import find_link, make_link, use_link
from app.organisations import join, make_organisation
from app.passwords import hashed
from app.saving import Change, save_answers, save_profile, start, submit
from app.started_about import StartedAbout

EMAIL = "manager@demo.example"
HOUSES = {
    "Sample Border Service": (("border_guard", True), ("customs", False)),
    "Sample Town": (("police", True), ("victim_shelter", True), ("labour_inspectorate", False)),
}


def furnish(database: Database, keyring: Keyring, catalogue: Catalogue, questionnaires: Path) -> str:
    """Fill an empty database; the password of the one account, which manages every organisation in it."""
    password = secrets.token_urlsafe(12)
    for name, kinds in HOUSES.items():
        with database.transaction(write=True) as session:
            known = account_by_email(session, EMAIL)
            account = known.id if known else make_account(session, EMAIL, "Sam Sample", hashed(password))
            organisation = make_organisation(session, keyring, name, account)
            invitation = find_link(session, make_link(session, "invitation", None, organisation, "manager"))
            use_link(session, invitation)
            join(session, keyring, invitation, account)
            signed = signed_in(session, keyring, begin_session(session, account, organisation))
            assert signed is not None
            assert signed.reader is not None
            reader = signed.reader
        for agency, is_finished in kinds:
            _assess(database, reader, catalogue, questionnaires, agency, is_finished)
    return password


def _assess(
    database: Database, reader: Reader, catalogue: Catalogue, questionnaires: Path, agency: str, is_finished: bool
) -> None:
    """One assessment with the answers of the agency’s example, all of them and submitted, or the first half."""
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
