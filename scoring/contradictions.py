"""What makes a questionnaire impossible to score: references to nothing, ids given twice, options out of order.

The catalogue checks far more, with file and line; this is what the engine itself rests on, also for a questionnaire
that comes inside somebody's report.
"""

from collections import Counter
from collections.abc import Iterator

from scoring.questionnaire import LADDER, Question, Questionnaire, Recommendation, RiskModel


def contradictions(questionnaire: Questionnaire) -> list[str]:
    """Everything that keeps a questionnaire from being compiled, in sentences; empty if nothing does."""
    return list(_contradictions(questionnaire))


def _contradictions(questionnaire: Questionnaire) -> Iterator[str]:
    parts = {
        "question": [question.id for question in questionnaire.questions],
        "scenario": [scenario.id for scenario in questionnaire.scenarios],
        "recommendation": [recommendation.id for recommendation in questionnaire.recommendations],
    }
    for part, ids in parts.items():
        for name, count in Counter(ids).items():
            if count > 1:
                yield f"The {part} “{name}” is there {count} times."
    if not questionnaire.scenarios:
        yield "There is no scenario."
    stages = {(chain.id, stage.id) for chain in questionnaire.chains for stage in chain.stages}
    for scenario in questionnaire.scenarios:
        if (scenario.chain, scenario.stage) not in stages:
            yield f"The scenario “{scenario.id}” is at a stage that its chain does not have, “{scenario.stage}”."
    for question in questionnaire.questions:
        yield from _of_question(questionnaire, question)
    for recommendation in questionnaire.recommendations:
        yield from _of_recommendation(questionnaire, recommendation)
    yield from _of_risk_model(questionnaire.risk_model)


def _of_question(questionnaire: Questionnaire, question: Question) -> Iterator[str]:
    options = [option.id for option in question.options]
    levels = [option.level for option in question.options]
    if question.kind == "control" and tuple(options) != LADDER:
        yield f"The options of the control “{question.id}” are not {', '.join(LADDER)}."
    if not levels or levels != sorted(levels) or len(set(options)) < len(options):
        yield f"The options of “{question.id}” do not go from the lowest level to the highest, each once."
    for link in question.links:
        if link.scenario not in questionnaire.scenario:
            yield f"“{question.id}” bears on a scenario that is not there, “{link.scenario}”."


def _of_recommendation(questionnaire: Questionnaire, recommendation: Recommendation) -> Iterator[str]:
    named = [("a control", move.question, move.to) for move in recommendation.lifts]
    named += [("an exposure", move.question, move.to) for move in recommendation.lowers]
    named += [("a signal", follow.question, follow.from_) for follow in recommendation.follows]
    for kind, name, option in named:
        question = questionnaire.question.get(name)
        if question is None or kind.split()[-1] != question.kind or option not in question.level_of:
            yield f"“{recommendation.id}” names an option of {kind} that is not there, “{name}: {option}”."
    if recommendation.effort not in questionnaire.risk_model.efforts:
        yield f"The risk model has no effort “{recommendation.effort}”."


def _of_risk_model(model: RiskModel) -> Iterator[str]:
    if len(model.bands) < 2 or any(
        a.at_least >= b.at_least for a, b in zip(model.bands, model.bands[1:], strict=False)
    ):
        yield "The bands of the risk model are not at least two, from the lowest up."
    if not 0 <= model.compare_decimals.value <= 12:
        yield "The risk model compares figures at a number of decimals that is not between 0 and 12."
    if not 0 <= model.floor_steps.value <= len(model.bands):
        yield "The floor of the risk model is not a number of bands."
    if not model.cap_parts.value >= 1:
        yield "The cap of the risk model has fewer than one part."
    if not all(effort > 0 for effort in model.efforts.values()):
        yield "The efforts of the risk model are not all above 0."
