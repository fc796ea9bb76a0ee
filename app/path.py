"""The path of an assessment: which sections are asked, how far each is, and which fact closed what.

Worked out anew from the profile and the answers each time; nothing of it is stored.
"""

from dataclasses import dataclass
from typing import Literal

from app.errors import OffThePath
from app.forms import act_now
from scoring.answers import Answers
from scoring.questionnaire import UNANSWERED, ProfileFact, Question, Questionnaire, Section

State = Literal["not_started", "begun", "complete", "closed"]


@dataclass(frozen=True)
class Closing:
    """A profile fact whose answer closes something."""

    fact: ProfileFact
    given: bool


@dataclass(frozen=True)
class Stretch:
    """One section as far as it is on the path; `closed_by` says why nothing of it is asked."""

    section: Section
    asked: tuple[Question, ...]
    answered: int
    closed_by: tuple[Closing, ...] = ()

    @property
    def state(self) -> State:
        """Where it stands."""
        if not self.asked:
            return "closed"
        if self.answered == len(self.asked):
            return "complete"
        return "begun" if self.answered else "not_started"


@dataclass(frozen=True)
class Hidden:
    """A question that is not asked although its section is, and the facts that hide it."""

    question: Question
    closed_by: tuple[Closing, ...]


@dataclass(frozen=True)
class Alarm:
    """A chosen answer that calls for something to be done at once."""

    section: Section
    question: Question
    act_now: str


def stretches(checked: Answers) -> list[Stretch]:
    """Every section in the order of the form."""
    return [_stretch(checked, section) for section in checked.questionnaire.sections]


def _stretch(checked: Answers, section: Section) -> Stretch:
    asked = tuple(q for q in section.questions if q.id not in checked.hidden)
    answered = sum(checked.answer(q.id).option != UNANSWERED for q in asked)
    closings = () if asked else _merged([closed_by(checked, q) for q in section.questions])
    return Stretch(section, asked, answered, closings)


def stretch(checked: Answers, section_id: str) -> Stretch:
    """One section that is asked. Raises OffThePath for one that is not, or that does not exist."""
    for section in checked.questionnaire.sections:
        if section.id == section_id and (found := _stretch(checked, section)).asked:
            return found
    raise OffThePath("There is no such section in this assessment.")


def after(checked: Answers, section_id: str) -> Section | None:
    """The next section that is asked, None after the last."""
    sections = checked.questionnaire.sections
    place = [section.id for section in sections].index(section_id)
    asked = (s for s in sections[place + 1 :] if any(q.id not in checked.hidden for q in s.questions))
    return next(asked, None)


def closed_by(checked: Answers, question: Question) -> tuple[Closing, ...]:
    """The facts that hide a question: those of its own condition, else those that close all its scenarios."""
    own = _failing(checked, question.only_if)
    if own:
        return own
    scenarios = checked.questionnaire.scenario
    return _merged([_failing(checked, scenarios[link.scenario].only_if) for link in question.links])


def hidden(checked: Answers) -> list[Hidden]:
    """Questions that are left out of sections that are otherwise asked."""
    return [
        Hidden(question, closed_by(checked, question))
        for found in stretches(checked)
        if found.asked
        for question in found.section.questions
        if question.id in checked.hidden
    ]


def alarms(checked: Answers) -> list[Alarm]:
    """What the answers given so far call for at once."""
    return [
        Alarm(found.section, question, text)
        for found in stretches(checked)
        for question in found.asked
        if (text := act_now(question, checked.answer(question.id)))
    ]


def numbers(questionnaire: Questionnaire) -> dict[str, int]:
    """The number of each question, the same on every page whatever the profile hides."""
    return {question.id: place for place, question in enumerate(questionnaire.questions, start=1)}


def _failing(checked: Answers, condition: dict[str, bool]) -> tuple[Closing, ...]:
    return tuple(
        Closing(fact, checked.profile[fact.id])
        for fact in checked.questionnaire.profile
        if fact.id in condition and checked.profile.get(fact.id, condition[fact.id]) is not condition[fact.id]
    )


def _merged(closings: list[tuple[Closing, ...]]) -> tuple[Closing, ...]:
    return tuple(dict.fromkeys(closing for group in closings for closing in group))
