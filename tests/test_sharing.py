"""Sharing: nothing without a grant, never more than the rule allows, and no trace of a refusal on the other side."""

import json
from itertools import chain, combinations

import pytest
from sqlalchemy import text

from app import saving, sharing
from app.accounts import Reader
from app.assessment_report import report_of
from app.assessments import opened
from app.catalogue import Catalogue
from app.database import Database
from app.errors import BadRequest, NotAllowed, NotFound, OnlyRedacted
from app.keyring import Keyring
from app.organisations import acting, say_of_the_state
from app.raised_impacts import raise_impacts
from app.saving import Change
from app.shared_view import shared_view
from app.sharing import RELATIONS, Body, SharedAssessment, at_most
from app.trail import entries
from app.verify_log import verify_log
from scoring.answers import Raised
from tests import people
from tests.test_assessments import ABOUT, ALL

SECRETS = ("Draw of 3 May", "No papers are kept", "a reason of ours", "small harbour", "Harbour Office")


class House:
    """A shelter, not of the state, with a submitted assessment and a draft; a ministry with a coordinator."""

    def __init__(self, database: Database, keyring: Keyring, catalogue: Catalogue) -> None:
        self.database, self.keyring, self.catalogue = database, keyring, catalogue
        self.ids = {name: people.organisation(database, keyring, name) for name in ("Shelter", "Ministry", "Stranger")}
        self.manager = self.member("Shelter", "manager")
        self.coordinator = self.member("Ministry", "coordinator")
        self.draft, self.submitted = self.begun(), self.begun()
        with database.transaction(write=True) as session:
            found = opened(session, self.manager, catalogue, self.submitted)
            saving.submit(session, self.manager, found, True)

    def member(self, of: str, role: str) -> Reader:
        token = people.member(self.database, self.keyring, self.ids[of], role, f"{role.title()} {of}")
        return people.reader_of(self.database, self.keyring, token)

    def begun(self) -> str:
        with self.database.transaction(write=True) as session:
            name = saving.start(session, self.manager, self.catalogue, "small", ABOUT)
        with self.database.transaction(write=True) as session:
            found = opened(session, self.manager, self.catalogue, name)
            saving.save_profile(session, self.manager, found, {"runs_houses": True}, 0)
            changes = [Change(question, *answer, 0) for question, answer in ALL.items()]
            saving.save_answers(session, self.manager, found, changes)
            raise_impacts(session, self.manager, found, {"trip_sold": Raised(5, "a reason of ours")}, 0)
        return name

    def grants(self, extent: str = "results", *relations: str) -> None:
        people.grant(self.database, self.manager, self.ids["Ministry"], extent, *relations)

    def opens(self, assessment: str, reader: Reader | None = None) -> SharedAssessment:
        with self.database.transaction(write=True) as session:
            return sharing.opened_shared(session, reader or self.coordinator, self.catalogue, assessment)

    def listed(self, reader: Reader | None = None) -> dict[str, list[str]]:
        with self.database.transaction(write=False) as session:
            found = sharing.shared_with(session, reader or self.coordinator)
        return {body.name: [one.id for one in those] for body, those in found.items()}

    def trail(self, of: str) -> list[tuple[str, dict[str, object]]]:
        with self.database.transaction(write=False) as session:
            reader = acting(session, self.keyring, self.ids[of], "")
            found = entries(session, reader.cipher, f"organisation:{self.ids[of]}")
        return [(entry.action, entry.detail) for entry in found if entry.action not in ("role", "begun")]

    def state(self, is_state: bool) -> None:
        with self.database.transaction(write=True) as session:
            say_of_the_state(session, acting(session, self.keyring, self.ids["Shelter"], ""), is_state)

    def does(self, sql: str, **values: object) -> None:
        with self.database.transaction(write=True) as session:
            session.connection().execute(text(sql), values)


@pytest.fixture
def house(database: Database, keyring: Keyring, small_catalogue: Catalogue) -> House:
    return House(database, keyring, small_catalogue)


def test_without_a_grant_nothing_is_listed_or_opened(house: House) -> None:
    assert house.listed() == {}
    with pytest.raises(NotFound, match=r"There is no such assessment\."):
        house.opens(house.submitted)


def test_a_grant_shows_what_was_submitted_and_never_a_draft(house: House) -> None:
    house.grants()
    assert house.listed() == {"Shelter": [house.submitted]}
    assert house.opens(house.submitted).extent == "results"
    with pytest.raises(NotFound):
        house.opens(house.draft)


@pytest.mark.parametrize(
    ("state", "is_shown"), [("draft", False), ("submitted", True), ("under_review", True), ("final", True)]
)
def test_an_assessment_is_shown_from_its_submission_on(house: House, state: str, is_shown: bool) -> None:
    house.grants()
    house.does("UPDATE assessment SET state = :state WHERE id = :id", state=state, id=house.submitted)
    assert house.listed()["Shelter"] == ([house.submitted] if is_shown else [])
    if is_shown:
        house.opens(house.submitted)
    else:
        with pytest.raises(NotFound):
            house.opens(house.submitted)


def test_a_grant_to_one_body_shows_nothing_to_another_nor_anything_back(house: House) -> None:
    house.grants()
    stranger = house.member("Stranger", "coordinator")
    assert house.listed(stranger) == {}
    with pytest.raises(NotFound):
        house.opens(house.submitted, stranger)
    assert house.listed(house.member("Shelter", "coordinator")) == {}


def test_the_rule_holds_for_every_relation() -> None:
    for some in chain.from_iterable(combinations(RELATIONS, count) for count in range(4)):
        assert at_most(True, some) == "results"
        assert at_most(False, some) == ("redacted" if some else "results")


@pytest.mark.parametrize("relation", RELATIONS)
def test_a_body_that_refers_licenses_or_funds_cannot_be_granted_results(house: House, relation: str) -> None:
    with pytest.raises(OnlyRedacted):
        house.grants("results", relation)
    assert house.listed() == {}
    house.grants("redacted", relation)
    assert house.opens(house.submitted).extent == "redacted"


@pytest.mark.parametrize("relation", [*RELATIONS, "refers\nfunds", "owns", "", "none\nfunds"])
def test_what_a_row_says_is_not_trusted_when_the_relation_in_it_has_changed(house: House, relation: str) -> None:
    house.grants("results")
    house.does("UPDATE sharing SET relation = :relation", relation=relation)
    assert house.opens(house.submitted).extent == "redacted"


def test_results_shrink_when_the_organisation_turns_out_not_to_be_of_the_state(house: House) -> None:
    house.state(True)
    house.grants("results", "funds")
    assert house.opens(house.submitted).extent == "results"
    house.state(False)
    assert house.opens(house.submitted).extent == "redacted"
    with house.database.transaction(write=False) as session:
        assert sharing.grants(session, house.manager)[0].extent == "redacted"


def test_a_manager_takes_the_claim_back_and_cannot_make_it(house: House) -> None:
    with house.database.transaction(write=True) as session, pytest.raises(NotAllowed):
        say_of_the_state(session, house.manager, True)
    house.state(True)
    with house.database.transaction(write=True) as session:
        say_of_the_state(session, house.manager, False)
    assert [entry for entry in house.trail("Shelter") if entry[0] == "of the state"] == [
        ("of the state", {"is_state": True}),
        ("of the state", {"is_state": False}),
    ]


def test_a_changed_relation_replaces_the_grant_and_is_held_to_the_rule(house: House) -> None:
    house.grants("results")
    with pytest.raises(OnlyRedacted):
        house.grants("results", "licenses")
    assert house.opens(house.submitted).extent == "results"
    house.grants("redacted", "licenses")
    assert house.opens(house.submitted).extent == "redacted"


def test_a_withdrawal_ends_it_and_leaves_no_trace_with_the_other_side(house: House) -> None:
    before = house.trail("Ministry")
    house.grants()
    house.opens(house.submitted)
    with house.database.transaction(write=True) as session:
        sharing.withdraw(session, house.manager, house.ids["Ministry"])
    assert house.listed() == {}
    with pytest.raises(NotFound, match=r"There is no such assessment\."):
        house.opens(house.submitted)
    assert house.trail("Ministry") == before
    with house.database.transaction(write=True) as session, pytest.raises(NotFound):
        sharing.withdraw(session, house.manager, house.ids["Ministry"])


def test_grants_changes_withdrawals_and_looks_are_in_the_trail_of_whoever_shows(house: House) -> None:
    house.grants("redacted", "refers", "funds")
    house.opens(house.submitted)
    with house.database.transaction(write=True) as session:
        sharing.withdraw(session, house.manager, house.ids["Ministry"])
    body = {"body": house.ids["Ministry"], "name": "Ministry"}
    assert house.trail("Shelter")[1:] == [
        ("shown to", body | {"relations": ["refers", "funds"], "extent": "redacted"}),
        ("looked", body | {"assessment": house.submitted, "extent": "redacted"}),
        ("shown no more", body),
    ]
    found = verify_log(house.database, house.keyring)
    assert found.breaks == []


def test_an_opening_that_is_refused_is_no_look(house: House) -> None:
    house.grants()
    for name in (house.draft, "none"):
        with pytest.raises(NotFound):
            house.opens(name)
    assert not [action for action, _ in house.trail("Shelter") if action == "looked"]


def test_the_look_is_signed_for_the_chain_of_the_organisation_that_shows(house: House) -> None:
    house.grants()
    house.opens(house.submitted)
    assert verify_log(house.database, house.keyring).breaks == []
    house.does("UPDATE trail_entry SET detail = '{}' WHERE action = 'looked'")
    assert len(verify_log(house.database, house.keyring).breaks) == 1


def test_the_report_that_is_opened_holds_no_note_reason_or_post(house: House) -> None:
    house.grants()
    found = house.opens(house.submitted)
    words = found.report.model_dump_json()
    assert not [secret for secret in SECRETS if secret in words]
    assert (found.report.about.organisation, found.report.about.scope, found.report.about.answered_by) == (
        "Shelter",
        "",
        "",
    )
    assert found.report.result.consistency is None


def test_its_figures_are_those_of_the_organisation_s_own_report(house: House) -> None:
    house.grants()
    with house.database.transaction(write=False) as session:
        mine = opened(session, house.manager, house.catalogue, house.submitted)
        own = report_of(session, house.manager, mine).result
    assert house.opens(house.submitted).report.result == own.model_copy(update={"consistency": None})


def test_what_is_drawn_of_results_holds_no_answer_and_no_question(house: House) -> None:
    house.grants()
    shown = house.opens(house.submitted).report
    results = shared_view(shown, shown.questionnaire)
    assert [[stage.title for stage in chain.stages] for chain in results.chains] == [["border_crossing"], ["shelter"]]
    assert "Recommendation hide_houses" in results.actions
    drawn = json.dumps(str(results))
    options = [option.label for question in shown.questionnaire.questions for option in question.options]
    asked = [question.ask for question in shown.questionnaire.questions]
    assert not [words for words in (*options, *asked, *SECRETS[:3]) if words in drawn]


def test_an_action_that_would_tell_an_answer_is_not_called_for_there(house: House) -> None:
    house.grants()
    shown = house.opens(house.submitted).report
    found = {action.id: action.lane for action in shown.result.recommendations or []}
    hidden = {f"Recommendation {name}" for name, lane in found.items() if lane in ("look_into", "find_out")}
    assert not hidden & set(shared_view(shown, shown.questionnaire).actions)


def test_a_body_is_found_by_its_code_alone(house: House) -> None:
    ministry = house.member("Ministry", "manager")
    with house.database.transaction(write=True) as session:
        code = sharing.make_code(session, ministry)
    with house.database.transaction(write=False) as session:
        for _ in range(2):  # a code that is used up would tell who used it
            assert sharing.body_by_code(session, house.manager, code) == Body(house.ids["Ministry"], "Ministry")
        assert sharing.body_by_code(session, ministry, code) is None
        for wrong in ("", "invented", house.ids["Ministry"], code[:-1]):
            assert sharing.body_by_code(session, house.manager, wrong) is None


def test_another_code_ends_the_one_before_and_so_does_time(house: House) -> None:
    ministry, codes = house.member("Ministry", "manager"), []
    for _ in range(2):
        with house.database.transaction(write=True) as session:
            codes.append(sharing.make_code(session, ministry))
            sharing.make_code(session, house.manager)  # of another organisation: nobody else’s ends
    with house.database.transaction(write=False) as session:
        assert [sharing.body_by_code(session, house.manager, code) is None for code in codes] == [True, False]
    house.does("UPDATE link SET expires_at = '2020-01-01 00:00:00.000000' WHERE kind = 'sharing'")
    with house.database.transaction(write=False) as session:
        assert sharing.body_by_code(session, house.manager, codes[1]) is None


@pytest.mark.parametrize(("relations", "extent"), [(["owns"], "redacted"), ([], "everything"), ([], "")])
def test_words_that_are_none_of_ours_are_refused(house: House, relations: list[str], extent: str) -> None:
    with pytest.raises(BadRequest):
        house.grants(extent, *relations)


def test_nothing_can_be_granted_to_oneself(house: House) -> None:
    with pytest.raises(BadRequest):
        people.grant(house.database, house.manager, house.ids["Shelter"])
