"""Answers that sit badly beside each other, or that say more than they should: to be looked at, never to be refused.

Each finding has innocent explanations. It blocks nothing and changes no score; it asks for a second look before
somebody else takes one.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal, get_args

from scoring.answers import Answers
from scoring.questionnaire import LADDER, NOT_APPLICABLE, Question, RiskModel, Scenario

Severity = Literal["take_out", "look_again", "consider"]
SEVERITIES: tuple[Severity, ...] = get_args(Severity)  # in the order in which they are shown
Code = Literal[
    "note_with_address",
    "note_with_number",
    "note_with_plate",
    "note_with_place",
    "note_with_name",
    "thin_evidence",
    "signal_beside_evidence",
    "key_absent_and_low",
    "nothing_applies",
    "operating_without_records",
    "looked_without_records",
    "long_run",
    "all_well",
]
_SEVERITY: dict[Code, Severity] = {
    "thin_evidence": "look_again",
    "signal_beside_evidence": "look_again",
    "key_absent_and_low": "look_again",
    "nothing_applies": "look_again",
}  # notes that hold too much are to be taken out, the others are to be considered

MANY = 8  # answers from which a pattern is one
MOST = 0.8  # share from which something is so almost everywhere
STRONG = 3  # of a link: the scheme runs through exactly this
THIN = 15  # characters below which a note can hardly say what, when and where
_ABSENT, _, _OPERATING, _EVIDENCED = LADDER
_MONTHS = (
    "January|February|March|April|May|June|July|August|September|October|November|December|"
    "Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec"
)
_DATE = (
    r"(?:\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{4}-\d{2}-\d{2}"
    rf"|\d{{1,2}}\.? (?:{_MONTHS})\b|\b(?:{_MONTHS}) \d{{1,2}}\b)"
)
_NO_NAMES = (
    "Annual|Anti|Audit|Body|Board|Border|Bureau|Case|Central|Chief|Commission|Committee|Council|Court|Customs|"
    "Department|Deputy|Directorate|Director|District|Division|External|Federal|File|General|Group|Head|Health|"
    "Inspection|Inspector|Inspectorate|Institute|Integrity|Internal|Justice|Labour|Legal|List|Log|Management|Minutes|"
    "Ministry|Municipal|National|Office|Ombudsman|Parliament|Personnel|Police|Post|Prosecution|Protocol|Public|"
    "Quarterly|Record|Records|Register|Regional|Registry|Report|Review|Room|Rules|Section|Service|Services|Shelter|"
    "Social|Staff|State|Station|Supreme|The|Training|Unit|Victim|Victims|Weekly|"
    "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday"
)
_NAME = rf"(?!(?:{_NO_NAMES}|{_MONTHS})\b)[A-ZÀ-Þ][a-zà-ÿ’'-]+ (?!(?:{_NO_NAMES}|{_MONTHS})\b)[A-ZÀ-Þ][a-zà-ÿ’'-]+"
_TITLED = r"\b(?:Mr|Mrs|Ms|Dr|Sgt|Sergeant|Captain|Lieutenant|Colonel|Major|Constable|Judge) ?\.? [A-ZÀ-Þ][a-zà-ÿ’'-]+"
_PRIVATE: tuple[tuple[Code, re.Pattern[str]], ...] = (
    ("note_with_address", re.compile(r"[\w.+-]+@[\w-]+\.\w{2,}")),
    ("note_with_place", re.compile(r"\b-?\d{1,2}[.,]\d{3,}°?[,;]?\s+-?\d{1,3}[.,]\d{3,}|\d{1,3}°\s?\d{1,2}[′'’]")),
    ("note_with_number", re.compile(r"(?<![\d.-])(?:\+|00?)[1-9](?:[ ()/-]?\d){6,14}(?!\d)")),
    ("note_with_plate", re.compile(r"\b[A-Z]{1,3}[- ]\d{2,4}[- ]?[A-Z]{1,3}\b|\b[A-Z]{1,3}-[A-Z]{1,2} ?\d{1,4}\b")),
    ("note_with_name", re.compile(rf"{_TITLED}|{_NAME}.{{0,25}}?{_DATE}|{_DATE}.{{0,25}}?\b{_NAME}")),
)


@dataclass(frozen=True)
class Doubt:
    """Something to look at again: what kind, how urgently, the answers concerned in the order of the form, and the
    scenario or stage where there is one."""

    code: Code
    questions: tuple[str, ...]
    scenario: str | None = None
    stage: str | None = None

    @property
    def severity(self) -> Severity:
        """How urgently it wants a look."""
        return "take_out" if self.code.startswith("note_with") else _SEVERITY.get(self.code, "consider")


def doubts(answers: Answers, residual: dict[str, float], model: RiskModel) -> list[Doubt]:
    """Everything that wants a second look, the urgent first; `residual`: of the open scenarios, at the worst end."""
    asked = answers.asked
    controls = [q for q in asked if q.kind == "control"]
    found = [
        *_private(answers),
        *_thin(answers, controls),
        *_signals_beside_evidence(answers, asked),
        *_keys(answers, controls, residual, model),
        *_nothing_applies(answers, controls),
        *_without_records(answers, asked),
        *_runs(answers, controls),
        *_all_well(answers, controls),
    ]
    return sorted(found, key=lambda doubt: SEVERITIES.index(doubt.severity))


def _private(answers: Answers) -> Iterator[Doubt]:
    """Notes that hold what could point to a person, a telephone, a vehicle or a place. They may be wrong about it."""
    for question in answers.questionnaire.questions:
        note = answers.answer(question.id).note
        yield from (Doubt(code, (question.id,)) for code, pattern in _PRIVATE if pattern.search(note))


def _thin(answers: Answers, controls: Sequence[Question]) -> Iterator[Doubt]:
    """A top level whose note names no date or number, or hardly anything."""
    for question in controls:
        answer = answers.answer(question.id)
        if answer.option == _EVIDENCED:
            dated = re.search(rf"\d|\b(?:{_MONTHS})\b", answer.note)
            if len(answer.note.strip()) < THIN or not dated:
                yield Doubt("thin_evidence", (question.id,))


def _signals_beside_evidence(answers: Answers, asked: Sequence[Question]) -> Iterator[Doubt]:
    """A signal that shows something, beside safeguards against the same scheme that are said to work with evidence."""
    for signal in asked:
        option = answers.answer(signal.id).option
        if signal.kind != "signal" or option not in signal.level_of or option == signal.options[0].id:
            continue
        schemes = {link.scenario for link in signal.links} - answers.closed_scenarios
        beside = [
            q.id
            for q in asked
            if q.kind == "control"
            and answers.answer(q.id).option == _EVIDENCED
            and any(link.scenario in schemes and link.strength == STRONG for link in q.links)
        ]
        if beside:
            yield Doubt("signal_beside_evidence", (signal.id, *beside))


def _keys(
    answers: Answers, controls: Sequence[Question], residual: dict[str, float], model: RiskModel
) -> Iterator[Doubt]:
    """A residual risk in the lower half of the bands although a key safeguard is absent."""
    for scenario, value in residual.items():
        absent = [
            q.id
            for q in controls
            if answers.answer(q.id).option == _ABSENT and any(li.key and li.scenario == scenario for li in q.links)
        ]
        if absent and model.band(value) < len(model.bands) // 2:
            yield Doubt("key_absent_and_low", tuple(absent), scenario=scenario)


def _nothing_applies(answers: Answers, controls: Sequence[Question]) -> Iterator[Doubt]:
    """A stage in which every safeguard that may be called not applicable was."""
    stages: dict[str, list[Scenario]] = {}
    for scenario in answers.open_scenarios:
        stages.setdefault(scenario.stage, []).append(scenario)
    for stage, scenarios in stages.items():
        ids = {scenario.id for scenario in scenarios}
        optional = [q for q in controls if q.not_applicable and any(link.scenario in ids for link in q.links)]
        if len(optional) > 1 and all(answers.answer(q.id).option == NOT_APPLICABLE for q in optional):
            yield Doubt("nothing_applies", tuple(q.id for q in optional), stage=stage)


def _without_records(answers: Answers, asked: Sequence[Question]) -> Iterator[Doubt]:
    """Operating, or looked and found none, almost everywhere without a record named."""
    operating = [q.id for q in asked if q.kind == "control" and answers.answer(q.id).option == _OPERATING]
    clean = [q.id for q in asked if q.kind == "signal" and answers.answer(q.id).option == q.options[0].id]
    several: tuple[tuple[Code, list[str], int], ...] = (
        ("operating_without_records", operating, MANY),
        ("looked_without_records", clean, MANY // 2),
    )
    for code, said, least in several:
        bare = [name for name in said if not answers.answer(name).note.strip()]
        if len(said) >= least and len(bare) >= MOST * len(said):
            yield Doubt(code, tuple(bare))


def _runs(answers: Answers, controls: Sequence[Question]) -> Iterator[Doubt]:
    """The same level many times running."""
    for option, run in groupby(controls, key=lambda q: answers.answer(q.id).option):
        members = tuple(q.id for q in run)
        if option in LADDER and len(members) >= MANY:
            yield Doubt("long_run", members)


def _all_well(answers: Answers, controls: Sequence[Question]) -> Iterator[Doubt]:
    """Nearly every safeguard operates or works, none is absent, and nothing is unknown."""
    given = [answers.answer(q.id).option for q in controls]
    good = sum(option in (_OPERATING, _EVIDENCED) for option in given)
    known = not any(answers.is_open_ended(q.id) for q in answers.asked)
    if known and len(given) >= MANY and _ABSENT not in given and good >= MOST * len(given):
        yield Doubt("all_well", ())
