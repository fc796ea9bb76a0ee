"""A review beside the answers: both are scored, neither takes the other’s place, and anybody can recompute both.

The figures are those of the worked example (tests/cases): 496/9 as answered; 560/9 with the cameras on paper; with the
cameras unknown the worst end is at level 0: mean (3·1/3)/6 = 1/6, 80·(1 − 0.8/6) = 80·13/15 = 208/3.
"""

import json

import pytest

from scoring.answers import Answer, read_answers
from scoring.engine import Instrument
from scoring.errors import InvalidAnswers
from scoring.figures import assess
from scoring.report import About, Report, differences, make_report, read_report
from scoring.review import Verified, make_review, verified_answers
from tests.builders import control, questionnaire, scenario

ASKED = questionnaire(
    [scenario("arranged_lane", stage="border_crossing", baseline=4, impact=5)],
    [
        control("post_rotation", arranged_lane="3 key"),
        control("camera_review", arranged_lane=2),
        control("reporting_channel", not_applicable=True, arranged_lane=1),
    ],
)
GIVEN = {
    "post_rotation": Answer("on_paper"),
    "camera_review": Answer("operating", "Weekly"),
    "reporting_channel": Answer("unknown"),
}
INSTRUMENT = Instrument(ASKED)


def reported(**levels: str) -> Report:
    found = {question: Verified(option=option, comment="Seen") for question, option in levels.items()}
    return make_report(INSTRUMENT, {}, GIVEN, About(), "under_review", levels=found)


def scores(report: Report) -> tuple[float, float]:
    assert report.review
    return report.result.overall.score, report.review.result.overall.score


def test_what_was_answered_is_scored_as_before_and_the_verified_level_beside_it() -> None:
    assert scores(reported(camera_review="on_paper")) == pytest.approx((496 / 9, 560 / 9))
    assert scores(reported(camera_review="unknown")) == pytest.approx((496 / 9, 208 / 3))
    assert reported(camera_review="on_paper").answers["camera_review"].option == "operating"


def test_a_comment_alone_and_no_level_at_all_change_no_figure() -> None:
    for levels in ({}, {"camera_review": ""}):
        report = reported(**levels)
        assert scores(report) == pytest.approx((496 / 9, 496 / 9))
    assert make_report(INSTRUMENT, {}, GIVEN, About(), "submitted").review is None


def test_what_a_reviewer_confirmed_counts_as_shown_and_the_rest_as_before() -> None:
    given = GIVEN | {"camera_review": Answer("operating"), "post_rotation": Answer("evidenced", "Draw of May")}

    def shown(**levels: str) -> tuple[float, int]:
        found = {question: Verified(option=option) for question, option in levels.items()}
        report = make_report(INSTRUMENT, {}, given, About(), "under_review", levels=found)
        return report.result.overall.as_far_as_shown.score, report.result.overall.as_far_as_shown.unshown

    # Shown: rotation 2/3, cameras 1/3, mean (2 + 2/3)/6 = 4/9, 80·(1 − 0.8·4/9) = 464/9.
    assert shown() == pytest.approx((464 / 9, 2))
    # Cameras confirmed at 2/3: (2 + 4/3)/6 = 5/9, 80·5/9; rotation as well: (3 + 4/3)/6 = 13/18, 304/9.
    assert shown(camera_review="operating") == pytest.approx((400 / 9, 1))
    assert shown(camera_review="operating", post_rotation="evidenced") == pytest.approx((304 / 9, 0))
    # Found otherwise is not confirmed: as answered it stays unshown.
    assert shown(camera_review="on_paper") == pytest.approx((464 / 9, 2))


def test_the_verified_view_counts_what_was_looked_at_as_shown() -> None:
    checked = read_answers(ASKED, {}, GIVEN | {"camera_review": Answer("absent")})
    review = make_review(INSTRUMENT, checked, {"camera_review": Verified(option="operating", comment="Three logs")})
    assert review.result.overall.score == pytest.approx(496 / 9)
    assert review.result.overall.as_far_as_shown.score == pytest.approx(496 / 9)


def test_a_level_that_needs_a_note_takes_the_comment_where_the_answer_has_none() -> None:
    checked = read_answers(ASKED, {}, GIVEN)
    with pytest.raises(InvalidAnswers):
        verified_answers(checked, {"post_rotation": Verified(option="evidenced")})
    found = {
        "post_rotation": Verified(option="evidenced", comment="Draws of March"),
        "camera_review": Verified(option="evidenced"),
    }
    verified = verified_answers(checked, found)
    assert verified.answer("post_rotation") == Answer("evidenced", "Draws of March")
    assert verified.answer("camera_review") == Answer("evidenced", "Weekly")


@pytest.mark.parametrize("option", ["sometimes", "unanswered_yet"])
def test_a_level_that_the_question_does_not_have_is_refused(option: str) -> None:
    with pytest.raises(InvalidAnswers, match="has no option"):
        reported(camera_review=option)


def test_a_level_can_say_that_something_does_not_apply_and_leaves_the_score_then() -> None:
    report = reported(reporting_channel="not_applicable")
    # Without the channel: (3·1/3 + 2·2/3)/5 = 7/15, 80·(1 − 0.8·7/15) = 80·47/75 = 752/15.
    assert scores(report) == pytest.approx((496 / 9, 752 / 15))


def test_both_results_are_recomputed_from_the_report_and_an_edit_of_either_is_named() -> None:
    data = reported(camera_review="on_paper", post_rotation="on_paper").model_dump_json()
    assert differences(*read_report(data)) == []
    for part, pointer in ((("result",), "/result"), (("review", "result"), "/review/result")):
        content = json.loads(data)
        edited = content
        for key in part:
            edited = edited[key]
        edited["overall"]["score"] -= 5
        found = differences(*read_report(json.dumps(content)))
        assert [difference.pointer for difference in found] == [f"{pointer}/overall/score"]
    content = json.loads(data)
    content["review"]["levels"]["camera_review"]["option"] = "absent"
    assert {d.pointer.split("/")[1] for d in differences(*read_report(json.dumps(content)))} == {"review"}
    content["review"]["levels"]["camera_review"]["option"] = "operating"
    assert {d.pointer.split("/")[1] for d in differences(*read_report(json.dumps(content)))} == {"review"}


def test_a_report_without_review_and_management_is_written_as_it_always_was() -> None:
    content = json.loads(make_report(INSTRUMENT, {}, GIVEN, About(), "submitted").model_dump_json())
    assert list(content) == ["format", "state", "about", "questionnaire", "profile", "answers", "impacts", "result"]


def test_the_verified_result_is_that_of_a_set_of_answers_that_says_the_same() -> None:
    report = reported(camera_review="on_paper", reporting_channel="absent")
    said = GIVEN | {"camera_review": Answer("on_paper"), "reporting_channel": Answer("absent")}
    assert report.review
    alone = assess(INSTRUMENT, read_answers(ASKED, {}, said), ())
    assert report.review.result.chains[0].stages == alone.chains[0].stages
    assert report.review.result.overall.score == alone.overall.score
