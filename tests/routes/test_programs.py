"""What a program is given for a key: lines, reports and trails of its own organisation, and problem details."""

import json
from datetime import UTC, datetime, timedelta

import httpx
import jsonschema_rs
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from app import assessments, saving
from app.accounts import Reader
from app.catalogue import Catalogue
from app.main import create_app
from app.program_keys import FREE
from app.saving import Change
from app.settings import Settings
from scoring.report import differences, read_report
from tests import people
from tests.fixtures import BASE, SignedClient
from tests.page import unnumbered
from tests.test_assessments import ABOUT, ALL

pytestmark = pytest.mark.anyio
LIST = "/api/v1/assessments"


@pytest.fixture
def manager(app: FastAPI, visitor: SignedClient) -> Reader:
    database, keyring = app.state.database, app.state.keyring
    return people.reader_of(database, keyring, people.member(database, keyring, people.organisation(database, keyring)))


def begun(app: FastAPI, manager: Reader, is_submitted: bool) -> str:
    database, catalogue = app.state.database, app.state.catalogue
    with database.transaction(write=True) as session:
        name = saving.start(session, manager, catalogue, "small", ABOUT)
    with database.transaction(write=True) as session:
        found = assessments.opened(session, manager, catalogue, name)
        saving.save_profile(session, manager, found, {"runs_houses": True}, 0)
        saving.save_answers(session, manager, found, [Change(q, *a, 0) for q, a in ALL.items()])
    if is_submitted:
        with database.transaction(write=True) as session:
            saving.submit(session, manager, assessments.opened(session, manager, catalogue, name), True)
    return name


def key(app: FastAPI, manager: Reader, *scopes: str) -> dict[str, str]:
    token = people.program(
        app.state.database, app.state.keyring, manager, scopes or ("assessments", "reports", "trail")
    )
    return {"Authorization": f"Bearer {token}"}


async def test_a_program_lists_its_organisation_s_assessments_without_a_word_in_them(
    app: FastAPI, visitor: SignedClient, manager: Reader
) -> None:
    names = [begun(app, manager, is_submitted) for is_submitted in (True, False)]
    answer = await visitor.get(LIST, headers=key(app, manager))
    assert answer.status_code == 200 and answer.headers["content-type"] == "application/json"
    lines = {line["id"]: line for line in answer.json()}
    assert set(lines) == set(names) and [lines[name]["state"] for name in names] == ["submitted", "draft"]
    assert lines[names[0]].keys() == {
        "id", "agency", "version", "state", "created_at", "changed_at", "submitted_at", "final_at", "follows",
    }  # fmt: skip
    assert datetime.fromisoformat(lines[names[0]]["submitted_at"]).tzinfo
    assert "harbour" not in answer.text.lower()
    one = await visitor.get(f"{LIST}/{names[0]}", headers=key(app, manager))
    assert one.json() == lines[names[0]]


async def test_a_report_holds_and_the_pdf_is_one(app: FastAPI, visitor: SignedClient, manager: Reader) -> None:
    name = begun(app, manager, True)
    answer = await visitor.get(f"{LIST}/{name}/report", headers=key(app, manager))
    report, stated = read_report(answer.content)
    assert differences(report, stated) == [] and report.answers["roster_drawn"].note == "Draw of 3 May, registry"
    pdf = await visitor.get(f"{LIST}/{name}/report.pdf", headers=key(app, manager))
    assert pdf.headers["content-type"] == "application/pdf" and pdf.content.startswith(b"%PDF")


async def test_a_trail_can_be_followed(app: FastAPI, visitor: SignedClient, manager: Reader) -> None:
    name = begun(app, manager, True)
    data = (await visitor.get(f"{LIST}/{name}/trail", headers=key(app, manager, "trail"))).json()
    assert [entry["action"] for entry in data["entries"]] == ["started", "facts", "answers", "state"]


@pytest.mark.parametrize("ending", ["report", "report.pdf", "trail"])
async def test_nothing_of_a_draft_is_given(app: FastAPI, visitor: SignedClient, manager: Reader, ending: str) -> None:
    name = begun(app, manager, False)
    answer = await visitor.get(f"{LIST}/{name}/{ending}", headers=key(app, manager))
    assert (answer.status_code, answer.headers["content-type"]) == (409, "application/problem+json")
    assert "Draw of 3 May" not in answer.text


@pytest.mark.parametrize("ending", ["", "/report", "/report.pdf", "/trail"])
async def test_another_organisation_s_assessment_is_as_none(
    app: FastAPI, visitor: SignedClient, manager: Reader, ending: str
) -> None:
    name, database, keyring = begun(app, manager, True), app.state.database, app.state.keyring
    elsewhere = people.organisation(database, keyring, "Elsewhere")
    other = key(app, people.reader_of(database, keyring, people.member(database, keyring, elsewhere)))
    foreign, none = [await visitor.get(f"{LIST}/{one}{ending}", headers=other) for one in (name, "none")]
    assert (foreign.status_code, unnumbered(foreign)) == (404, unnumbered(none))
    assert (await visitor.get(LIST, headers=other)).json() == []


async def test_a_key_that_is_missing_wrong_revoked_or_expired_is_answered_in_the_same_words(
    app: FastAPI, visitor: SignedClient, manager: Reader
) -> None:
    ended = [key(app, manager), key(app, manager)]
    with app.state.database.transaction(write=True) as session:
        past = "UPDATE api_key SET {} = '2026-01-01 00:00:00.000000' WHERE id = (SELECT min(id) FROM api_key WHERE {})"
        session.connection().execute(text(past.format("revoked_at", "true")))
        session.connection().execute(text(past.format("expires_at", "revoked_at IS NULL")))
    wrong = [
        {"Authorization": words} for words in ("Bearer plumbline_invented", "Basic YTpi", "Bearer", "Bearer  ", "x")
    ]
    answers = [await visitor.get(LIST, headers=headers) for headers in ({}, *wrong, *ended)]
    for answer in answers:
        assert (answer.status_code, unnumbered(answer)) == (401, unnumbered(answers[0]))
        assert answer.headers["www-authenticate"] == 'Bearer realm="Plumbline"'
        assert answer.headers["content-type"] == "application/problem+json"


async def test_a_key_in_the_address_or_in_a_cookie_opens_nothing(
    app: FastAPI, visitor: SignedClient, manager: Reader
) -> None:
    token = key(app, manager)["Authorization"].removeprefix("Bearer ")
    assert (await visitor.get(f"{LIST}?access_token={token}&key={token}")).status_code == 401
    visitor.cookies.set(people.COOKIE, token)
    assert (await visitor.get(LIST)).status_code == 401
    assert (await visitor.get("/account")).status_code == 303


async def test_a_scope_that_lacks_is_named(app: FastAPI, visitor: SignedClient, manager: Reader) -> None:
    name = begun(app, manager, True)
    answer = await visitor.get(f"{LIST}/{name}/report", headers=key(app, manager, "assessments", "trail"))
    assert (
        answer.status_code == 403
        and 'error="insufficient_scope", scope="reports"' in answer.headers["www-authenticate"]
    )
    assert "“reports”" in answer.json()["detail"]


async def test_wrong_keys_have_to_wait_and_a_good_one_does_not(
    app: FastAPI, visitor: SignedClient, manager: Reader
) -> None:
    wrong, good = {"Authorization": "Bearer plumbline_invented"}, key(app, manager)
    statuses = [(await visitor.get(LIST, headers=wrong)).status_code for _ in range(FREE + 1)]
    assert statuses == [401] * FREE + [429]
    refused = await visitor.get(LIST, headers=wrong)
    assert 0 < int(refused.headers["retry-after"]) <= 15 and refused.json()["status"] == 429
    assert (await visitor.get(LIST, headers=good)).status_code == 200
    assert (await visitor.get(LIST)).status_code == 401
    sign_in = await visitor.post("/sign-in", data={"email": "a@example.org", "password": "wrong"})
    assert sign_in.status_code == 422  # people who sign in from there need not wait for it


async def test_the_last_use_is_written_once_a_minute(app: FastAPI, visitor: SignedClient, manager: Reader) -> None:
    headers = key(app, manager)

    def used_at() -> str:
        with app.state.database.transaction(write=False) as session:
            return str(session.connection().execute(text("SELECT used_at FROM api_key")).scalar_one())

    await visitor.get(LIST, headers=headers)
    first = used_at()
    await visitor.get(LIST, headers=headers)
    assert used_at() == first != "None"
    past = datetime.now(UTC) - timedelta(seconds=61)
    with app.state.database.transaction(write=True) as session:
        session.connection().execute(
            text("UPDATE api_key SET used_at = :past"), {"past": f"{past:%Y-%m-%d %H:%M:%S.%f}"}
        )
    await visitor.get(LIST, headers=headers)
    assert used_at() > first


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
async def test_a_program_changes_nothing(app: FastAPI, visitor: SignedClient, manager: Reader, method: str) -> None:
    name = begun(app, manager, True)
    for path in (LIST, f"{LIST}/{name}", f"{LIST}/{name}/report"):
        assert (await visitor.request(method, path, headers=key(app, manager))).status_code == 405


async def test_the_document_names_the_scopes_and_its_shapes_hold(
    app: FastAPI, visitor: SignedClient, manager: Reader
) -> None:
    name = begun(app, manager, True)
    document = (await visitor.get("/api/v1/openapi.json")).json()
    assert document["components"]["securitySchemes"]["key"]["scheme"] == "bearer"
    calls = {path: call["get"] for path, call in document["paths"].items() if path.startswith(LIST)}
    assert {path.removeprefix(LIST): call["security"] for path, call in calls.items()} == {
        "": [{"key": ["assessments"]}],
        "/{assessment_id}": [{"key": ["assessments"]}],
        "/{assessment_id}/report": [{"key": ["reports"]}],
        "/{assessment_id}/report.pdf": [{"key": ["reports"]}],
        "/{assessment_id}/trail": [{"key": ["trail"]}],
    }
    for call in calls.values():
        assert {"401", "403", "429"} <= call["responses"].keys()
    for path, shape in ((f"{LIST}/{name}", "AssessmentLine"), (f"{LIST}/{name}/report", "Report")):
        schema = {"$ref": f"#/components/schemas/{shape}", "components": document["components"]}
        jsonschema_rs.validate(schema, json.loads((await visitor.get(path, headers=key(app, manager))).content))


async def test_the_limit_of_requests_counts_each_key_as_a_client_of_its_own(
    database_url: str, small_catalogue: Catalogue
) -> None:
    app = create_app(Settings(database_url=database_url, rate_limit=3), small_catalogue)
    transport = httpx.ASGITransport(app=app)
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url=BASE) as caller:
        database, keyring = app.state.database, app.state.keyring
        reader = people.reader_of(
            database, keyring, people.member(database, keyring, people.organisation(database, keyring))
        )
        one, two = key(app, reader), key(app, reader)
        statuses = [(await caller.get(LIST, headers=one)).status_code for _ in range(4)]
        assert statuses[-1] == 429 and (await caller.get(LIST, headers=two)).status_code == 200
