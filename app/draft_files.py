"""Answering without an account: nothing is stored, so the draft travels with each request.

Knows no HTTP. What was typed on a page is put into the draft that the page carried; the report is made of that. Only
whoever belongs to an organisation can have a draft stored, among its assessments.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from gettext import NullTranslations
from typing import NamedTuple

from sqlmodel import Session

from app import forms, path, saving
from app.accounts import Reader
from app.assessments import OpenAssessment, opened
from app.catalogue import Catalogue
from app.draft_file import Draft, Reading, carried, file_text, read_draft
from app.errors import OffThePath
from app.forms import Entry, FieldError, Fields
from app.path import Stretch
from app.saving import Change
from app.started_about import StartedAbout
from scoring.answers import Answer, Answers
from scoring.questionnaire import UNANSWERED, Questionnaire
from scoring.report import About, Report, make_report

ABOUT, PROFILE, SECTION = "about", "profile", "sections/"  # pages on which something is typed


class Typed(NamedTuple):
    """A draft with what was typed on one of its pages; as it was before, where something is wrong there."""

    draft: Draft
    errors: Sequence[FieldError] = ()


def typed(draft: Draft, where: str, fields: Fields) -> Typed:
    """Put what was typed on a page into the draft; `where` names the page, and nothing is taken from any other."""
    if where == ABOUT:
        about, errors = forms.posted_about(fields)
        if errors:
            return Typed(draft, errors)
        return Typed(replace(draft, about=StartedAbout.model_validate(about)))
    if where == PROFILE:
        facts = forms.posted_facts(draft.questionnaire.profile, fields)
        return Typed(replace(draft, profile={**draft.profile, **facts}))
    asked = section(draft.checked, where.removeprefix(SECTION)) if where.startswith(SECTION) else None
    if asked is None:
        return Typed(draft)
    entries = forms.posted_answers(asked.asked, fields, draft.answers)
    errors = forms.errors_of(entries)
    return Typed(draft, errors) if errors else Typed(_answered(draft, entries))


def section(checked: Answers, section_id: str) -> Stretch | None:
    """A section that is asked; None for one that is not, or that does not exist: a draft is not lost for that."""
    try:
        return path.stretch(checked, section_id)
    except OffThePath:
        return None


def onwards(draft: Draft, where: str) -> str:
    """The page after the one named: the list after `about`, the first section after the facts, and so on."""
    if where == PROFILE:
        first = next((found for found in path.stretches(draft.checked) if found.asked), None)
        return SECTION + first.section.id if first else "check"
    if where.startswith(SECTION) and section(draft.checked, where.removeprefix(SECTION)):
        following = path.after(draft.checked, where.removeprefix(SECTION))
        return SECTION + following.id if following else "check"
    return "list"


def under_latest(catalogue: Catalogue, draft: Draft) -> Reading:
    """The draft under the latest version of its questionnaire, with what does not fit there."""
    latest = catalogue.instrument(draft.questionnaire.id).questionnaire.version
    return read_draft(catalogue, carried(draft), latest)


def to_keep(draft: Draft, questionnaire: Questionnaire, saved: date, words: NullTranslations) -> tuple[str, str]:
    """The name of the file that is kept, and its text, in the language of `words` and of `questionnaire`."""
    read_me = words.gettext(
        "Answers to a Plumbline questionnaire, and nobody keeps them but you. They describe weaknesses that criminals "
        "would pay for: keep this file where nobody else reads it. To go on, open the service, choose “Go on with a "
        "draft”, and give it this file."
    )
    name = f"plumbline-draft-{draft.questionnaire.id}-{saved.isoformat()}.json"
    return name, file_text(draft, questionnaire, saved, read_me)


def report(draft: Draft, when: datetime, words: NullTranslations) -> Report:
    """The report of a draft, which is always marked as not submitted: nobody declared that it holds."""
    about = draft.about.lines(when, words) if draft.about else About()
    return make_report(draft.instrument, draft.profile, draft.answers, about, "draft")


def store(session: Session, reader: Reader, catalogue: Catalogue, draft: Draft, about: StartedAbout) -> str:
    """Begin an assessment of the reader’s organisation with everything that the draft holds; its id.

    The trail says who did it. What the organisation states of its country elsewhere stands unless the draft says
    otherwise.
    """
    version = draft.questionnaire.version
    begun = saving.start(session, reader, catalogue, draft.questionnaire.id, about, version)

    def now() -> OpenAssessment:
        return opened(session, reader, catalogue, begun)

    assessment = now()
    saving.save_profile(session, reader, assessment, draft.profile, assessment.profile_version)
    changes = [Change(question, answer.option, answer.note, 0) for question, answer in draft.answers.items()]
    saving.save_answers(session, reader, now(), changes)
    return begun


def _answered(draft: Draft, entries: Iterable[Entry]) -> Draft:
    given: Mapping[str, Answer] = {**draft.answers, **{entry.question.id: entry.answer for entry in entries}}
    kept = {name: answer for name, answer in given.items() if answer != Answer(UNANSWERED)}
    return replace(draft, answers=kept)
