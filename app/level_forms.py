"""Posted fields to a reviewer’s levels, and back. A field’s name is `level.<question>`, `comment.<question>`,
`version.<question>`; a level that is not set is *unanswered* in an entry.

Pure: knows neither web nor database.
"""

import re
from collections.abc import Iterable, Mapping

from app.forms import Entry, FieldError, Fields, clean, fingerprint
from app.reviews import Level, LevelChange
from scoring.answers import NOTE_LIMIT, Answer, problems_of
from scoring.questionnaire import UNANSWERED, Question
from scoring.review import Verified


def shown_levels(questions: Iterable[Question], recorded: Mapping[str, Level]) -> list[Entry]:
    """Entries that show what is recorded; of an answer that has changed since, the comment alone."""
    found = []
    for question in questions:
        level = recorded.get(question.id)
        verified = level.verified if level else Verified()
        option = verified.option if level and level.is_current else ""
        given = Answer(option or UNANSWERED, verified.comment)
        found.append(Entry(question, given, level.version if level else 0, fingerprint(given), bool(option)))
    return found


def posted_levels(questions: Iterable[Question], fields: Fields, answers: Mapping[str, Answer]) -> list[Entry]:
    """Entries for the questions that were on the posted page, as they were set, each with what is wrong with it."""
    found = []
    for question in questions:
        base = re.fullmatch(r"([0-9]{1,9})-([0-9a-f]{12})", fields.get(f"version.{question.id}", ""))
        if base is None:
            continue
        comment = clean(fields.get(f"comment.{question.id}", ""))
        given = Answer(fields.get(f"level.{question.id}") or UNANSWERED, comment)
        entry = Entry(question, given, int(base[1]), base[2])
        note = answers[question.id].note if question.id in answers else ""
        found.append(entry._replace(errors=_errors(question, given, note)) if entry.is_changed else entry)
    return found


def contested(entries: Iterable[Entry], stale: Iterable[str], recorded: Mapping[str, Level]) -> list[Entry]:
    """The entries of a page after a save that left the `stale` ones out: as they were set, based on what stands now."""
    left_out, found = set(stale), []
    for entry in entries:
        (now,) = shown_levels([entry.question], recorded)
        if entry.question.id in left_out:
            error = FieldError(
                f"level.{entry.question.id}", f"level-{entry.question.id}-0", "stale_level", entry.question
            )
            now = now._replace(answer=entry.answer, errors=(error,))
        found.append(now)
    return found


def changes(entries: Iterable[Entry]) -> list[LevelChange]:
    """What a reviewer wants recorded otherwise than the page showed it."""
    return [
        LevelChange(
            entry.question.id,
            "" if entry.answer.option == UNANSWERED else entry.answer.option,
            entry.answer.note,
            entry.based_on,
        )
        for entry in entries
        if entry.is_changed
    ]


def _errors(question: Question, given: Answer, note: str) -> tuple[FieldError, ...]:
    name = question.id
    if len(given.note) > NOTE_LIMIT:
        return (FieldError(f"comment.{name}", f"comment-{name}", "long_note", question, len(given.note)),)
    if given.option == UNANSWERED:
        return ()
    codes = {problem.code for problem in problems_of(question, Answer(given.option, note or given.note), "")}
    if "wrong_option" in codes:
        return (FieldError(f"level.{name}", f"level-{name}-0", "wrong_option", question),)
    if "missing_note" in codes:
        return (FieldError(f"comment.{name}", f"comment-{name}", "missing_comment", question),)
    return ()
