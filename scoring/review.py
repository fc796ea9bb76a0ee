"""A review: the levels that a reviewer found, beside those that were answered, and the scores under them.

A verified level never takes the place of an answer: what was answered stays, and both are scored.
"""

from collections.abc import Mapping
from dataclasses import replace

from scoring.answers import Answer, Answers, read_answers
from scoring.engine import Instrument
from scoring.figures import assess
from scoring.questionnaire import Frozen
from scoring.result import Result


class Verified(Frozen):
    """What a reviewer found on one question: an option’s id (a reserved one included, empty for a comment alone)."""

    option: str = ""
    comment: str = ""


class Review(Frozen):
    """Verified levels by question, and the result of the answers with those levels in their place: scores alone."""

    levels: dict[str, Verified]
    result: Result


def make_review(instrument: Instrument, given: Answers, levels: Mapping[str, Verified]) -> Review:
    """The review of a set of answers. Raises InvalidAnswers for a level that its question does not have."""
    ordered = {q.id: levels[q.id] for q in instrument.questionnaire.questions if q.id in levels}
    return Review(levels=ordered, result=assess(instrument, verified_answers(given, levels), ()))


def verified_answers(given: Answers, levels: Mapping[str, Verified]) -> Answers:
    """The answers with each verified level in place of the one given; what nobody verified stays as it was given.

    The note beside a level is the one that was given, or where there is none the reviewer’s comment. A verified level
    counts as shown, whichever it is: somebody looked. Raises InvalidAnswers.
    """
    found = {
        question: Answer(verified.option, given.answer(question).note or verified.comment)
        for question, verified in levels.items()
        if verified.option
    }
    questionnaire, profile = given.questionnaire, given.profile
    return read_answers(questionnaire, profile, {**given.given, **found}, given.impacts, frozenset(found))


def with_confirmed(given: Answers, levels: Mapping[str, Verified]) -> Answers:
    """The answers as they were given, those among them that a reviewer found to hold counted as shown."""
    confirmed = (question for question, verified in levels.items() if verified.option == given.answer(question).option)
    return replace(given, confirmed=frozenset(confirmed))
