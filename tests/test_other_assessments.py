"""What other assessments of the organisation say is copied or offered, and never counts unseen."""

from datetime import UTC, datetime

import pytest

from app.accounts import Reader
from app.catalogue import Catalogue, load_catalogue
from app.database import Database
from app.keyring import Keyring
from app.other_assessments import Offered, offered_answers
from app.saving import Change
from scoring.answers import Answer
from scoring.questionnaire import Questionnaire
from tests import people
from tests.serving import small, unfinished
from tests.test_assessments import Desk


def of_a_country(questionnaire: Questionnaire) -> Questionnaire:
    """The questionnaire with its fact as one of the country."""
    facts = tuple(fact.model_copy(update={"country": True}) for fact in questionnaire.profile)
    return questionnaire.model_copy(update={"profile": facts}).sealed()


@pytest.fixture
def desk(database: Database, reader: Reader) -> Desk:
    catalogue: Catalogue = load_catalogue([of_a_country(small())], [of_a_country(unfinished())])
    return Desk(database, reader, catalogue)


def offered(desk: Desk, name: str) -> dict[str, Offered]:
    opened = desk.opens(name)
    with desk.database.transaction(write=False) as session:
        questions = list(opened.questionnaire.questions)
        return offered_answers(session, desk.reader, opened.agency, questions, opened.answers)


def test_facts_of_the_country_are_copied_when_an_assessment_starts_with_their_author(desk: Desk) -> None:
    first = desk.begins("small")
    assert desk.opens(first).profile == {}
    desk.tells(first, runs_houses=True)
    second = desk.opens(desk.begins("unfinished"))
    assert second.profile == {"runs_houses": True}
    assert second.profile_version == 1
    desk.tells(second.id, based_on=1, runs_houses=False)
    assert desk.opens(first).profile == {"runs_houses": True}


def test_the_last_word_on_the_country_is_copied(desk: Desk) -> None:
    older, newer = desk.begins("small"), desk.begins("small")
    desk.tells(newer, runs_houses=True)
    desk.tells(older, runs_houses=False)
    assert desk.opens(desk.begins("unfinished")).profile == {"runs_houses": False}


def test_facts_of_the_agency_itself_are_not_copied(database: Database, reader: Reader) -> None:
    desk = Desk(database, reader, load_catalogue([small()], [unfinished()]))
    desk.tells(desk.begins("small"), runs_houses=True)
    assert desk.opens(desk.begins("unfinished")).profile == {}


def test_an_answer_given_as_another_agency_is_offered_until_there_is_one(desk: Desk) -> None:
    first, second = desk.begins("small"), desk.begins("unfinished")
    desk.saves(first, Change("roster_drawn", "operating", "Log of May", 0), Change("names_recur", "unknown", "", 0))
    (question,) = offered(desk, second)
    found = offered(desk, second)[question]
    assert (question, found.answer, found.agency) == ("roster_drawn", Answer("operating", "Log of May"), "small")
    assert abs((found.changed_at - datetime.now(UTC)).total_seconds()) < 60
    desk.saves(second, Change("roster_drawn", "absent", "", 0))
    assert offered(desk, second) == {}
    assert offered(desk, first) == {}  # it has answers of its own


def test_nothing_is_offered_within_one_kind_of_agency(desk: Desk) -> None:
    desk.saves(desk.begins("small"), Change("roster_drawn", "operating", "", 0))
    assert offered(desk, desk.begins("small")) == {}


def test_the_answer_that_changed_last_is_the_one_offered(desk: Desk) -> None:
    one, two = desk.begins("small"), desk.begins("small")
    desk.saves(two, Change("roster_drawn", "absent", "", 0))
    desk.saves(one, Change("roster_drawn", "on_paper", "", 0))
    assert offered(desk, desk.begins("unfinished"))["roster_drawn"].answer.option == "on_paper"


def test_nothing_is_offered_from_another_organisation(desk: Desk, keyring: Keyring) -> None:
    desk.saves(desk.begins("small"), Change("roster_drawn", "operating", "", 0))
    desk.tells(desk.begins("small"), runs_houses=True)
    token = people.member(desk.database, keyring, people.organisation(desk.database, keyring, "Other"))
    foreign = Desk(desk.database, people.reader_of(desk.database, keyring, token), desk.catalogue)
    name = foreign.begins("unfinished")
    assert foreign.opens(name).profile == {}
    assert offered(foreign, name) == {}
