"""How many answers a redacted report gives away to somebody who knows the profile and all other answers.

Such a reader tries the options of what they do not know one after the other, and compares what is shown. An answer is
given away where only the true option gives the same report. Redacted reports are compared as values, so that nothing
that page and PDF draw is left out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from random import Random
from types import MappingProxyType

from scoring.answers import Answer, Answers, read_answers
from scoring.engine import Instrument
from scoring.figures import assess
from scoring.questionnaire import Question
from scoring.redacted import Redacted, redacted
from scoring.report import Given, Report
from scoring.review import Verified, make_review, with_confirmed

REVIEWED = 5  # safeguards that the reviewer finds one level lower than they were answered


@dataclass(frozen=True)
class Trial:
    """A report of which somebody knows all answers but some; scored without what `redacted` does not read."""

    instrument: Instrument
    report: Report

    def shown(self, options: Mapping[str, str] = MappingProxyType({})) -> Redacted:
        """What would be shown if these questions had been answered so."""
        report, levels = self.report, self.report.review.levels if self.report.review else {}
        tried = report.answers | {name: Given(option=option, note="noted") for name, option in options.items()}
        given = self._read(tried)
        changed = {
            "answers": tried,
            "result": assess(self.instrument, with_confirmed(given, levels), ()),
            "review": make_review(self.instrument, given, levels) if report.review else None,
        }
        return redacted(report.model_copy(update=changed))

    @property
    def asked(self) -> list[Question]:
        """The questions that such a reader tries out."""
        return self._read(self.report.answers).asked

    @cached_property
    def is_shown(self) -> Redacted:
        """What is shown of the true answers."""
        return self.shown()

    def given_away(self) -> list[str]:
        """The questions whose answers can be worked out from all others."""
        return [question.id for question in self.asked if self._is_given_away(question)]

    def pairs_given_away(self, number: int) -> int:
        """How many of so many pairs of questions, drawn with a seed, can be worked out from all other answers."""
        drawn = Random(self.report.questionnaire.id)
        return sum(self._is_given_away(*drawn.sample(self.asked, 2)) for _ in range(number))

    def _is_given_away(self, *questions: Question) -> bool:
        names = [question.id for question in questions]
        true = tuple(self.report.answers[name].option for name in names)
        tried = product(*([option.id for option in question.options] for question in questions))
        return not any(
            self.shown(dict(zip(names, options, strict=True))) == self.is_shown for options in tried if options != true
        )

    def _read(self, given: Mapping[str, Given]) -> Answers:
        answers = {name: Answer(answer.option, answer.note) for name, answer in given.items()}
        return read_answers(self.report.questionnaire, self.report.profile, answers, {})


def reviewed(report: Report, instrument: Instrument) -> Report:
    """The same report, signed off by a reviewer who found some safeguards lower than they were answered."""
    levels = {}
    for question in report.questionnaire.questions:
        options = [option.id for option in question.options]
        given = report.answers[question.id].option if question.id in report.answers else ""
        if question.kind == "control" and given in options[1:]:
            levels[question.id] = Verified(option=options[options.index(given) - 1], comment="No record was found")
    few = {name: levels[name] for name in Random(report.questionnaire.id).sample(sorted(levels), REVIEWED)}
    answers = {name: Answer(given.option, given.note) for name, given in report.answers.items()}
    given = read_answers(report.questionnaire, report.profile, answers, {})
    return report.model_copy(update={"state": "final", "review": make_review(instrument, given, few)})
