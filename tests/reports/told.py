"""What a report would tell that a redacted one must not, and everything that a PDF or a document says anywhere."""

import dataclasses
import re
from collections.abc import Iterator
from io import BytesIO

import pikepdf

from app.reports.blocks import Document
from scoring.report import Report
from tests.reports.pdf_text import text_of

SHORT = 3  # words; what has fewer is looked for as a whole, since a part of a sentence may say the same


def flat(text: str) -> str:
    """A text by its words alone."""
    return re.sub(r"\s+", " ", text).strip().casefold()


def secrets(report: Report) -> set[str]:
    """Every text and id that belongs to an answer, a question, a scenario, a recommendation or a post."""
    q = report.questionnaire
    found = [report.about.scope, report.about.answered_by, *(given.note for given in report.answers.values())]
    found += [impact.reason for impact in report.impacts.values()]
    found += [level.comment for level in report.review.levels.values()] if report.review else []
    found += [text for answer in (report.management or {}).values() for text in (answer.why, answer.post)]
    for question in q.questions:
        found += [question.id, question.ask, question.why, question.hint or "", question.evidence_asked or ""]
        found += [text for option in question.options for text in (option.label, option.act_now or "")]
    for fact in q.profile:
        found += [fact.id, fact.ask, fact.hint or ""]
    for scenario in q.scenarios:
        found += [scenario.id, scenario.title, scenario.description, scenario.baseline_because, scenario.impact_because]
    for advice in q.recommendations:
        found += [advice.id, advice.title, advice.action, advice.owner, advice.indicator]
    return {flat(text) for text in found if text.strip()}


def told(found: set[str], text: str, pieces: set[str]) -> set[str]:
    """Those that a text has in it, the long ones and ids as a part of it, the short ones as a whole piece."""
    text, whole = _tight(text), {flat(piece) for piece in pieces}
    is_long = {secret: "_" in secret or len(secret.split()) >= SHORT for secret in found}
    return {secret for secret in found if (_tight(secret) in text if is_long[secret] else secret in whole)}


def _tight(text: str) -> str:
    """Without spaces: a line may end within a word that has a hyphen."""
    return re.sub(r"\s+", "", text).casefold()


def pieces_of(document: Document) -> set[str]:
    """Every string in a document, also those that only a screen reader says."""

    def walked(part: object) -> Iterator[str]:
        if isinstance(part, str):
            yield part
        elif isinstance(part, dict):
            for value in part.values():
                yield from walked(value)
        elif isinstance(part, tuple | list):
            for value in part:
                yield from walked(value)
        elif dataclasses.is_dataclass(part):
            for field in dataclasses.fields(part):
                yield from walked(getattr(part, field.name))

    return set(walked(document))


def everything(data: bytes) -> str:
    """The pages’ text, every string of every object (titles, alternatives, bookmarks, names) and what streams hold."""
    found = [text_of(data)]
    with pikepdf.open(BytesIO(data)) as pdf:
        for item in pdf.objects:
            found += _strings(item)
            if isinstance(item, pikepdf.Stream) and "/Subtype" in item and str(item.Subtype) == "/XML":
                found.append(item.read_bytes().decode("utf-8"))
            elif isinstance(item, pikepdf.Stream):
                found.append(item.read_bytes().decode("latin-1"))
        found += list(pdf.attachments)
    return " ".join(found)


def _strings(item: object) -> Iterator[str]:
    if isinstance(item, pikepdf.String):
        yield str(item)
    elif isinstance(item, pikepdf.Array):
        for value in item:  # type: ignore[attr-defined]
            if not getattr(value, "is_indirect", False):
                yield from _strings(value)
    elif isinstance(item, pikepdf.Dictionary | pikepdf.Stream):
        for name, value in item.items():  # type: ignore[attr-defined]
            yield name
            if not getattr(value, "is_indirect", False):
                yield from _strings(value)
