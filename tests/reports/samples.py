"""Reports for the tests: one with everything that a report can show, and a few that differ from it in one thing."""

from collections.abc import Mapping

from scoring.answers import Answer
from scoring.engine import Instrument
from scoring.questionnaire import Evidence, Question, Questionnaire
from scoring.report import About, ManagementAnswer, Report, State, make_report
from scoring.review import Verified
from tests.builders import control, exposure, questionnaire, recommendation, scenario, signal

ABOUT = About(
    organisation="Sample Border Service",
    scope="One post: the smallest crossing",
    answered_by="Two sittings, six people, outside moderator",
    date="2026-11-21",
)
PROFILE = {"has_cells": False, "watches_coast": True}
ANSWERS = {
    "alone_at_night": Answer("option_2"),
    "cash_taken": Answer("unknown"),
    "post_rotation": Answer("on_paper"),
    "camera_review": Answer("operating", "Weekly, shift leader"),
    "booth_draw": Answer("evidenced", "Compared on 3 May, audit room 12"),
    "reporting_channel": Answer("unknown"),
    "gift_register": Answer("not_applicable", "No gift was ever offered in kind"),
    "address_list": Answer("absent"),
    "coast_plan": Answer("prefer_not_to_say"),
    "cell_register": Answer("operating"),
    "recurring_officer": Answer("option_1", "Traced in June"),
    "complaints": Answer("option_0"),
}


def act_at_once(question: Question) -> Question:
    """The question with something to do at once from its middle option on."""
    calm, *rest = question.options
    urgent = tuple(option.model_copy(update={"act_now": "Ask today whether anybody is in danger."}) for option in rest)
    return question.model_copy(update={"options": (calm, *urgent)})


def sample_questionnaire(draft: bool = False) -> Questionnaire:
    """Three chains, each kind of question, every lane, a section and a scenario that the profile closes."""
    scenarios = [
        scenario("arranged_lane", weight=3),
        scenario("boat_let_through", baseline=3.5, only_if={"watches_coast": True}),
        scenario("case_dropped", stage="trial", impact={"justice": 4, "victims": 2}),
        scenario("address_sold", stage="shelter", baseline=3, impact=4, weight=2),
        scenario("held_until_paid", stage="support", only_if={"has_cells": True}),
    ]
    questions = {
        "posts": [
            exposure("alone_at_night", arranged_lane=3, boat_let_through=2),
            exposure("cash_taken", case_dropped=1),
            control("post_rotation", arranged_lane="3 key"),
            control("camera_review", arranged_lane=2),
            control("booth_draw", arranged_lane=1, boat_let_through=1),
        ],
        "oversight": [
            control("reporting_channel", arranged_lane=1, case_dropped="2 key"),
            control("gift_register", not_applicable=True, case_dropped=1),
            control("address_list", address_sold="3 key"),
            control("coast_plan", boat_let_through="2 key"),
            act_at_once(signal("recurring_officer", arranged_lane=2)),
            signal("complaints", address_sold=1),
        ],
        "cells": [control("cell_register", held_until_paid="3 key", only_if={"has_cells": True})],
    }
    recommendations = [
        recommendation("protect_addresses", lifts={"address_list": "evidenced"}, duty="victim_safety", effort="M"),
        recommendation("rotate_posts", lifts={"post_rotation": "evidenced"}),
        recommendation("rotate_posts_on_paper_only", lifts={"post_rotation": "operating"}, effort="L"),
        recommendation("never_alone", lowers={"alone_at_night": "option_0"}, effort="XL"),
        recommendation("open_a_channel", lifts={"reporting_channel": "operating"}),
        recommendation("trace_passages", follows={"recurring_officer": "option_1"}),
        recommendation("draw_booths", lifts={"booth_draw": "operating"}),
        recommendation("keep_cameras", lifts={"camera_review": "operating"}, duty="law"),
        recommendation("plan_the_coast", lifts={"coast_plan": "operating"}, effort="L"),
        recommendation("appoint_somebody"),
        recommendation("pay_for_cameras", lifts={"camera_review": "evidenced"}, addressee="donor"),
        recommendation("adopt_a_law", addressee="parliament"),
    ]
    made = questionnaire(scenarios, questions, recommendations)
    evidence = (
        Evidence(
            id="SRC-001", document="A paper", year=2011, section="2", claim="Officers decide alone.", explicit=True
        ),
        Evidence(id="SRC-002", document="A book", year=None, section="7", claim="Rotate posts.", explicit=False),
        Evidence(
            id="STD-001",
            document="Treaties",
            year=None,
            section="Article 8",
            claim="Codes of conduct.",
            explicit=True,
            other_standard=True,
        ),
    )
    changed = {"evidence": evidence, "draft": draft, "stages_left_out": {"recruitment": "It happens inland."}}
    return made.model_copy(update=changed).sealed()


def sample_report(
    *,
    draft: bool = False,
    state: State = "submitted",
    about: Mapping[str, str] | None = None,
    answers: Mapping[str, Answer] | None = None,
    levels: Mapping[str, Verified] | None = None,
    management: Mapping[str, ManagementAnswer] | None = None,
) -> Report:
    """The report of the sample, with other lines about it or other answers where they are given."""
    instrument = Instrument(sample_questionnaire(draft))
    lines = About(**(ABOUT.model_dump() | dict(about or {})))
    given = {**ANSWERS, **(answers or {})}
    return make_report(instrument, PROFILE, given, lines, state, levels=levels, management=management)
