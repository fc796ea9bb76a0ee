"""Who may call what: every route is in the matrix, and every cell of it holds.

A cell is a role, a route, an assessment of the own organisation or of another, and the assessment’s state.
"""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from sqlalchemy import text
from starlette.routing import BaseRoute, Mount, Route

from app import assessments, saving
from app.accounts import Reader, digest_of
from app.authorisation import VISITOR, matrix, may
from app.catalogue import Catalogue
from app.links import make_link
from app.main import create_app
from app.plans import save_plan
from app.program_keys import SCOPES
from app.saving import Change
from app.settings import Settings
from app.started_about import StartedAbout
from tests import people
from tests.serving import APPS, Served, served
from tests.test_assessments import ALL

PROGRAM = "program"
ROLES = (VISITOR, "guest", "respondent", "manager", "reviewer", "coordinator", "administrator", PROGRAM)
ABOUT = StartedAbout(organisation="Harbour Office", scope_kind="post", scope_words="small harbour", alone=True)
STATES = ("draft", "submitted", "under_review", "final")
LET_IN = (200, 303, 304, 405, 409, 422, 429)  # whoever is let in may still be told that this does not hold
START = {"organisation": "A", "scope_kind": "post", "scope_words": "kind", "way": "alone"}


def routes(those: list[BaseRoute]) -> Iterator[tuple[str, str]]:
    """Every method and path of an application."""
    for route in those:
        if isinstance(route, Mount):
            yield "GET", f"{route.path}/{{path}}"
        elif hasattr(route, "original_router"):  # a router that was included, which FastAPI keeps as it is
            assert route.include_context.prefix == ""
            yield from routes(list(route.original_router.routes))
        else:
            assert isinstance(route, Route | APIRoute), f"What kind of route is {route!r}?"
            yield from ((method, route.path) for method in sorted((route.methods or set()) - {"HEAD"}))


def test_every_route_of_the_application_is_in_the_matrix_and_no_other(tmp_path: Path, catalogue: Catalogue) -> None:
    app = create_app(Settings(database_url=f"sqlite:///{tmp_path / 'a.db'}"), catalogue)
    assert {f"{method} {path}" for method, path in all_routes(app)} == set(matrix())


def all_routes(app: FastAPI) -> set[tuple[str, str]]:
    return set(routes(list(app.routes)))


@dataclass
class House:
    """Three organisations on one server, each with an assessment in each state and somebody in each role.

    The one that is `granted` shows its results to the own one; the `other` does not.
    """

    client: httpx.Client
    app: Served
    tokens: dict[str, str]  # by role, of the own organisation; of a program its key
    assessments: dict[tuple[str, str], str]  # by own, other or granted, and state
    plans: dict[str, str]
    readers: dict[str, Reader]

    def put_back(self) -> None:
        """Each assessment in its state again: what is tried in one cell must not change the next."""
        with self.app.state.database.transaction(write=True) as session:
            for (_, state), name in self.assessments.items():
                by = None if state == "draft" else self.readers["own"].account
                done = "UPDATE assessment SET state = :s, submitted_at = :at, submitted_by = :by WHERE id = :id"
                at = None if state == "draft" else "2026-01-01 00:00:00.000001"
                session.connection().execute(text(done), {"s": state, "id": name, "by": by, "at": at})

    def call(self, method: str, path: str, role: str) -> httpx.Response:
        self.client.cookies.clear()
        fields = dict(
            START,
            declaration="yes",
            because="Look again",
            decision="accepted",
            role="respondent",
            name="A plan",
            password="x",
            **{"do.draw_rosters": "yes"},
        )
        fields["organisation"] = self.readers["own"].organisation
        headers = {}
        if role == PROGRAM:
            headers["Authorization"] = f"Bearer {self.tokens[role]}"
        elif role != VISITOR:
            self.client.cookies.set(people.COOKIE, self.tokens[role])
            fields["csrf"] = people.csrf_of(self.app.state.database, self.app.state.keyring, self.tokens[role])
        if method == "GET":
            return self.client.get(path, headers=headers)
        if path.startswith("/api/"):
            return self.client.post(path, json={}, headers=headers)
        return self.client.post(path, data=fields, headers=headers)


@pytest.fixture
def house(catalogue: Catalogue, tmp_path: Path) -> Iterator[House]:
    with served(catalogue, tmp_path) as address:
        app = APPS[address]
        database, keyring = app.state.database, app.state.keyring
        found: dict[tuple[str, str], str] = {}
        plans, readers = {}, {}
        tokens = {"administrator": people.administrator(database), "guest": people.guest(database)}
        for whose in ("own", "other", "granted"):
            organisation = people.organisation(database, keyring, whose)
            for role in ("respondent", "manager", "reviewer", "coordinator"):
                token = people.member(database, keyring, organisation, role, f"{role.title()} {whose}")
                if whose == "own":
                    tokens[role] = token
                if role == "manager":
                    readers[whose] = people.reader_of(database, keyring, token)
            for state in STATES:
                with database.transaction(write=True) as session:
                    name = saving.start(session, readers[whose], catalogue, "small", ABOUT)
                    found[whose, state] = name
                with database.transaction(write=True) as session:
                    opened = assessments.opened(session, readers[whose], catalogue, name)
                    saving.save_profile(session, readers[whose], opened, {"runs_houses": True}, 0)
                    changes = [Change(question, *answer, 0) for question, answer in ALL.items()]
                    saving.save_answers(session, readers[whose], opened, changes)
                    plans[name] = save_plan(session, readers[whose], opened, "A", ["draw_rosters"])
                if state != "draft":
                    with database.transaction(write=True) as session:
                        opened = assessments.opened(session, readers[whose], catalogue, name)
                        saving.submit(session, readers[whose], opened, True)
        people.grant(database, readers["granted"], readers["own"].organisation)
        tokens[PROGRAM] = people.program(database, keyring, readers["own"])
        with httpx.Client(base_url=address, headers={"Origin": address}, timeout=60) as client:
            yield House(client, app, tokens, found, plans, readers)


def filled(house: House, path: str, assessment: str) -> str:
    """The path with something in each of its parameters that is there."""
    with house.app.state.database.transaction(write=True) as session:
        token = make_link(session, "invitation", organisation=house.readers["own"].organisation, role="respondent")
    values = {
        "agency_id": "border_guard",
        "questionnaire_id": "small",
        "assessment_id": assessment,
        "section_id": "work",
        "recommendation_id": "hide_houses",
        "plan_id": house.plans.get(assessment, ""),
        "token": token,
        "digest": "none",
        "account_id": "nobody",
        "key_id": "none",
        "body_id": "none",
        "organisation_id": house.readers["own"].organisation,
        "path": "plumbline.css",
    }
    return re.sub(r"{(\w+)}", lambda match: values[match[1]], path)


@pytest.mark.parametrize("role", ROLES)
def test_every_cell_of_a_role_holds(house: House, role: str) -> None:
    for name, rule in matrix().items():
        method, path = name.split(" ", 1)
        if name == "POST /sign-out":
            continue  # tried below: it would end the session
        whose_and_state = list(house.assessments) if "{assessment_id}" in path else [("own", "draft")]
        for whose, state in whose_and_state:
            house.put_back()
            answer = house.call(method, filled(house, path, house.assessments[whose, state]), role)
            cell = f"{role}, {name}, {whose}, {state}: {answer.status_code}"
            if rule.scope and role != PROGRAM:
                assert answer.status_code == 401, cell  # whatever session comes along
            elif role in rule.who or (role == PROGRAM and VISITOR in rule.who):
                belongs = whose == ("granted" if path.startswith("/shared") else "own") or "{assessment_id}" not in path
                nobody = any(name in path for name in ("{account_id}", "{digest}", "{key_id}", "{body_id}"))
                if path.startswith("/shared") and rule.states and state not in rule.states:
                    belongs = False  # a draft is not there for anybody outside
                expected = (404,) if nobody or not belongs else LET_IN
                if path == "/links/{token}" and role not in (VISITOR, PROGRAM):
                    expected = (*LET_IN, 404)
                assert answer.status_code in expected, cell
                if belongs and rule.states and state not in rule.states and (method == "POST" or rule.scope):
                    assert answer.status_code == 409, cell
            elif rule.who == {"meter"}:  # a program with a token that is not set here: tests/routes/test_metrics.py
                assert answer.status_code == 404, cell
            elif role in (VISITOR, PROGRAM) and method == "GET":
                assert answer.status_code == 303 and answer.headers["location"].startswith("/sign-in?then="), cell
            else:
                assert answer.status_code == (401 if role in (VISITOR, PROGRAM) else 403), cell


@pytest.mark.parametrize("role", ["coordinator", "manager", "administrator", VISITOR])
def test_every_cell_of_what_is_shared_holds(house: House, role: str) -> None:
    for whose, state in itertools.product(("own", "other", "granted"), STATES):
        name = house.assessments[whose, "submitted"]
        in_state(house, name, state)
        status = house.call("GET", f"/shared/{name}", role).status_code
        shown = 200 if (whose, state != "draft") == ("granted", True) else 404
        expected = {"coordinator": shown, "manager": 403, "administrator": 403, VISITOR: 303}[role]
        assert status == expected, f"{role}, {whose}, {state}"


def test_every_cell_of_a_key_holds(house: House) -> None:
    database, keyring, reader = house.app.state.database, house.app.state.keyring, house.readers["own"]
    keys = {scope: people.program(database, keyring, reader, [scope]) for scope in SCOPES}
    ended = {ending: people.program(database, keyring, reader) for ending in ("revoked_at", "expires_at")}
    with database.transaction(write=True) as session:
        for ending, key in ended.items():
            said = {"digest": digest_of(key)}
            past = f"UPDATE api_key SET {ending} = '2026-01-01 00:00:00.000000' WHERE digest = :digest"
            session.connection().execute(text(past), said)
    foreign = people.program(database, keyring, house.readers["other"])
    rules = {name.split(" ")[1]: rule for name, rule in matrix().items() if rule.scope}
    assert {rule.scope for rule in rules.values()} == set(SCOPES)
    for (path, rule), state in itertools.product(rules.items(), STATES):
        name = house.assessments["own", "submitted"]
        in_state(house, name, state)
        address = path.replace("{assessment_id}", name)
        is_open = not rule.states or state in rule.states
        for scope, key in keys.items():
            right = 200 if is_open else 409
            assert shown(house, address, key) == (right if scope == rule.scope else 403), (path, scope, state)
        with database.transaction(write=True) as session:
            session.connection().execute(text("DELETE FROM attempt"))  # so many failures would have to wait
        for token in (*ended.values(), "plumbline_invented", "", house.tokens["manager"]):
            assert shown(house, address, token) == 401, (path, state)
        assert shown(house, address, foreign) == (404 if "{" in path else 200), (path, state)


def test_a_key_opens_no_page_and_a_session_beside_it_changes_nothing(house: House) -> None:
    key = {"Authorization": f"Bearer {house.tokens[PROGRAM]}"}
    assert house.client.get("/organisation", headers=key).headers["location"].startswith("/sign-in")
    house.client.cookies.set(people.COOKIE, house.tokens["administrator"])
    assert house.client.get("/api/v1/assessments", headers=key).status_code == 200
    assert house.client.get("/organisation", headers=key).status_code == 403
    foreign = people.program(house.app.state.database, house.app.state.keyring, house.readers["other"])
    house.client.cookies.set(people.COOKIE, house.tokens["manager"])
    mine = house.client.get("/api/v1/assessments", headers={"Authorization": f"Bearer {foreign}"}).json()
    assert {one["id"] for one in mine} == {house.assessments["other", state] for state in STATES}


def shown(house: House, path: str, key: str) -> int:
    house.client.cookies.clear()
    return house.client.get(path, headers={"Authorization": f"Bearer {key}"} if key else {}).status_code


def in_state(house: House, assessment: str, state: str) -> None:
    with house.app.state.database.transaction(write=True) as session:
        change = "UPDATE assessment SET state = :state WHERE id = :id"
        session.connection().execute(text(change), {"state": state, "id": assessment})


def test_nothing_of_anothers_assessment_is_in_any_answer(house: House) -> None:
    for role, state in itertools.product(("respondent", "manager", "reviewer"), STATES):
        answer = house.call("GET", f"/assessments/{house.assessments['other', state]}", role)
        missing = house.call("GET", "/assessments/none", role)
        texts = [said.text.replace(said.headers["x-request-id"], "") for said in (answer, missing)]
        assert texts[0] == texts[1]


def test_signing_out_is_for_whoever_is_signed_in(house: House) -> None:
    assert house.call("POST", "/sign-out", VISITOR).status_code == 401
    assert house.call("POST", "/sign-out", "respondent").status_code == 303
    assert house.call("GET", "/account", "respondent").headers["location"] == "/sign-in?then=%2Faccount"


def test_a_route_that_the_matrix_does_not_name_is_for_nobody() -> None:
    assert not any(may("GET", "/secret", [role]) for role in ROLES)
