"""Answers against a questionnaire: what applies, what is missing, invalid, unknown, not applicable.

Don't know, prefer not to say, not applicable and not answered are four different things (the first two and the last
count at the end being computed, the third leaves numerator and denominator).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import NamedTuple

from scoring.errors import InvalidAnswers, Problem
from scoring.questionnaire import (
    NOT_APPLICABLE,
    PREFER_NOT_TO_SAY,
    RESERVED,
    UNANSWERED,
    UNKNOWN,
    Question,
    Questionnaire,
    Scenario,
    Section,
    holds,
)

NOTE_LIMIT = 4000  # characters; a note names a record, it is not the record
_OPEN_ENDED = (UNKNOWN, PREFER_NOT_TO_SAY, UNANSWERED)


class Answer(NamedTuple):
    """An option's id (a reserved one included) and the note on evidence that goes with it."""

    option: str
    note: str = ""


class Raised(NamedTuple):
    """An impact that an organisation set higher than the questionnaire does, 1 to 5, and why."""

    value: int
    reason: str


NO_ANSWER = Answer(UNANSWERED)
HIGHEST_IMPACT = 5


@dataclass(frozen=True)
class Answers:
    """A profile and answers that fit a questionnaire. Made by `read_answers`, which checks them.

    `confirmed`: the questions whose answers a reviewer has found to hold, so that they count as shown.
    """

    questionnaire: Questionnaire
    profile: Mapping[str, bool]
    given: Mapping[str, Answer]
    impacts: Mapping[str, Raised] = field(default_factory=dict)
    confirmed: frozenset[str] = frozenset()

    @cached_property
    def closed_scenarios(self) -> frozenset[str]:
        """Scenarios that the profile closes."""
        return frozenset(s.id for s in self.questionnaire.scenarios if s.only_if and not holds(s.only_if, self.profile))

    @cached_property
    def hidden(self) -> frozenset[str]:
        """Questions that the profile hides, by their own condition or because all their scenarios are closed."""
        if not self.profile:
            return frozenset()  # a fact not given leaves open whatever hangs on it
        closed = self.closed_scenarios
        return frozenset(
            question.id
            for question in self.questionnaire.questions
            if (question.only_if and not holds(question.only_if, self.profile))
            or (closed and all(link.scenario in closed for link in question.links))
        )

    @property
    def open_scenarios(self) -> list[Scenario]:
        """Scenarios that stay, in the order of the questionnaire."""
        return [s for s in self.questionnaire.scenarios if s.id not in self.closed_scenarios]

    @property
    def asked(self) -> list[Question]:
        """Questions that are on the path (those answered *not applicable* included), in the order of the form."""
        return [q for q in self.questionnaire.questions if q.id not in self.hidden]

    @property
    def closed_sections(self) -> list[Section]:
        """Sections none of whose questions is asked."""
        return [s for s in self.questionnaire.sections if all(q.id in self.hidden for q in s.questions)]

    @property
    def ignored(self) -> list[str]:
        """Answered questions that the profile hides: kept, not scored."""
        ignored = self.hidden & self.given.keys()
        return [q.id for q in self.questionnaire.questions if q.id in ignored] if ignored else []

    def answer(self, question: str) -> Answer:
        """The answer to a question, *unanswered* where there is none."""
        return self.given.get(question, NO_ANSWER)

    def is_open_ended(self, question: str) -> bool:
        """Whether the answer counts at both ends: don't know, prefer not to say, not answered."""
        return self.answer(question).option in _OPEN_ENDED

    @property
    def unanswered(self) -> list[Question]:
        """Asked questions without an answer, in the order of the form."""
        return [q for q in self.asked if self.answer(q.id).option == UNANSWERED]

    @property
    def missing_facts(self) -> list[str]:
        """Profile facts not given."""
        return [fact.id for fact in self.questionnaire.profile if fact.id not in self.profile]


def read_answers(
    questionnaire: Questionnaire,
    profile: Mapping[str, bool],
    answers: Mapping[str, Answer],
    impacts: Mapping[str, Raised] = MappingProxyType({}),
    confirmed: frozenset[str] = frozenset(),
) -> Answers:
    """Check a profile, answers and raised impacts against a questionnaire.

    Unanswered questions are allowed, and so are answers to hidden ones. Raises InvalidAnswers with every problem:
    unknown facts, questions and scenarios, options that the question does not have, notes that are missing or too
    long, impacts that are not raised.
    """
    problems = [
        Problem(f"/profile/{_pointer(fact)}", "unknown_fact", f"This questionnaire has no profile fact “{fact}”.")
        for fact in profile
        if all(fact != known.id for known in questionnaire.profile)
    ]
    by_id, plain = questionnaire.question, questionnaire.needs_no_note
    for question_id, (option, note) in answers.items():
        if option in plain.get(question_id, ()) and len(note) <= NOTE_LIMIT:
            continue  # almost every answer, and an endpoint that scores many shall not write pointers for these
        question, answer = by_id.get(question_id), answers[question_id]
        where = f"/answers/{_pointer(question_id)}"
        if question is None:
            message = f"This questionnaire has no question “{question_id}”."
            problems.append(Problem(where, "unknown_question", message))
        else:
            problems += problems_of(question, answer, where)
    problems += [
        problem for name, raised in impacts.items() for problem in _problems_of_impact(questionnaire, name, raised)
    ]
    if problems:
        raise InvalidAnswers(problems)
    return Answers(questionnaire, profile, answers, impacts, confirmed)


def _problems_of_impact(questionnaire: Questionnaire, name: str, raised: Raised) -> list[Problem]:
    where, scenario = f"/impacts/{_pointer(name)}", questionnaire.scenario.get(name)
    if scenario is None:
        return [Problem(where, "unknown_scenario", f"This questionnaire has no scenario “{name}”.")]
    problems, stands = [], scenario.impact.largest
    if not stands < raised.value <= HIGHEST_IMPACT:
        message = f"An impact can be raised, never lowered: above {stands}, up to {HIGHEST_IMPACT}."
        problems.append(Problem(f"{where}/value", "not_raised", message))
    if not raised.reason.strip():
        problems.append(Problem(f"{where}/reason", "missing_reason", "Say why the impact is higher here."))
    if len(raised.reason) > NOTE_LIMIT:
        message = f"The reason has {len(raised.reason)} characters; at most {NOTE_LIMIT} are kept."
        problems.append(Problem(f"{where}/reason", "long_reason", message))
    return problems


def problems_of(question: Question, answer: Answer, where: str) -> list[Problem]:
    """What is wrong with one answer; `where` is the JSON pointer to it."""
    option, note = answer
    problems = []
    if option not in question.level_of and (
        option not in RESERVED or (option == NOT_APPLICABLE and not question.not_applicable)
    ):
        if option == NOT_APPLICABLE:
            message = "This question cannot be answered “not applicable”; its lowest option says “we do not do this”."
        else:
            options = ", ".join([*question.level_of, *RESERVED[:2]])
            message = f"“{question.id}” has no option “{option}”; it has {options}."
        problems.append(Problem(where, "wrong_option", message))
    elif not note.strip() and option == NOT_APPLICABLE:
        message = "“Not applicable” needs a note with the reason."
        problems.append(Problem(f"{where}/note", "missing_note", message))
    elif not note.strip() and option == question.needs_note:
        asked = question.evidence_asked or "What, when, and where it is kept."
        problems.append(Problem(f"{where}/note", "missing_note", f"The top level needs a note. {asked}"))
    if len(note) > NOTE_LIMIT:
        message = (
            f"The note has {len(note)} characters; at most {NOTE_LIMIT} are kept. Name the record, do not copy it."
        )
        problems.append(Problem(f"{where}/note", "long_note", message))
    return problems


def _pointer(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")
