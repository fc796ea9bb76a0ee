"""The parts of a draft file, one by one: what fits is taken, and what does not is named with where it stands."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from app.forms import clean
from app.started_about import StartedAbout
from scoring.answers import Answer, problems_of
from scoring.questionnaire import RESERVED, Question, Questionnaire

MOST_LEFT_OUT = 200  # that are listed one by one
OF_ASSESSMENT = ("impacts", "review", "management")  # parts of a report that only an organisation keeps
_ONLY_READ = frozenset({"format", "read_me", "saved", "title", "questionnaire", "version", "hash"})
_PARTS = frozenset({"about", "profile", "answers"})
_REPORT_LINES = frozenset({"scope", "answered_by", "date"})  # of a scoring call’s `about`: made of what is asked here
_SHOWN = 5000  # characters of what was left out


class Twice(list[Any]):
    """The values of a key that stands more than once."""


@dataclass(frozen=True)
class LeftOut:
    """Something that was not taken: where, a code for its words (templates/draft_files/left_out.html), what it said.

    question: the one it belongs to, if there is such a one; remedy: what would be taken instead.
    """

    where: tuple[str, ...]
    code: str
    said: str
    question: Question | None = None
    remedy: str = ""


class Parts:
    """Reads the parts of one draft and gathers what is left out of them."""

    def __init__(self) -> None:
        self.left_out: list[LeftOut] = []

    def leave_out(
        self, where: tuple[str, ...], code: str, said: object, remedy: str = "", question: Question | None = None
    ) -> None:
        """Name one thing that is not taken."""
        place = tuple(shown(part) for part in where)
        self.left_out.append(LeftOut(place, code, "" if said is None else _as_said(said), question, remedy))

    def about(self, said: object) -> StartedAbout | None:
        """What the assessment is about, if all of it holds."""
        known: dict[str, Any] = {}
        for key, value in self._pairs("about", said):
            if isinstance(value, Twice):
                self.leave_out(("about", key), "twice", value)
            elif key in StartedAbout.model_fields:
                known[key] = " ".join(clean(value).split()) if isinstance(value, str) else value
            else:
                code = "made_of_others" if key in _REPORT_LINES else "unknown_key"
                self.leave_out(("about", key), code, value)
        if not known:
            return None
        try:
            return StartedAbout.model_validate(known)
        except ValidationError:
            self.leave_out(("about",), "wrong_about", known)
            return None

    def profile(self, questionnaire: Questionnaire, said: object) -> dict[str, bool]:
        """The facts, each as true or false, or in an object that says so under `holds`."""
        known, found = {fact.id for fact in questionnaire.profile}, {}
        for key, value in self._pairs("profile", said):
            holds = value.get("holds") if isinstance(value, dict) else value
            if isinstance(value, Twice):
                self.leave_out(("profile", key), "twice", value)
            elif key not in known:
                self.leave_out(("profile", key), "unknown_fact", value)
            elif isinstance(holds, bool):
                found[key] = holds
            else:
                self.leave_out(("profile", key), "wrong_fact", value)
        return {fact.id: found[fact.id] for fact in questionnaire.profile if fact.id in found}

    def answers(self, questionnaire: Questionnaire, said: object) -> dict[str, Answer]:
        """The answers, each as the id of an option, or as an object with `option` and `note`."""
        found = {}
        for key, value in self._pairs("answers", said):
            question, where = questionnaire.question.get(key), ("answers", key)
            if isinstance(value, Twice):
                self.leave_out(where, "twice", value, question=question)
            elif question is None:
                self.leave_out(where, "unknown_question", value)
            elif (answer := self._answer(question, value)) is not None:
                found[key] = answer
        return {q.id: found[q.id] for q in questionnaire.questions if q.id in found}

    def others(self, said: Mapping[str, Any]) -> None:
        """Whatever else stands there."""
        for key, value in said.items():
            if isinstance(value, Twice):
                self.leave_out((key,), "twice", value)
            elif key not in _ONLY_READ | _PARTS:
                self.leave_out((key,), "of_assessment" if key in OF_ASSESSMENT else "unknown_key", value)

    def _pairs(self, part: str, said: object) -> Iterator[tuple[str, Any]]:
        if isinstance(said, dict):
            yield from said.items()
        elif said is not None and not isinstance(said, Twice):
            self.leave_out((part,), "wrong_part", said)

    def _answer(self, question: Question, value: object) -> Answer | None:
        where = ("answers", question.id)
        said = value if isinstance(value, dict) else {"option": value}
        option, note = said.get("option"), said.get("note", "")
        if not isinstance(option, str) or not isinstance(note, str):
            self.leave_out(where, "wrong_answer", value, question=question)
            return None
        answer = Answer(option, clean(note))
        problems = problems_of(question, answer, "")
        words = {key: said[key] for key in ("answered", "option", "note") if said.get(key)}
        for problem in problems:
            self.leave_out(where, problem.code, words, self._remedy(question, problem.code), question)
        for key in said.keys() - {"option", "note", "asked", "answered"}:
            self.leave_out((*where, key), "unknown_key", said[key], question=question)
        return None if problems else answer

    @staticmethod
    def _remedy(question: Question, code: str) -> str:
        if code == "wrong_option":
            reserved = RESERVED[:3] if question.not_applicable else RESERVED[:2]
            return ", ".join(dict.fromkeys([*question.level_of, *reserved]))
        return ""


def shown(text: str) -> str:
    """A name as it can be shown: without what no page can hold, and not longer than a line."""
    return clean(text)[:200]


def _as_said(value: object) -> str:
    try:
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=False)
    except RecursionError:
        return "…"
    text = clean(text)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
