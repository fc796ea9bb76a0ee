"""A draft file: answers in the hands of whoever gives them, as readable JSON. It is written here, and read with care.

Pure: knows neither web nor database. A draft of answers is meant, not the draft of a questionnaire. The same text
without its wording is what the pages carry along (app/draft_files.py), so both are read by the same code: whatever
stands in it, it is either a draft with a list of what was left out of it, or one clear error.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, Final

from app.catalogue import Catalogue
from app.draft_parts import MOST_LEFT_OUT, OF_ASSESSMENT, LeftOut, Parts, Twice, shown
from app.errors import NotFound, UnreadableDraft
from app.started_about import StartedAbout
from scoring.answers import Answer, Answers, read_answers
from scoring.engine import Instrument
from scoring.questionnaire import Questionnaire
from scoring.report import FORMAT as REPORT_FORMAT

FORMAT: Final = "plumbline-draft/1"
LARGEST = 1024 * 1024  # bytes; 45 questions with full notes of the widest characters take three quarters of it
_ONCE = ("format", "questionnaire", "version", "hash", "profile", "answers")  # without these it says too little
_NOT_UTF_8 = "\ufffd"  # what stands for a byte that is not; in a draft it is written as an escape


@dataclass(frozen=True)
class Draft:
    """Answers under one version of a questionnaire, all of which fit it; `about` is None until that was asked."""

    instrument: Instrument
    about: StartedAbout | None
    profile: dict[str, bool]
    answers: dict[str, Answer]

    @property
    def questionnaire(self) -> Questionnaire:
        """The text that it is answered under."""
        return self.instrument.questionnaire

    @cached_property
    def checked(self) -> Answers:
        """What is asked, hidden, unanswered."""
        return read_answers(self.questionnaire, self.profile, self.answers)


@dataclass(frozen=True)
class Reading:
    """What holds of a text as a draft, and what was left out, in the order in which it stands there.

    `more`: how many more were left out than are listed.
    """

    draft: Draft
    left_out: tuple[LeftOut, ...]
    more: int = 0


def new_draft(catalogue: Catalogue, agency: str) -> Draft:
    """An empty one, under the latest version. Raises NotFound."""
    return Draft(catalogue.instrument(agency), None, {}, {})


def carried(draft: Draft) -> str:
    """A draft as the pages carry it along: on one line, without any wording."""
    given = {name: _short(answer) for name, answer in draft.answers.items()}
    return _json({**_head(draft), **_about(draft), "profile": draft.profile, "answers": given})


def file_text(draft: Draft, questionnaire: Questionnaire, saved: date, read_me: str) -> str:
    """A draft as the file that is kept, to be read by people as well.

    `questionnaire`: its own in the reader’s language; `read_me`: a sentence on what the file is. Whatever is only
    there to be read (`read_me`, `saved`, `title`, `asked`, `answered`) is passed over when the file comes back.
    """
    facts = {
        fact.id: {"asked": fact.ask, "holds": draft.profile[fact.id]}
        for fact in questionnaire.profile
        if fact.id in draft.profile
    }
    answers = {}
    for question in questionnaire.questions:
        if question.id in draft.answers:
            answer = draft.answers[question.id]
            label = {option.id: option.label for option in question.options}.get(answer.option)
            words = {"asked": question.ask, "answered": label} if label else {"asked": question.ask}
            answers[question.id] = words | {"option": answer.option, "note": answer.note}
    head = {
        "format": FORMAT,
        "read_me": read_me,
        "saved": saved.isoformat(),
        "title": questionnaire.title,
        **_head(draft),
    }
    return _json({**head, **_about(draft), "profile": facts, "answers": answers}, indent=1) + "\n"


def read_draft(catalogue: Catalogue, text: str, version: str | None = None) -> Reading:
    """What holds of a text, under the version that it names, or the one that is named here.

    The body of a scoring call and the data of a report are read as well. Raises UnreadableDraft where nothing holds.
    """
    said = _parsed(text)
    if twice := next((key for key in _ONCE if isinstance(said.get(key), Twice)), None):
        raise UnreadableDraft("twice", name=twice)
    if said.get("format") == REPORT_FORMAT:
        said = _of_report(said)
    if said.get("format", FORMAT) != FORMAT or "questionnaire" not in said:
        raise UnreadableDraft("another_format")
    parts = Parts()
    if version is not None:
        said = said | {"version": version, "hash": None}
    instrument = _instrument(catalogue, said, parts)
    about = parts.about(said.get("about"))
    profile = parts.profile(instrument.questionnaire, said.get("profile"))
    answers = parts.answers(instrument.questionnaire, said.get("answers"))
    parts.others(said)
    draft = Draft(instrument, about, profile, answers)
    listed = tuple(parts.left_out[:MOST_LEFT_OUT])
    return Reading(draft, listed, len(parts.left_out) - len(listed))


def _head(draft: Draft) -> dict[str, str]:
    q = draft.questionnaire
    return {"questionnaire": q.id, "version": q.version, "hash": q.hash}


def _about(draft: Draft) -> dict[str, Any]:
    return {"about": draft.about.model_dump()} if draft.about else {}


def _short(answer: Answer) -> str | dict[str, str]:
    return {"option": answer.option, "note": answer.note} if answer.note else answer.option


def _json(value: object, indent: int | None = None) -> str:
    separators = None if indent else (",", ":")
    text = json.dumps(value, ensure_ascii=False, indent=indent, separators=separators)
    return text.replace(_NOT_UTF_8, "\\ufffd")


def _parsed(text: str) -> dict[str, Any]:
    text = text.removeprefix("\ufeff")  # which some editors put before a text
    if len(text) > LARGEST or len(text.encode(errors="replace")) > LARGEST:
        raise UnreadableDraft("too_large")
    if not text.strip():
        raise UnreadableDraft("empty")
    if text.startswith("%PDF"):
        raise UnreadableDraft("pdf")
    if _NOT_UTF_8 in text:
        raise UnreadableDraft("not_utf8")
    if not text.lstrip().startswith("{"):
        raise UnreadableDraft("another_format")
    try:
        said = json.loads(text, object_pairs_hook=_with_twins)
    except json.JSONDecodeError as error:
        raise UnreadableDraft("not_json", line=error.lineno) from None
    except (ValueError, RecursionError):
        raise UnreadableDraft("not_json") from None
    if not isinstance(said, dict):
        raise UnreadableDraft("another_format")
    return said


def _with_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object; where a key stands twice, both its values: one of them would silently win."""
    found: dict[str, Any] = {}
    for key, value in pairs:
        found[key] = Twice([found[key], value]) if key in found else value
    return found


def _of_report(said: Mapping[str, Any]) -> dict[str, Any]:
    """What a report’s data would be as a draft; the lines about how it was made cannot be put back into answers."""
    questionnaire = said.get("questionnaire")
    if not isinstance(questionnaire, dict):
        raise UnreadableDraft("another_format")
    head = {"questionnaire": questionnaire.get("id")} | {key: questionnaire.get(key) for key in ("version", "hash")}
    return head | {key: said[key] for key in ("about", "profile", "answers", *OF_ASSESSMENT) if said.get(key)}


def _instrument(catalogue: Catalogue, said: Mapping[str, Any], parts: Parts) -> Instrument:
    """The version that is named, or the latest where that is not served."""
    agency, version, content = said["questionnaire"], said.get("version"), said.get("hash")
    if not isinstance(agency, str):
        raise UnreadableDraft("another_format")
    try:
        latest = catalogue.instrument(agency)
    except NotFound:
        raise UnreadableDraft("no_such_questionnaire", name=shown(agency)) from None
    if version is None:
        return latest
    try:
        found = catalogue.instrument(agency, version if isinstance(version, str) else "")
    except NotFound:
        parts.leave_out(("version",), "unserved_version", version, latest.questionnaire.version)
        return latest
    if content is not None and content != found.questionnaire.hash:
        parts.leave_out(("hash",), "changed_text", None, found.questionnaire.version)
    return found
