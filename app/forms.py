"""Posted fields to answers, facts and what an assessment is about, and back; with every error, in question order.

Pure: knows neither web nor database. A field's name is `answer.<question>`, `note.<question>`, `version.<question>`,
`settle.<question>`, `offered.<question>`, `confirmed.<question>` or `fact.<fact>`; the words for each error code are in
templates/components/errors.html.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, NamedTuple, Protocol

from scoring.answers import Answer, problems_of
from scoring.questionnaire import UNANSWERED, ProfileFact, Question

Fields = Mapping[str, str]
SHORT = 200  # characters of a line
_UNANSWERED = Answer(UNANSWERED)
_BASE = re.compile(r"([0-9]{1,9})-([0-9a-f]{12})")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True)
class FieldError:
    """What is wrong with one field: its name, the element to jump to, a code, and the question it belongs to."""

    field: str
    anchor: str
    code: str
    question: Question | None = None
    count: int = 0


class Offered(Protocol):
    """An answer that was given elsewhere and is offered here (app.other_assessments)."""

    @property
    def answer(self) -> Answer:
        """The answer."""

    @property
    def agency(self) -> str:
        """The id of the agency as which it was given."""


class Settled(NamedTuple):
    """Two people’s answers to one question: what is saved now, and which of the two was chosen, if any."""

    saved: Answer
    chosen: Literal["saved", "mine", ""]


class Entry(NamedTuple):
    """One question as its fields show it: the answer that is marked, what it is based on, what is wrong.

    An `offered` answer is marked as if it were given, and is none as long as it `is_unconfirmed`.
    `based_on` is the version that the page showed and `shown` a fingerprint of the answer in it: a question that its
    reader left as it was is not a change, even if somebody else has changed it meanwhile.
    """

    question: Question
    answer: Answer
    based_on: int
    shown: str
    is_saved: bool = False
    errors: tuple[FieldError, ...] = ()
    conflict: Settled | None = None
    offered: Offered | None = None
    is_unconfirmed: bool = False

    @property
    def name(self) -> str:
        """The id of its fieldset, to which links jump."""
        return f"q-{self.question.id}"

    @property
    def base(self) -> str:
        """The value of its version field."""
        return f"{self.based_on}-{self.shown}"

    @property
    def offer_mark(self) -> str:
        """The value of its field `offered`: a fingerprint of the answer that is offered."""
        return fingerprint(self.offered.answer) if self.offered else ""

    @property
    def is_changed(self) -> bool:
        """Whether the reader wants something else saved than what the page showed."""
        if self.conflict:
            return self.conflict.chosen == "mine"
        if self.is_unconfirmed:
            return False
        return fingerprint(self.answer) != self.shown


def act_now(question: Question, answer: Answer) -> str | None:
    """The `act_now` of the chosen option."""
    return next((option.act_now for option in question.options if option.id == answer.option), None)


def fingerprint(answer: Answer) -> str:
    """A short word that tells two answers apart."""
    return hashlib.blake2s("\0".join(answer).encode(errors="replace"), digest_size=6).hexdigest()


def clean(text: str) -> str:
    """Typed text with its lines ended one way, without control characters and without space around it."""
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def shown_answers(
    questions: Iterable[Question],
    answers: Mapping[str, Answer],
    versions: Mapping[str, int],
    offers: Mapping[str, Offered] = MappingProxyType({}),
) -> list[Entry]:
    """Entries that show what is saved, and where nothing is, what is offered."""
    found = []
    for question in questions:
        saved, offered = answers.get(question.id, _UNANSWERED), offers.get(question.id)
        shown = offered.answer if offered else saved
        is_saved = saved.option != UNANSWERED
        entry = Entry(question, shown, versions.get(question.id, 0), fingerprint(saved), is_saved)
        found.append(entry._replace(offered=offered, is_unconfirmed=offered is not None))
    return found


def posted_answers(
    questions: Iterable[Question],
    fields: Fields,
    answers: Mapping[str, Answer],
    offers: Mapping[str, Offered] = MappingProxyType({}),
) -> list[Entry]:
    """Entries for the questions that were on the posted page, as they were typed, each with what is wrong with it.

    `answers` are those saved now: a question whose two versions were shown side by side carries the saved one, and
    needs a choice between them. An answer that was only offered, and came back as it was, needs to be confirmed.
    """
    return [
        _posted(question, version, fields, answers.get(question.id, _UNANSWERED), offers)
        for question in questions
        if (version := fields.get(f"version.{question.id}")) is not None
    ]


def _posted(question: Question, version: str, fields: Fields, saved: Answer, offers: Mapping[str, Offered]) -> Entry:
    name = question.id
    answer = Answer(fields.get(f"answer.{name}") or UNANSWERED, clean(fields.get(f"note.{name}", "")))
    base = _BASE.fullmatch(version)
    based_on, shown = (int(base[1]), base[2]) if base else (0, "")
    settled = None
    if (chosen := fields.get(f"settle.{name}")) is not None:
        settled = Settled(saved, "saved" if chosen == "saved" else "mine" if chosen == "mine" else "")
    unconfirmed = False
    if (mark := fields.get(f"offered.{name}")) is not None and fields.get(f"confirmed.{name}") != "yes":
        unconfirmed = mark == fingerprint(answer)
        if unconfirmed and mark == shown:  # confirmed and saved, then taken back on the same page
            answer, unconfirmed = _UNANSWERED, False
    errors = () if unconfirmed else _errors(question, answer, settled)
    offered = offers.get(name) if unconfirmed else None
    return Entry(question, answer, based_on, shown, saved.option != UNANSWERED, errors, settled, offered, unconfirmed)


def _errors(question: Question, answer: Answer, settled: Settled | None) -> tuple[FieldError, ...]:
    if settled and settled.chosen == "saved":
        return ()
    found = []
    if settled and not settled.chosen:
        anchor = f"settle-{question.id}-saved"
        found.append(FieldError(f"settle.{question.id}", anchor, "unsettled", question))
    for problem in problems_of(question, answer, ""):
        on_note = problem.pointer == "/note"
        code = f"{problem.code}_{answer.option}" if problem.code == "missing_note" else problem.code
        found.append(
            FieldError(
                field=f"{'note' if on_note else 'answer'}.{question.id}",
                anchor=f"note-{question.id}" if on_note else f"answer-{question.id}-1",
                code=code,
                question=question,
                count=len(answer.note) if problem.code == "long_note" else 0,
            )
        )
    return tuple(found)


def contested(
    entries: Sequence[Entry], stale: Iterable[str], answers: Mapping[str, Answer], versions: Mapping[str, int]
) -> list[Entry]:
    """The entries of a page after a save that left out the `stale` ones: for each of those a choice of two.

    `answers` and `versions` are those saved now; the other entries show what was saved.
    """
    shown = {entry.question.id: entry for entry in shown_answers([e.question for e in entries], answers, versions)}
    found, left_out = [], set(stale)
    for entry in entries:
        now, name = shown[entry.question.id], entry.question.id
        if name in left_out:
            error = FieldError(f"settle.{name}", f"settle-{name}-saved", "stale", entry.question)
            settled = Settled(now.answer, "")
            now = now._replace(answer=entry.answer, errors=(error,), conflict=settled)
        found.append(now)
    return found


def errors_of(entries: Iterable[Entry]) -> list[FieldError]:
    """The error summary: every error in the order of the questions."""
    return [error for entry in entries for error in entry.errors]


def posted_facts(facts: Iterable[ProfileFact], fields: Fields) -> dict[str, bool]:
    """Facts answered yes or no; one left open is not in it."""
    posted = {fact.id: fields.get(f"fact.{fact.id}") for fact in facts}
    return {fact: value == "yes" for fact, value in posted.items() if value in ("yes", "no")}


def posted_version(fields: Fields) -> int:
    """The version that a page as a whole was based on; 0 where it says none."""
    version = fields.get("version", "")
    return int(version) if re.fullmatch(r"[0-9]{1,9}", version) else 0


def posted_about(fields: Fields) -> tuple[dict[str, str | int | bool], list[FieldError]]:
    """What an assessment is about and how it is answered, under the names of `StartedAbout`, and what is wrong."""
    errors: list[FieldError] = []

    def fail(name: str, code: str, count: int = 0, anchor: str | None = None) -> None:
        errors.append(FieldError(name, anchor or name, code, count=count))

    def line(name: str, required: bool) -> str:
        text = " ".join(clean(fields.get(name, "")).split())
        if required and not text:
            fail(name, f"missing_{name}")
        elif len(text) > SHORT:
            fail(name, "long_line", len(text))
        return text

    def number(name: str, least: int, most: int) -> int:
        text = clean(fields.get(name, ""))
        if not re.fullmatch(r"[0-9]{1,4}", text) or not least <= int(text) <= most:
            fail(name, f"wrong_{name}")
            return least
        return int(text)

    about: dict[str, str | int | bool] = {"organisation": line("organisation", required=True)}
    scope, way = fields.get("scope_kind", ""), fields.get("way", "")
    if scope in ("post", "region", "service"):
        about["scope_kind"] = scope
        field = "weakest_post" if scope == "service" else "scope_words"
        about["scope_words"] = line(field, required=True)
    else:
        fail("scope_kind", "missing_scope_kind", anchor="scope_kind-post")
    if way == "alone":
        about |= {"alone": True, "sittings": 1, "people": 1}
    elif way == "group":
        about |= {
            "sittings": number("sittings", 1, 50),
            "people": number("people", 2, 500),
            "levels": line("levels", required=True),
            "outside_moderator": fields.get("outside_moderator") == "yes",
        }
    else:
        fail("way", "missing_way", anchor="way-group")
    about["legal_adviser_asked"] = fields.get("adviser") == "asked"
    return about, errors


def about_fields(about: Mapping[str, str | int | bool]) -> dict[str, str]:
    """The fields that would post this, as `posted_about` reads them."""
    scope = "weakest_post" if about["scope_kind"] == "service" else "scope_words"
    fields = {"organisation": about["organisation"], "scope_kind": about["scope_kind"], scope: about["scope_words"]}
    if about["alone"]:
        fields["way"] = "alone"
    else:
        fields |= {name: about[name] for name in ("sittings", "people", "levels")} | {"way": "group"}
        if about["outside_moderator"]:
            fields["outside_moderator"] = "yes"
    return {name: str(value) for name, value in fields.items()}
