"""The scoring API: the domain's figures under the domain's names, and a clear error for every kind of bad input."""

import json
import logging
from collections.abc import Mapping
from typing import Any

import httpx
import jsonschema_rs
import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from app.answer_schema import answer_schema
from app.api_models import ProblemDetails, ScoreReply
from app.catalogue import Catalogue, load_catalogue
from app.score_body import given_answers, read_score_body
from scoring.answers import read_answers
from scoring.engine import Instrument
from scoring.errors import InvalidAnswers
from scoring.figures import assess
from scoring.questionnaire import RESERVED, Questionnaire
from scoring.result import USUAL, WhatIf
from tests import builders
from tests.serving import small, unfinished

pytestmark = pytest.mark.anyio
SCORE = "/api/v1/score"
WHAT_IF = "/api/v1/what-if"
JSON = {"content-type": "application/json"}
WORKED = builders.questionnaire(
    [builders.scenario("arranged_lane")],
    [
        builders.control("post_rotation", arranged_lane="3 key"),
        builders.control("camera_review", arranged_lane=2),
        builders.control("reporting_channel", arranged_lane=1),
    ],
    [builders.recommendation("rotate_posts", lifts={"post_rotation": "evidenced"})],
)
BODY: dict[str, Any] = {
    "questionnaire": "worked_example",
    "version": "1.0.0",
    "about": {
        "organisation": "Sample Border Service",
        "scope": "one post",
        "answered_by": "two sittings, six people, outside moderator",
        "date": "2026-11-21",
    },
    "profile": {},
    "answers": {
        "post_rotation": "on_paper",
        "camera_review": {"option": "operating", "note": "Weekly, shift leader"},
        "reporting_channel": "unknown",
    },
    "include": ["because", "recommendations", "unknowns"],
}


@pytest.fixture
def small_catalogue() -> Catalogue:
    """The worked example of the scoring model beside the small questionnaire and a draft."""
    return load_catalogue([small(), WORKED], [unfinished()])


async def scored(client: httpx.AsyncClient, **fields: object) -> dict[str, Any]:
    answer = await client.post(SCORE, json={**BODY, **fields})
    assert answer.status_code == 200, answer.text
    reply: dict[str, Any] = answer.json()
    return reply


async def problems(client: httpx.AsyncClient, body: object, status: int = 422) -> list[tuple[str, str]]:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    answer = await client.post(SCORE, content=content, headers=JSON)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    details = ProblemDetails.model_validate_json(answer.content)
    assert (details.status, details.type) == (status, "about:blank")
    assert details.title
    assert details.detail
    assert all(item.detail for item in details.errors)
    return [(item.pointer, item.code) for item in details.errors]


async def test_the_worked_example_has_the_figures_of_its_arithmetic(client: httpx.AsyncClient) -> None:
    # Residual = 80 × (1 − 0.8 × effectiveness); inherent 4 × 5 × 4 = 80. Worst end: weighted mean control
    # (3 × 1/3 + 2 × 2/3 + 1 × 0) / 6 = 7/18, under the cap (1 + 2 × 1/3) / 3 = 5/9; best end (7/3 + 1) / 6 = 5/9.
    reply = await scored(client)
    assert reply["overall"]["score"] == pytest.approx(80 * (1 - 0.8 * 7 / 18))
    assert reply["overall"]["interval"] == pytest.approx([80 * (1 - 0.8 * 5 / 9), 80 * (1 - 0.8 * 7 / 18)])
    assert reply["overall"]["band"] == reply["overall"]["band_best"] == "high"
    (scenario,) = reply["scenarios"]
    assert scenario["control_effectiveness"] == pytest.approx([7 / 18, 5 / 9])
    assert [line["points"] for line in scenario["because"]] == pytest.approx([80, -32 / 3, -128 / 9, 0])
    (first,) = reply["recommendations"]
    assert first["benefit"] == pytest.approx(64 * (3 * 2 / 3) / 6)
    assert first["index"] == pytest.approx(first["benefit"] / 2)
    assert reply["unknowns"][0]["question"] == "reporting_channel"
    assert reply["chains"][0]["unknown_share"] == pytest.approx(1 / 6)
    assert reply["completeness"]["unknown"] == 1


async def test_the_reply_is_the_result_of_the_rules_and_echoes_what_it_is_about(client: httpx.AsyncClient) -> None:
    body = read_score_body(json.dumps(BODY).encode())
    answers = read_answers(WORKED, {}, given_answers(body))
    expected = json.loads(assess(Instrument(WORKED), answers, USUAL).model_dump_json())
    assert await scored(client) == expected | {"about": BODY["about"]}


async def test_robustness_is_sent_where_it_is_asked_for_and_is_what_the_rules_give(client: httpx.AsyncClient) -> None:
    answers = read_answers(WORKED, {}, given_answers(read_score_body(json.dumps(BODY).encode())))
    reply = await scored(client, include=["robustness"])
    assert "recommendations" not in reply
    assert reply["robustness"] == json.loads(assess(Instrument(WORKED), answers).model_dump_json())["robustness"]
    assert reply["robustness"]["draws"] == 1000
    assert "robustness" not in await scored(client)


async def test_an_impact_is_raised_with_a_reason_and_never_lowered(client: httpx.AsyncClient) -> None:
    (lane,) = (await scored(client, questionnaire="small", version=None, profile={}, answers={}))["scenarios"][:1]
    raised = {lane["id"]: {"value": 5, "reason": "One post for the whole coast."}}
    sent = {"questionnaire": "small", "version": None, "profile": {}, "answers": {}}
    if lane["impact"] < 5:
        reply = await scored(client, **sent, impacts=raised)
        assert reply["scenarios"][0]["impact"] == 5
        assert reply["scenarios"][0]["inherent"][1] > lane["inherent"][1]
    refused = {"arranged_lane": {"value": 5, "reason": "x"}}
    assert await problems(client, {**BODY, "impacts": refused}) == [("/impacts/arranged_lane/value", "not_raised")]
    as_number = {"trip_sold": {"value": 5.0, "reason": "JSON has one kind of number."}}
    assert (await scored(client, **sent, impacts=as_number))["scenarios"][0]["impact"] == 5
    wrong = {"arranged_lane": {"value": 4.5}}
    found = await problems(client, {**BODY, "impacts": wrong})
    assert ("/impacts/arranged_lane/reason", "missing_key") in found


ASKED = {key: value for key, value in BODY.items() if key not in ("include", "about")}


async def test_what_if_gives_the_scores_before_and_after_and_stores_nothing(client: httpx.AsyncClient) -> None:
    answer = await client.post(WHAT_IF, json=ASKED | {"actions": ["rotate_posts"], "target": "moderate"})
    assert answer.status_code == 200, answer.text
    reply = answer.json()
    scores = await scored(client)
    assert reply["before"]["overall"] == scores["overall"]
    gained = next(r["benefit_alone"] for r in scores["recommendations"] if r["id"] == "rotate_posts")
    assert reply["after"]["overall"]["score"] == pytest.approx(scores["overall"]["score"] - gained)
    assert reply["path"] == {"target": "moderate", "actions": ["rotate_posts"], "effort": 2.0, "cheapest": True}
    plain = (await client.post(WHAT_IF, json=ASKED)).json()
    assert plain["after"] == plain["before"]
    assert "path" not in plain


@pytest.mark.parametrize(
    ("wrong", "found"),
    [
        ({"actions": ["rotate_posts", "nothing"]}, [("/actions/1", "unknown_action")]),
        ({"target": "splendid"}, [("/target", "unknown_band")]),
        ({"include": []}, [("/include", "unknown_key")]),
        ({"actions": "rotate_posts"}, [("/actions", "wrong_type")]),
        ({"answers": {"pear": "ripe"}}, [("/answers/pear", "unknown_question")]),
    ],
)
async def test_what_does_not_fit_a_what_if_is_named(
    client: httpx.AsyncClient, wrong: dict[str, object], found: list[tuple[str, str]]
) -> None:
    answer = await client.post(WHAT_IF, json=ASKED | wrong)
    assert answer.status_code == 422
    assert [(item["pointer"], item["code"]) for item in answer.json()["errors"]] == found


async def test_what_it_is_about_changes_no_figure_and_is_left_out_where_it_was(client: httpx.AsyncClient) -> None:
    reply = await scored(client)
    reply.pop("about")
    assert await scored(client, about=None) == reply


@pytest.mark.parametrize("left_out", ["version", "about", "profile", "include"])
async def test_only_the_questionnaire_and_its_answers_have_to_be_given(
    client: httpx.AsyncClient, left_out: str
) -> None:
    body = {key: value for key, value in BODY.items() if key != left_out}
    answer = await client.post(SCORE, json=body)
    whole = await scored(client)
    if left_out == "about":
        whole.pop("about")
    assert answer.json() == whole


@pytest.mark.parametrize(
    ("include", "present"),
    [
        ([], set()),
        (["unknowns"], {"unknowns"}),
        (["recommendations"], {"recommendations", "measures", "for_others"}),
        (None, {"recommendations", "measures", "for_others", "unknowns"}),
    ],
)
async def test_only_the_parts_asked_for_are_in_the_reply(
    client: httpx.AsyncClient, include: list[str] | None, present: set[str]
) -> None:
    reply = await scored(client, include=include)
    assert reply.keys() & {"recommendations", "measures", "for_others", "unknowns"} == present
    assert ("because" in reply["scenarios"][0]) == (include is None)


async def test_no_answers_at_all_are_scored_as_far_as_nothing_is_known(client: httpx.AsyncClient) -> None:
    reply = await scored(client, answers={})
    assert reply["completeness"]["unanswered"] == 3
    assert reply["overall"]["interval"] == pytest.approx([16, 80])
    assert not reply["overall"]["certain"]


async def test_answers_to_hidden_questions_are_ignored_and_named(client: httpx.AsyncClient) -> None:
    reply = await scored(
        client,
        questionnaire="small",
        profile={"runs_houses": False},
        answers={"house_hidden": "absent", "roster_drawn": "absent"},
    )
    assert reply["ignored"] == ["house_hidden"]
    assert reply["closed"]["sections"] == ["houses"]
    assert [line["id"] for line in reply["closed"]["scenarios"]] == ["stay_sold"]


async def test_a_draft_says_so_in_every_reply(client: httpx.AsyncClient) -> None:
    reply = await scored(client, questionnaire="unfinished", version=None, answers={})
    assert reply["questionnaire"]["draft"] is True
    lines = (await client.get("/api/v1/questionnaires")).json()
    assert {line["id"]: line["draft"] for line in lines} == {
        "small": False,
        "unfinished": True,
        "worked_example": False,
    }
    assert (await client.get("/api/v1/questionnaires/unfinished")).json()["draft"] is True


async def test_nothing_of_a_scoring_call_is_stored_or_logged(
    app: FastAPI, client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await scored(client)
    await problems(client, {**BODY, "answers": {"post_rotation": "kept_by_smith"}})
    with app.state.database.transaction(write=False) as session:
        for table in ("assessment", "answer", "profile_fact"):
            assert session.connection().execute(text(f"SELECT count(*) FROM {table}")).scalar() == 0
    assert "kept_by_smith" not in caplog.text
    assert "shift leader" not in caplog.text


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"answers": {"nothing": "absent"}}, [("/answers/nothing", "unknown_question")]),
        ({"answers": {"a/b~c": "absent"}}, [("/answers/a~1b~0c", "unknown_question")]),
        ({"answers": {"post_rotation": "sometimes"}}, [("/answers/post_rotation", "wrong_option")]),
        ({"answers": {"post_rotation": "evidenced"}}, [("/answers/post_rotation/note", "missing_note")]),
        (
            {"answers": {"post_rotation": {"option": "evidenced", "note": " "}}},
            [("/answers/post_rotation/note", "missing_note")],
        ),
        (
            {"answers": {"post_rotation": {"option": "absent", "note": "x" * 4001}}},
            [("/answers/post_rotation/note", "long_note")],
        ),
        (
            {"answers": {"post_rotation": {"option": "not_applicable", "note": "Why"}}},
            [("/answers/post_rotation", "wrong_option")],
        ),
        (
            {"answers": {"post_rotation": 3, "camera_review": None}},
            [("/answers/post_rotation", "wrong_type"), ("/answers/camera_review", "wrong_type")],
        ),
        ({"answers": {"post_rotation": {"note": "x"}}}, [("/answers/post_rotation/option", "missing_key")]),
        (
            {"answers": {"post_rotation": {"option": "absent", "notes": "x"}}},
            [("/answers/post_rotation/notes", "unknown_key")],
        ),
        (
            {"answers": {"post_rotation": {"option": "absent", "note": 7}}},
            [("/answers/post_rotation/note", "wrong_type")],
        ),
        ({"answers": {"str": {"option": 1}}}, [("/answers/str/option", "wrong_type")]),
        ({"answers": []}, [("/answers", "wrong_type")]),
        ({"profile": {"has_boats": True}}, [("/profile/has_boats", "unknown_fact")]),
        ({"profile": {"has_boats": "yes"}}, [("/profile/has_boats", "wrong_type")]),
        ({"include": ["everything"]}, [("/include/0", "wrong_type")]),
        ({"about": {"organisation": "o" * 401}}, [("/about/organisation", "wrong_type")]),
        ({"about": {"author": "x"}}, [("/about/author", "unknown_key")]),
        ({"score": 1}, [("/score", "unknown_key")]),
        ({"questionnaire": 3}, [("/questionnaire", "wrong_type")]),
    ],
)
async def test_what_does_not_fit_is_refused_with_a_pointer_to_each(
    client: httpx.AsyncClient, fields: dict[str, object], expected: list[tuple[str, str]]
) -> None:
    assert await problems(client, {**BODY, **fields}) == expected


async def test_every_problem_of_a_body_is_named_at_once(client: httpx.AsyncClient) -> None:
    answers = {"post_rotation": "evidenced", "camera_review": "sometimes", "nothing": "absent"}
    assert len(await problems(client, {**BODY, "answers": answers, "profile": {"has_boats": True}})) == 4


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        (b'{"questionnaire":"worked_example","questionnaire":"small"}', ["/questionnaire"]),
        (
            b'{"questionnaire":"worked_example","answers":{"post_rotation":"absent","post_rotation" : "operating"}}',
            ["/answers/post_rotation"],
        ),
        (
            b'{"questionnaire":"worked_example","answers":{"post_rotation":"absent","post_rotatio\\u006e":"operating"}}',
            ["/answers/post_rotation"],
        ),
        (
            b'{"questionnaire":"worked_example","answers":{"post_rotation":{"option":"absent","option":"absent"}}}',
            ["/answers/post_rotation/option"],
        ),
        (b'{"questionnaire":"worked_example","answers":{},"answers":{}}', ["/answers"]),
        (
            b'{"questionnaire":"worked_example","about":{"scope":"a","scope":"b"}, "profile":{"x":true,"x":true}}',
            ["/about/scope", "/profile/x"],
        ),
        (b'{"questionnaire":"worked_example","about":{"scope":"a: \\"b\\":","scope":"b"}}', ["/about/scope"]),
    ],
)
async def test_a_duplicate_key_is_refused_wherever_it_stands(
    client: httpx.AsyncClient, body: bytes, pointers: list[str]
) -> None:
    assert await problems(client, body) == [(pointer, "duplicate_key") for pointer in pointers]


@pytest.mark.parametrize("note", ['"option": "absent"', "a: b :", '\\": ', "\\", ":" * 50, "“é”\n\t:"])
async def test_colons_and_quotes_in_a_note_are_not_taken_for_keys(client: httpx.AsyncClient, note: str) -> None:
    await scored(client, answers={"post_rotation": {"option": "operating", "note": note}})


@given(st.dictionaries(st.text(max_size=6), st.text(max_size=12), max_size=5), st.booleans())
def test_no_text_hides_a_duplicate_key_or_looks_like_one(answers: Mapping[str, str], twice: bool) -> None:
    pairs = [f"{json.dumps(key)}: {json.dumps(value)}" for key, value in answers.items()]
    body = f'{{"questionnaire": "x", "answers": {{{", ".join(pairs + pairs[:1] * twice)}}}}}'
    if twice and pairs:
        with pytest.raises(InvalidAnswers) as refused:
            read_score_body(body.encode())
        assert [problem.code for problem in refused.value.problems] == ["duplicate_key"]
    else:
        assert read_score_body(body.encode()).answers == answers


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff",
        b'{"questionnaire": "\xc3"}',
        b"{'questionnaire': 1}",
        b'{"questionnaire": "\\ud800"}',
        b"[" * 5000,
        b"{}{}",
    ],
)
async def test_a_body_that_is_not_json_in_utf8_cannot_be_read(client: httpx.AsyncClient, body: bytes) -> None:
    assert await problems(client, body, 400) == []


async def test_json_that_is_not_an_object_is_refused(client: httpx.AsyncClient) -> None:
    assert await problems(client, []) == [("", "wrong_type")]


async def test_an_unknown_questionnaire_or_version_is_not_found_and_pointed_to(client: httpx.AsyncClient) -> None:
    assert await problems(client, {**BODY, "questionnaire": "nowhere"}, 404) == [
        ("/questionnaire", "unknown_questionnaire")
    ]
    assert await problems(client, {**BODY, "version": "9.9.9"}, 404) == [("/version", "unknown_version")]


@pytest.mark.parametrize(
    "path", ["/nowhere", "/nowhere/schema", "/small?version=9", "/small/schema?version=9", "/small/x"]
)
async def test_what_is_not_there_answers_404(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(f"/api/v1/questionnaires{path}")
    assert (answer.status_code, answer.json()["status"]) == (404, 404)
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_method_or_a_content_that_is_not_taken_is_said_to_be_so(client: httpx.AsyncClient) -> None:
    wrong = await client.get(SCORE)
    assert (wrong.status_code, wrong.headers["allow"]) == (405, "POST")
    for sent in ({}, {"content-type": "text/plain"}, {"content-type": "application/x-www-form-urlencoded"}):
        answer = await client.post(SCORE, content=b"{}", headers=sent)
        assert (answer.status_code, answer.json()["status"]) == (415, 415)
    named = await client.post(
        SCORE, content=json.dumps(BODY), headers={"content-type": "Application/JSON; charset=utf-8"}
    )
    assert named.status_code == 200


async def test_the_list_names_the_latest_version_of_each_questionnaire(client: httpx.AsyncClient) -> None:
    lines = {line["id"]: line for line in (await client.get("/api/v1/questionnaires")).json()}
    assert lines["small"] == {
        "id": "small",
        "title": "Small agency",
        "chains": ["trafficking", "protection"],
        "version": "1.0.0",
        "hash": small().hash,
        "draft": False,
        "questions": 5,
    }


async def test_a_questionnaire_comes_with_everything_that_is_needed_to_recompute(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/v1/questionnaires/small", params={"version": "1.0.0"})
    assert Questionnaire.model_validate_json(answer.content) == small()
    assert small().content_hash() == answer.json()["hash"]
    question = answer.json()["sections"][1]["questions"][0]
    assert question["options"][0].keys() == {"id", "label", "level", "act_now"}
    assert question["links"] == [{"scenario": "stay_sold", "strength": 3, "key": True}]
    assert answer.json()["recommendations"][2]["follows"] == [{"question": "names_recur", "from": "option_1"}]


async def test_the_document_describes_each_call_with_an_example_that_works(client: httpx.AsyncClient) -> None:
    document = (await client.get("/api/v1/openapi.json")).json()
    for path, shape in ((SCORE, ScoreReply), (WHAT_IF, WhatIf)):
        operation = document["paths"][path]["post"]
        request = operation["requestBody"]["content"]["application/json"]["example"]
        answer = await client.post(path, json=request)
        assert answer.status_code == 200, answer.text
        assert answer.json() == operation["responses"]["200"]["content"]["application/json"]["example"]
        shape.model_validate_json(answer.content)
        assert operation["responses"].keys() == {"200", "400", "403", "404", "408", "413", "415", "422", "429"}
        for response in (response for status, response in operation["responses"].items() if status != "200"):
            assert response["content"].keys() == {"application/problem+json"}
    open_to_all = {
        path for path, calls in document["paths"].items() if not any("security" in c for c in calls.values())
    }
    assert open_to_all == {SCORE, WHAT_IF} | {
        f"/api/v1/questionnaires{path}" for path in ("", "/{questionnaire_id}", "/{questionnaire_id}/schema")
    }


async def test_the_document_s_schemas_hold_for_a_reply_and_for_a_problem(client: httpx.AsyncClient) -> None:
    document = (await client.get("/api/v1/openapi.json")).json()
    for name, value in (
        ("ScoreReply", await scored(client)),
        ("ScoreRequest", BODY),
        ("WhatIf", (await client.post(WHAT_IF, json=ASKED | {"target": "low"})).json()),
        ("ProblemDetails", (await client.post(SCORE, content=b"{", headers=JSON)).json()),
        ("Questionnaire", (await client.get("/api/v1/questionnaires/small")).json()),
    ):
        schema = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
        jsonschema_rs.validate(schema, value)


SMALL_SCHEMA = jsonschema_rs.Draft202012Validator(answer_schema(small()))
QUESTIONS = [question.id for question in small().questions]
OPTIONS = st.sampled_from([*RESERVED, "absent", "on_paper", "operating", "evidenced", "option_0", "option_2", "", "x"])
NOTES = st.sampled_from(["", " ", "A reason", "x" * 4000, "x" * 4001])


@given(
    st.dictionaries(
        st.sampled_from([*QUESTIONS, *QUESTIONS, "nothing"]),
        OPTIONS | st.fixed_dictionaries({"option": OPTIONS}, optional={"note": NOTES}),
        max_size=2,
    ),
    st.dictionaries(st.sampled_from(["runs_houses", "runs_houses", "has_boats"]), st.booleans(), max_size=1),
)
def test_the_json_schema_takes_exactly_what_the_rules_take(answers: dict[str, Any], profile: dict[str, bool]) -> None:
    body = {"questionnaire": "small", "answers": answers, "profile": profile}
    request = read_score_body(json.dumps(body).encode())
    try:
        read_answers(small(), request.profile, given_answers(request))
        fits = True
    except InvalidAnswers:
        fits = False
    assert SMALL_SCHEMA.is_valid(body) == fits


async def test_the_json_schema_is_one_and_names_its_questionnaire(client: httpx.AsyncClient) -> None:
    schema = (await client.get("/api/v1/questionnaires/worked_example/schema")).json()
    jsonschema_rs.meta.validate(schema)
    validator = jsonschema_rs.validator_for(schema)
    assert validator.is_valid(BODY)
    for wrong in ({"questionnaire": "small"}, {"version": "2.0.0"}, {"include": ["x"]}, {"more": 1}, {"answers": []}):
        assert not validator.is_valid({**BODY, **wrong})
