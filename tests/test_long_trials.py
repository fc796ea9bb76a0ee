"""Trials that take minutes, under `make test-long`: far more random cases than `make test` affords."""

import json

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.catalogue import load_catalogue
from app.errors import BadRequest, NotFound
from app.score_body import read_score_body
from scoring.answers import read_answers
from scoring.engine import Instrument
from scoring.errors import InvalidAnswers, InvalidReport
from scoring.figures import assess
from scoring.report import read_report
from scoring.result import USUAL
from tests.builders import cases
from tests.oracle import expected
from tests.scoring.agreement import disagreements
from tests.serving import small

pytestmark = pytest.mark.long

WORDS = st.sampled_from(["questionnaire", "answers", "profile", "about", "include", "option", "note", "small"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | WORDS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS | st.text(max_size=12), inner, max_size=5),
    max_leaves=25,
)


@settings(max_examples=4000, derandomize=False)
@given(cases())
def test_every_figure_agrees_with_the_plain_loop_in_thousands_of_cases(case):
    asked, profile, answers = case
    found = assess(Instrument(asked), read_answers(asked, profile, answers), USUAL).model_dump(mode="json")
    assert disagreements(found, expected(asked, profile, answers)) == []


@settings(max_examples=20000, derandomize=False)
@given(JSON | st.binary(max_size=200))
def test_any_body_is_scored_or_refused_in_words(sent):
    body = sent if isinstance(sent, bytes) else json.dumps(sent).encode()
    catalogue = load_catalogue([small()])
    said = ""
    try:
        request = read_score_body(body)
        said = catalogue.instrument(request.questionnaire, request.version).questionnaire.title
    except (BadRequest, InvalidAnswers, NotFound) as refusal:
        said = str(refusal)
    assert said


@settings(max_examples=20000, derandomize=False)
@given(JSON | st.binary(max_size=200))
def test_any_file_is_read_as_a_report_or_refused_in_words(sent):
    body = sent if isinstance(sent, bytes) else json.dumps(sent).encode()
    with pytest.raises(InvalidReport, match="report"):
        read_report(body)


@pytest.mark.anyio
async def test_a_thousand_broken_bodies_never_bring_the_endpoint_down(client: httpx.AsyncClient):
    good = json.dumps({"questionnaire": "small", "answers": {}, "include": []}).encode()
    headers = {"Content-Type": "application/json"}
    for place in range(1000):
        at = place % len(good)
        broken = good[:at] + bytes([place % 256]) + good[at + 1 :]
        reply = await client.post("/api/v1/score", content=broken, headers=headers)
        assert reply.status_code in (200, 400, 404, 422)
