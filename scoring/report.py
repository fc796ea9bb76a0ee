"""The report: one value that page, PDF, JSON, spreadsheet and API only draw, and that anybody can recompute.

It carries the questionnaire with its risk model, the answers and the result. `differences` recomputes every figure.
"""

import json
from collections import Counter
from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Field, ValidationError

from scoring.answers import Answer, Raised, read_answers
from scoring.engine import Instrument
from scoring.errors import InvalidAnswers, InvalidQuestionnaire, InvalidReport
from scoring.figures import assess
from scoring.questionnaire import Frozen, Questionnaire
from scoring.result import Result
from scoring.review import Review, Verified, make_review, with_confirmed

FORMAT: Final = "plumbline-report/1"
TOLERANCE = 1e-6  # a figure that differs by more does not hold
State = Literal["draft", "submitted", "under_review", "final"]
Decision = Literal["", "accepted", "changed", "refused"]
Stated = Mapping[str, Any]  # a report as it was read, and nothing of it parsed
Line = Annotated[str, Field(max_length=400)]
_left_out = Field(default=None, exclude_if=lambda value: value is None)
MARKING_LENGTH: Final = 40  # characters: what stands beside the page’s number


def _whole(value: object) -> object:
    """5.0 as 5: JSON has one kind of number, and JSON Schema calls either an integer."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


class About(Frozen):
    """What an assessment is about and how it was answered: echoed and printed, never scored."""

    organisation: Line = ""
    scope: Line = ""
    answered_by: Line = ""
    date: Line = ""


class Given(Frozen):
    """An answer as it stands in a report."""

    option: str
    note: str = ""


class RaisedImpact(Frozen):
    """An impact that the organisation set higher than the questionnaire does, and why."""

    value: Annotated[int, BeforeValidator(_whole)]
    reason: str


class ManagementAnswer(Frozen):
    """What the management decided on an action; what it left open is empty.

    post: the function that carries it out; due: a date as YYYY-MM-DD; money: whether it takes money.
    """

    decision: Decision = ""
    why: str = ""
    post: str = ""
    due: str = ""
    money: Literal["", "yes", "no"] = ""


class Report(Frozen):
    """Everything a report shows, and everything that is needed to recompute it.

    marking: how it is to be handled, in words that its organisation chose; printed on every page, never scored; review:
    None where nobody has begun one; management: the answers to actions, by recommendation, None where nobody could
    answer yet.
    """

    format: Literal["plumbline-report/1"] = FORMAT
    state: State
    marking: Annotated[str, Field(default="", max_length=MARKING_LENGTH, exclude_if=lambda value: not value)]
    about: About
    questionnaire: Questionnaire
    profile: dict[str, bool]
    answers: dict[str, Given]
    impacts: Annotated[dict[str, RaisedImpact], Field(default_factory=dict)]
    result: Result
    review: Annotated[Review | None, _left_out]
    management: Annotated[dict[str, ManagementAnswer] | None, _left_out]


class Difference(Frozen):
    """A figure or word that does not follow from the answers: where, what the report says, what it should say."""

    pointer: str
    stated: str
    recomputed: str


def make_report(
    instrument: Instrument,
    profile: Mapping[str, bool],
    answers: Mapping[str, Answer],
    about: About,
    state: State,
    impacts: Mapping[str, Raised] = MappingProxyType({}),
    levels: Mapping[str, Verified] | None = None,
    management: Mapping[str, ManagementAnswer] | None = None,
    marking: str = "",
) -> Report:
    """Score the answers and put everything together; `levels`: what a reviewer found. Raises InvalidAnswers."""
    questionnaire = instrument.questionnaire
    checked = with_confirmed(read_answers(questionnaire, profile, answers, impacts), levels or {})
    return Report(
        state=state,
        marking=marking,
        about=about,
        questionnaire=questionnaire,
        profile=dict(profile),
        answers={q.id: Given(**answers[q.id]._asdict()) for q in questionnaire.questions if q.id in answers},
        impacts={s.id: RaisedImpact(**impacts[s.id]._asdict()) for s in questionnaire.scenarios if s.id in impacts},
        result=assess(instrument, checked),
        review=None if levels is None else make_review(instrument, checked, levels),
        management=None if management is None else dict(management),
    )


def read_report(data: bytes | str) -> tuple[Report, Stated]:
    """A report, and its JSON as it was stated (before any parsing that could mend it). Raises InvalidReport."""
    try:
        stated = json.loads(data, object_pairs_hook=_without_twins, parse_int=_bounded)
        if not isinstance(stated, dict):
            raise InvalidReport("This is not a report: it is not a JSON object.")
        if stated.get("format") != FORMAT:
            raise InvalidReport(f"This is not a report that can be read here: its format is not “{FORMAT}”.")
        return Report.model_validate_json(data), stated
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = "/".join(str(part) for part in first["loc"])
        raise InvalidReport(f"The report cannot be read: at /{where}, {first['msg']}.") from error
    except (ValueError, RecursionError) as error:
        raise InvalidReport(f"The report is not JSON: {error}.") from error


def _without_twins(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """An object whose keys are there once: of two equal ones, one program shows the first and another the last."""
    found = dict(pairs)
    if len(found) < len(pairs):
        twin = Counter(key for key, _ in pairs).most_common(1)[0][0]
        raise InvalidReport(f"The report cannot be read: the key “{twin}” is there twice.")
    return found


def _bounded(digits: str) -> int | float:
    """A whole number, as infinity or the like where it is longer than any figure of a report."""
    return int(digits) if len(digits) < 20 else float(digits)


def raised_impacts(impacts: Mapping[str, RaisedImpact]) -> dict[str, Raised]:
    """Impacts as the rules take them."""
    return {name: Raised(raised.value, raised.reason) for name, raised in impacts.items()}


def differences(report: Report, stated: Stated) -> list[Difference]:
    """Recompute everything from the questionnaire and the answers inside the report, and name what does not agree."""
    questionnaire = report.questionnaire
    found = []
    if questionnaire.hash != questionnaire.content_hash():
        content = questionnaire.content_hash()
        found.append(Difference(pointer="/questionnaire/hash", stated=questionnaire.hash, recomputed=content))
    answers = {question: Answer(given.option, given.note) for question, given in report.answers.items()}
    levels = report.review.levels if report.review else {}
    try:
        given = read_answers(questionnaire, report.profile, answers, raised_impacts(report.impacts))
        checked = with_confirmed(given, levels)
        instrument = Instrument(questionnaire)
        found += _compare("/result", stated["result"], _plain(assess(instrument, checked)))
        if report.review:
            reviewed = make_review(instrument, checked, levels)
            found += _compare("/review/result", stated["review"]["result"], _plain(reviewed.result))
    except InvalidAnswers as error:
        return found + [Difference(pointer=p.pointer, stated="", recomputed=p.message) for p in error.problems]
    except InvalidQuestionnaire as error:
        return [*found, Difference(pointer="/questionnaire", stated="", recomputed=str(error))]
    return found


def _plain(result: Result) -> object:
    return json.loads(result.model_dump_json())


def _compare(pointer: str, stated: object, recomputed: object) -> list[Difference]:
    if isinstance(stated, dict) and isinstance(recomputed, dict):
        keys = [*recomputed, *(key for key in stated if key not in recomputed)]
        pairs = [(str(key), stated.get(key, _ABSENT), recomputed.get(key, _ABSENT)) for key in keys]
        return [d for key, a, b in pairs for d in _compare(f"{pointer}/{key}", a, b)]
    if isinstance(stated, list) and isinstance(recomputed, list) and len(stated) == len(recomputed):
        pairs = [(_name(b, i), a, b) for i, (a, b) in enumerate(zip(stated, recomputed, strict=True))]
        return [d for key, a, b in pairs for d in _compare(f"{pointer}/{key}", a, b)]
    numbers = isinstance(stated, int | float) and isinstance(recomputed, int | float)
    if numbers and type(stated) is not bool and type(recomputed) is not bool:
        same = abs(stated - recomputed) <= TOLERANCE  # type: ignore[operator]
    else:
        same = type(stated) is type(recomputed) and stated == recomputed
    return [] if same else [Difference(pointer=pointer, stated=_show(stated), recomputed=_show(recomputed))]


_ABSENT = object()


def _name(item: object, index: int) -> str:
    """What a reader calls an item of a list: its id where it has one."""
    return str(item["id"]) if isinstance(item, dict) and "id" in item else str(index)


def _show(value: object) -> str:
    return "nothing" if value is _ABSENT else json.dumps(value, ensure_ascii=False)[:200]
