"""Markings: kept as they were chosen, in any state, in the trail, and held against it."""

from gettext import NullTranslations

from sqlalchemy import text

from app import assessments
from app.assessment_report import report_of
from app.database import Database
from app.keyring import Keyring
from app.markings import LONGEST, mark, markings
from app.verify_log import verify_log
from tests.test_assessments import Desk, desk  # noqa: F401  (a fixture)


def _marks(desk: Desk, name: str, words: str) -> None:  # noqa: F811
    with desk.database.transaction(write=True) as session:
        mark(session, desk.reader, assessments.opened(session, desk.reader, desk.catalogue, name), words)


def test_those_that_are_offered_are_short_enough() -> None:
    assert all(0 < len(words) <= LONGEST for words in markings(NullTranslations()))


def test_a_marking_is_in_the_report_also_after_submission(desk: Desk) -> None:  # noqa: F811
    name = desk.begins()
    assert desk.does(report_of, desk.opens(name)).marking == ""
    desk.answers_all(name)
    desk.submits(name)
    before = desk.opens(name)
    _marks(desk, name, "Strictly confidential")
    after = desk.opens(name)
    assert desk.does(report_of, after).marking == "Strictly confidential"
    assert (after.answers, after.state, after.changed_at) == (before.answers, "submitted", before.changed_at)


def test_each_change_is_in_the_trail_and_none_where_nothing_changes(
    desk: Desk,  # noqa: F811
    database: Database,
    keyring: Keyring,
) -> None:
    name = desk.begins()
    for words in ("Confidential", "Confidential", "For the minister only", ""):
        _marks(desk, name, words)
    said = [entry.detail for entry in desk.changes(name, "marking")]
    assert said == [{"marking": "Confidential"}, {"marking": "For the minister only"}, {"marking": ""}]
    assert verify_log(database, keyring).breaks == []


def test_a_marking_that_was_lowered_behind_the_trail_shows(
    desk: Desk,  # noqa: F811
    database: Database,
    keyring: Keyring,
) -> None:
    _marks(desk, desk.begins(), "Strictly confidential")
    with database.transaction(write=True) as session:
        session.connection().execute(text("UPDATE assessment SET marking = ''"))
    assert ["marking is not what" in fault.what for fault in verify_log(database, keyring).breaks] == [True]
