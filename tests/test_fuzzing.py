"""No call brings the service down: whatever is sent is answered in words, with a status that says what it was.

`make test` makes some thousand calls; `make test-long` makes more than a hundred thousand and prints how many of which
kind, how each was answered and how long it took. A call that fails is printed whole, with what the service raised.
"""

import json
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st

from app.api_models import ProblemDetails
from app.catalogue import Catalogue
from app.main import create_app
from app.settings import Settings
from tests.builders import answer_sets
from tests.fuzzing.caller import Call, Caller, Tally, calling
from tests.fuzzing.calls import House, scoring_call
from tests.fuzzing.described import call_as_described
from tests.fuzzing.mutations import TEXTS, places
from tests.serving import small

WANTED = 100_000


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory, catalogue: Catalogue) -> FastAPI:
    folder = tmp_path_factory.mktemp("fuzzed")
    url = f"sqlite:///{folder / 'plumbline.db'}"
    return create_app(Settings(database_url=url, key_file=folder / "plumbline.key", rate_limit=0), catalogue)


@pytest.fixture(scope="module")
def caller(app: FastAPI) -> Iterator[Caller]:
    with calling(app, Tally()) as made:
        yield made


def call_the_api(caller: Caller, calls: int) -> None:
    """Bodies made from questionnaires and spoiled. Each answer is one that the API’s document names."""
    instruments = [instrument.questionnaire for instrument in caller.app.state.catalogue.latest.values()]
    for number in range(calls):
        call = scoring_call(Random(f"api {number}"), instruments)
        hold_to_the_document(caller, call)


def hold_to_the_document(caller: Caller, call: Call) -> None:
    reply = caller.reply(call)
    described = caller.app.openapi()["paths"][call.target.partition("?")[0]]["post"]["responses"]
    assert str(reply.status) in described, f"The document does not name {reply.status}.\n{call}"
    if reply.status >= 400:
        ProblemDetails.model_validate_json(reply.body)


def answered(caller: Caller, route: str) -> set[int]:
    """With which kinds of status: what is sent must be right often enough to come through."""
    return {status // 100 for called, status in caller.tally.routes if called == route}


def call_the_pages(caller: Caller, calls: int) -> None:
    """Every route that authorisation.yaml names, forms as the pages have them and spoiled ones, by everybody."""
    house, made = House(caller.app, caller), 0
    for number in range(2 * calls):
        if number % 20 == 0 and not house.is_standing():
            house.found()
        made += house.send(Random(f"pages {number}"))
        if made >= calls:
            return
    raise AssertionError(f"Only {made} calls were made.")


def test_whatever_is_sent_to_the_scoring_endpoints_is_answered_as_the_document_says(caller: Caller) -> None:
    call_the_api(caller, 1500)
    for route in ("POST /api/v1/score", "POST /api/v1/what-if"):
        assert {2, 4} <= answered(caller, route)


SHORT = [text for text in TEXTS if len(text) < 99]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(SHORT),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=12,
)


@st.composite
def nearly_right(draw: st.DrawFn) -> bytes:
    """A body that holds but for one or two places, where anything may stand."""
    answers = {question: answer._asdict() for question, answer in draw(answer_sets(small())).items()}
    sent: dict[str, Any] = {"questionnaire": "small", "answers": answers, "profile": {"runs_houses": True}}
    sent |= {"include": [], "about": {"scope": "one post"}, "impacts": {"trip_sold": {"value": 5, "reason": "Two."}}}
    for _ in range(draw(st.integers(1, 2))):
        holder, key = draw(st.sampled_from(places(sent)))
        holder[key] = draw(JSON)
    return json.dumps(sent).encode()


@given(nearly_right() | st.binary(max_size=60))
def test_anything_in_any_place_of_a_body_is_scored_or_refused(caller: Caller, body: bytes) -> None:
    hold_to_the_document(caller, Call("POST", "/api/v1/score", ((b"content-type", b"application/json"),), body))


def test_whatever_is_sent_to_a_page_by_whomever_is_answered(caller: Caller) -> None:
    call_the_pages(caller, 1200)
    assert {2, 3, 4} <= answered(caller, "GET /assessments/{assessment_id}/report")
    for form in ("sections/{section_id}", "profile", "impacts", "plans", "submit"):
        assert {3, 4} <= answered(caller, f"POST /assessments/{{assessment_id}}/{form}")


def test_every_call_that_the_document_allows_and_every_other_is_answered_as_it_says(
    app: FastAPI, caller: Caller
) -> None:
    call_as_described(app, caller.tally, 8, small())


def test_a_defect_would_be_found(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    def defect(*_: object) -> None:
        raise KeyError("option")

    monkeypatch.setattr("app.routes.api.figures", defect)
    with pytest.raises(AssertionError, match="A defect is answered with 500"):
        call_the_api(caller, 100)


@pytest.mark.long
def test_a_hundred_thousand_calls_meet_no_defect(app: FastAPI, caller: Caller, capsys: pytest.CaptureFixture) -> None:
    caller.tally = Tally()
    call_as_described(app, caller.tally, 500, small())
    call_the_api(caller, 55_000)
    call_the_pages(caller, 45_000)
    with capsys.disabled():
        print("\n" + "\n".join(caller.tally.lines()))
    assert caller.tally.total >= WANTED
    assert not [route for route, status in caller.tally.routes if status >= 500]
