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
from app.accounts import Reader
from app.authorisation import VISITOR, matrix, may
from app.catalogue import Catalogue
from app.links import make_link
from app.main import create_app
from app.plans import save_plan
from app.saving import Change
from app.settings import Settings
from app.started_about import StartedAbout
from tests import people
from tests.serving import APPS, served
from tests.test_assessments import ALL

ROLES = (VISITOR, "guest", "respondent", "manager", "reviewer", "administrator")
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
    """Two organisations on one server, each with an assessment in each state and somebody in each role."""

    client: httpx.Client
    app: FastAPI
    tokens: dict[str, str]  # by role, of the own organisation
    assessments: dict[tuple[str, str], str]  # by own or other, and state
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
        if role != VISITOR:
            self.client.cookies.set(people.COOKIE, self.tokens[role])
            fields["csrf"] = people.csrf_of(self.app.state.database, self.app.state.keyring, self.tokens[role])
        if method == "GET":
            return self.client.get(path)
        if path.startswith("/api/"):
            return self.client.post(path, json={})
        return self.client.post(path, data=fields)


@pytest.fixture
def house(catalogue: Catalogue, tmp_path: Path) -> Iterator[House]:
    with served(catalogue, tmp_path) as address:
        app = APPS[address]
        database, keyring = app.state.database, app.state.keyring
        found: dict[tuple[str, str], str] = {}
        plans, readers = {}, {}
        tokens = {"administrator": people.administrator(database), "guest": people.guest(database)}
        for whose in ("own", "other"):
            organisation = people.organisation(database, keyring, whose)
            for role in ("respondent", "manager", "reviewer"):
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
        with httpx.Client(base_url=address, headers={"Origin": address}) as client:
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
            if role in rule.who:
                belongs = whose == "own" or "{assessment_id}" not in path
                nobody = "{account_id}" in path or "{digest}" in path
                expected = (404,) if nobody or not belongs else LET_IN
                if path == "/links/{token}" and role != VISITOR:
                    expected = (*LET_IN, 404)
                assert answer.status_code in expected, cell
                if belongs and rule.states and state not in rule.states and method == "POST":
                    assert answer.status_code == 409, cell
            elif rule.who == {"meter"}:  # a program with a token that is not set here: tests/routes/test_metrics.py
                assert answer.status_code == 404, cell
            elif role == VISITOR and method == "GET":
                assert answer.status_code == 303 and answer.headers["location"].startswith("/sign-in?then="), cell
            else:
                assert answer.status_code == (401 if role == VISITOR else 403), cell


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
