"""Who may call what: every route is in the matrix, and every cell of it holds.

A cell is a role, a route, an assessment of the own organisation or of another, and the assessment’s state.
"""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import httpx
import pytest
import yaml
from fastapi import FastAPI
from fastapi.routing import APIRoute
from sqlalchemy import text
from starlette.routing import BaseRoute, Mount, Route

from app.accounts import digest_of, signed_in
from app.authorisation import VISITOR, Rule, matrix, may
from app.catalogue import Catalogue
from app.main import create_app
from app.program_keys import SCOPES
from app.settings import Settings
from tests import people
from tests.house import OWNERS, PROGRAM, STATES, House, Ids, house_of

ROLES = (VISITOR, "guest", "respondent", "manager", "reviewer", "coordinator", "administrator", PROGRAM)


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


@dataclass(frozen=True)
class Call:
    """What is sent to a route, and what comes of it for whoever is let in; `status` 0: the usual one."""

    given: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    status: int = 0
    more: str = ""
    fewer: str = ""
    trail: tuple[str, ...] = ()

    @property
    def changes(self) -> bool:
        """Whether anything is otherwise afterwards."""
        return bool(self.more or self.fewer)


CELLS = yaml.safe_load(Path(__file__).with_name("cells.yaml").read_text(encoding="utf-8"))
CALLS = {name: Call(**said) for name, said in CELLS["calls"].items()}


def call_of(name: str) -> Call:
    """That of a route, with its status."""
    found = CALLS.get(name, Call())
    return found if found.status else replace(found, status=200 if name.startswith("GET ") else 303)


def test_every_form_has_a_line_and_every_line_a_route() -> None:
    assert {name for name in matrix() if name.startswith("POST ")} <= CALLS.keys() <= matrix().keys()
    for part in ("but", "closed", "unknown"):
        assert CELLS[part].keys() <= matrix().keys(), part


@pytest.fixture(scope="module")
def house(catalogue: Catalogue, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One for all, since a call that changes something is made with ids of its own."""
    with house_of(catalogue, tmp_path_factory.mktemp("house")) as made:
        yield made


def filled(path: str, ids: Ids) -> str:
    """The path with something in each of its parameters that is there."""
    return re.sub(r"{(\w+)[^}]*}", lambda match: ids[match[1]], path)


def is_let_in(role: str, rule: Rule) -> bool:
    """Whether a role may call a route; a program with a key is a visitor wherever keys are not asked for."""
    return role in rule.who or (role == PROGRAM and VISITOR in rule.who)


def home_of(name: str) -> str:
    """Whose assessments a route shows."""
    return "granted" if name.startswith("GET /shared/") else "own"


def expected(role: str, name: str, whose: str, state: str) -> int:
    """The status of a cell in which nothing changes; 0 where something does."""
    rule, method = matrix()[name], name.partition(" ")[0]
    if rule.scope and role != PROGRAM:
        return 401  # whatever session comes along
    if not is_let_in(role, rule):
        if rule.who == {"meter"}:  # a program with a token that is not set here: tests/routes/test_metrics.py
            return 404
        if role in (VISITOR, PROGRAM):
            return 303 if method == "GET" else 401
        return 403
    if whose != home_of(name):
        return 404
    if rule.states and state not in rule.states:
        return CELLS["closed"].get(name, 409)
    if role in CELLS["but"].get(name, {}):
        return CELLS["but"][name][role]
    return 0 if call_of(name).changes else call_of(name).status


def whose_and_state(name: str) -> list[tuple[str, str]]:
    """Whose things a route is tried with: all assessments in all states, what other organisations have, or the own."""
    if "{assessment_id}" in name:
        return list(itertools.product(OWNERS, STATES))
    is_theirs = name.split("/")[1] == "organisation" and "{" in name
    return [(whose, "draft") for whose in (("own", "other") if is_theirs else ("own",))]


@pytest.mark.parametrize("role", ROLES)
def test_every_cell_of_a_role_holds(house: House, role: str) -> None:
    """Those in which nothing may change; the others are tried below, each with ids of its own."""
    before = house.contents()
    for name in matrix():
        for whose, state in whose_and_state(name):
            if status := expected(role, name, whose, state):
                answer = send(house, role, name, house.ids[whose, state])
                assert answer.status_code == status, f"{role}, {name}, {whose}, {state}"
                if status == 303 and not is_let_in(role, matrix()[name]):
                    assert answer.headers["location"].startswith("/sign-in?then="), f"{role}, {name}"
    assert house.contents() == before


@pytest.mark.parametrize("role", ROLES)
def test_what_there_is_not_is_not_found(house: House, role: str) -> None:
    """Nor is a plan of one assessment found with another."""
    before = house.contents()
    for name, rule in matrix().items():
        last = re.findall(r"{(\w+)", name)[-1:]
        for state in rule.states or ("draft",) if last and is_let_in(role, rule) else ():
            ids = house.ids[home_of(name), state]
            others = [other["plan_id"] for other in house.ids.values() if other is not ids]
            for none in others if last == ["plan_id"] else ("none",):
                answer = send(house, role, name, Ids(house, "own", **ids | {last[0]: none}))
                assert answer.status_code == CELLS["unknown"].get(name, 404), f"{role}, {name}, {state}"
    assert house.contents() == before


@pytest.mark.parametrize("role", ROLES)
def test_what_a_role_may_do_is_done_and_stands_in_the_trail(house: House, role: str) -> None:
    for name, rule in matrix().items():
        for state in rule.states or ("draft",):
            if not expected(role, name, home_of(name), state):
                does(house, role, name, state)


def send(house: House, role: str, name: str, ids: Ids, token: str | None = None) -> httpx.Response:
    """Call a route with everything in its form."""
    method, path = name.split(" ", 1)
    fields = {key: value.format_map(ids) for key, value in call_of(name).fields.items()}
    return house.call(method, filled(path, ids), role, fields, token)


def does(house: House, role: str, name: str, state: str) -> None:
    """Call a route as somebody new, with ids that are new, and look at what has become of them."""
    call, cell, token = call_of(name), f"{role}, {name}, {state}", house.anew(role)
    ids = Ids(house, home_of(name), state, session=digest_of(token), me=account_of(house, token))
    ids.make(*re.findall(r"{(\w+)", f"{name} {call.fields}"))  # before anything is counted
    if call.given:
        house.does(call.given, ids)
    rows = f"SELECT count(*) FROM {call.more or call.fewer}"
    count, entries = house.does(rows, ids), house.entries()
    answer = send(house, role, name, ids, token)
    assert answer.status_code == call.status, cell
    assert house.does(rows, ids) == count + (1 if call.more else -1), cell
    assert added(entries, house.entries()) == [line.format_map(ids) for line in call.trail], cell


def added(before: list[tuple[str, int, str]], after: list[tuple[str, int, str]]) -> list[str]:
    """The entries of trails that are new, by chain and action; a chain that is new is called so."""
    known = {chain for chain, _, _ in before}
    return [
        f"{chain if chain in known else chain.partition(':')[0] + ':new'} {action}"
        for chain, number, action in after
        if (chain, number, action) not in before
    ]


def account_of(house: House, token: str) -> str:
    """Whose session a token is of."""
    with house.database.transaction(write=False) as session:
        signed = signed_in(session, house.keyring, token)
    return signed.account if signed else ""


def test_every_cell_of_a_key_holds(house: House) -> None:
    database, keyring, reader = house.database, house.keyring, house.readers["own"]
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
        address = filled(path, house.ids["own", state])
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
    foreign = people.program(house.database, house.keyring, house.readers["other"])
    house.client.cookies.set(people.COOKIE, house.tokens["manager"])
    mine = house.client.get("/api/v1/assessments", headers={"Authorization": f"Bearer {foreign}"}).json()
    assert {one["id"] for one in mine} == {house.ids["other", state]["assessment_id"] for state in STATES}


def shown(house: House, path: str, key: str) -> int:
    house.client.cookies.clear()
    return house.client.get(path, headers={"Authorization": f"Bearer {key}"} if key else {}).status_code


def test_nothing_of_anothers_assessment_is_in_any_answer(house: House) -> None:
    for role, state in itertools.product(("respondent", "manager", "reviewer"), STATES):
        answer = send(house, role, "GET /assessments/{assessment_id}", house.ids["other", state])
        missing = house.call("GET", "/assessments/none", role)
        texts = [said.text.replace(said.headers["x-request-id"], "") for said in (answer, missing)]
        assert texts[0] == texts[1]


def test_a_route_that_the_matrix_does_not_name_is_for_nobody() -> None:
    assert not any(may("GET", "/secret", [role]) for role in ROLES)
