"""Answering without an account: every page carries the whole draft in its form, and nothing of it is kept here.

A page is the answer to a POST, which brings the draft and what was typed on the page before; there is no redirect,
since there is nothing to come back to. The draft is in no address and no log. A page of it that is asked for by GET
(an old address, a browser that restores its windows) leads to the page where a draft is given as a file.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from urllib.parse import quote

from fastapi import APIRouter
from starlette.responses import Response

from app import draft_files, forms, path
from app.dependencies import Visit
from app.draft_file import Draft, Reading, carried, new_draft, read_draft
from app.draft_files import ABOUT, PROFILE, SECTION
from app.errors import UnreadableDraft
from app.forms import FieldError
from app.i18n import translations
from app.pages import go_to, language_of, page
from app.reports import report_context
from app.routes import drawing
from app.routes.transaction import TransactionRoute, stores_nothing, with_file
from app.second_look import second_looks
from scoring.answers import Answers, read_answers
from scoring.figures import assess
from scoring.questionnaire import UNANSWERED
from scoring.report import Report

router = APIRouter(route_class=TransactionRoute, include_in_schema=False)
Page = Callable[[Visit, Draft], Response]


@router.get("/agencies/{agency_id}/draft")
def before(visit: Visit, agency_id: str) -> Response:
    """What writing this down means, and what it means that nothing is kept."""
    draft = new_draft(visit.catalogue, agency_id)
    return _page(visit, draft, "before.html", adviser=False, back=f"/agencies/{agency_id}")


@router.get("/draft")
def ask_for_file(visit: Visit) -> Response:
    """Go on with a draft that was saved as a file."""
    return _file_page(visit)


@router.get("/draft/{page:path}")
def nothing_here(visit: Visit, page: str) -> Response:
    """A page of a draft without the draft."""
    return go_to("/draft")


@router.post("/draft")
@stores_nothing
def open_file(visit: Visit) -> Response:
    """The list of a draft that is given as a file, or what of it could not be taken."""
    try:
        reading = read_draft(visit.catalogue, visit.fields.get("file", ""))
    except UnreadableDraft as error:
        return _file_page(visit, error)
    if reading.left_out:
        return _left_out_page(visit, reading)
    return _opened(visit, reading.draft, _hub)


@router.post("/draft/newer")
@stores_nothing
def take_newer(visit: Visit) -> Response:
    """Go on under the latest version of the questionnaire."""

    def show(visit: Visit, draft: Draft) -> Response:
        reading = draft_files.under_latest(visit.catalogue, draft)
        return _left_out_page(visit, reading) if reading.left_out else _hub(visit, reading.draft)

    return _onwards(visit, show)


@router.post("/draft/onwards")
@stores_nothing
def onwards(visit: Visit) -> Response:
    """The page after the one that was filled in."""

    def show(visit: Visit, draft: Draft) -> Response:
        following = draft_files.onwards(draft, visit.fields.get("page", ""))
        if following.startswith(SECTION):
            return _section(visit, draft, following.removeprefix(SECTION))
        return (_check if following == "check" else _hub)(visit, draft)

    return _onwards(visit, show)


@router.post("/draft/list")
@stores_nothing
def hub(visit: Visit) -> Response:
    """The list of sections with their state."""
    return _onwards(visit, _hub)


@router.post("/draft/about")
@stores_nothing
def about(visit: Visit) -> Response:
    """What the draft is about and how it is answered."""
    return _onwards(visit, _about)


@router.post("/draft/profile")
@stores_nothing
def profile(visit: Visit) -> Response:
    """The facts that open and close questions."""
    return _onwards(visit, _profile)


@router.post("/draft/sections/{section_id}")
@stores_nothing
def section(visit: Visit, section_id: str) -> Response:
    """One section’s questions with what the draft says."""
    return _onwards(visit, partial(_section, section_id=section_id))


@router.post("/draft/check")
@stores_nothing
def check(visit: Visit) -> Response:
    """Every answer, with a way to change it."""
    return _onwards(visit, _check)


@router.post("/draft/report")
@stores_nothing
def report(visit: Visit) -> Response:
    """The report in the browser."""
    return _onwards(visit, _report_page)


@router.post("/draft/report.pdf")
@stores_nothing
def report_pdf(visit: Visit) -> Response:
    """The report to be filed."""
    return _onwards(visit, lambda visit, draft: drawing.report_pdf(visit, _report(visit, draft)))


@router.post("/draft/report.json")
@stores_nothing
def report_data(visit: Visit) -> Response:
    """Everything that is needed to recompute the report."""
    return _onwards(visit, lambda visit, draft: drawing.report_data(_report(visit, draft)))


@router.post("/draft/file")
@stores_nothing
def keep(visit: Visit) -> Response:
    """The draft as a file."""
    return _onwards(visit, _file)


@router.post("/draft/assessment")
@with_file
def store(visit: Visit) -> Response:
    """Put the draft among the assessments of the reader’s organisation."""

    def stored(visit: Visit, draft: Draft) -> Response:
        if draft.about is None:
            return _about(visit, draft)
        begun = draft_files.store(visit.session, visit.reader, visit.catalogue, draft, draft.about)
        return go_to(f"/assessments/{begun}")

    return _onwards(visit, stored)


def _onwards(visit: Visit, show: Page) -> Response:
    """The page that was asked for, with what was typed on the one before; that one again, where something is wrong."""
    where = visit.fields.get("page", "")
    try:
        reading = read_draft(visit.catalogue, visit.fields.get("draft", ""))
    except UnreadableDraft as error:
        return _file_page(visit, error)
    if reading.left_out:
        return _left_out_page(visit, reading)
    found = draft_files.typed(reading.draft, where, visit.fields)
    if found.errors and where == ABOUT:
        return _about(visit, found.draft, found.errors)
    if found.errors:
        return _section(visit, found.draft, where.removeprefix(SECTION), found.errors)
    return _opened(visit, found.draft, show)


def _opened(visit: Visit, draft: Draft, show: Page) -> Response:
    """A page of a draft; what it is about is asked before anything else."""
    return _about(visit, draft) if draft.about is None else show(visit, draft)


def _file_page(visit: Visit, error: UnreadableDraft | None = None) -> Response:
    errors = [FieldError("file", "file", f"draft_{error.code}", count=error.line)] if error else []
    status, name = (422, error.name) if error else (200, "")
    return page(visit.request, "draft_files/open.html", status, errors=errors, name=name, back="/")


def _left_out_page(visit: Visit, reading: Reading) -> Response:
    context = {"left_out": reading.left_out, "more": reading.more, "is_in_file": False}
    return _page(visit, reading.draft, "left_out.html", 422, **context)


def _hub(visit: Visit, draft: Draft) -> Response:
    checked, current = draft.checked, draft.questionnaire.version
    latest = visit.catalogue.instrument(draft.questionnaire.id).questionnaire.version
    return _page(
        visit,
        draft,
        "hub.html",
        stretches=path.stretches(_checked(visit, draft)),
        asked=len(checked.asked),
        answered=len(checked.asked) - len(checked.unanswered),
        newer=latest if latest != current else "",
    )


def _about(visit: Visit, draft: Draft, errors: Sequence[FieldError] = ()) -> Response:
    fields: dict[str, str] = {"adviser": visit.fields.get("adviser", "")}
    if errors:
        fields = dict(visit.fields)
    elif draft.about:
        fields = forms.about_fields(draft.about.model_dump())
        fields["adviser"] = "asked" if draft.about.legal_adviser_asked else ""
    elif visit.signed and visit.signed.reader:
        fields["organisation"] = visit.signed.reader.organisation_name
    return _page(visit, draft, "about.html", 422 if errors else 200, where=ABOUT, fields=fields, errors=errors)


def _profile(visit: Visit, draft: Draft) -> Response:
    facts, given = _checked(visit, draft).questionnaire.profile, draft.profile
    return _page(
        visit, draft, "profile.html", where=PROFILE, facts=facts, given=given, saved={}, version=0, conflict=False
    )


def _section(visit: Visit, draft: Draft, section_id: str, errors: Sequence[FieldError] = ()) -> Response:
    checked = _checked(visit, draft)
    asked = draft_files.section(checked, section_id)
    if asked is None:
        return _hub(visit, draft)
    fields, questions = visit.fields, asked.asked
    entries = (
        forms.posted_answers(questions, fields, draft.answers)
        if errors
        else forms.shown_answers(questions, draft.answers, {})
    )
    return _page(
        visit,
        draft,
        "section.html",
        422 if errors else 200,
        where=SECTION + section_id,
        section=asked.section,
        place=[section.id for section in checked.questionnaire.sections].index(section_id) + 1,
        entries=entries,
        agencies={},
        unconfirmed=None,
        assessment=None,
        alarms=[alarm for alarm in path.alarms(checked) if alarm.section.id == section_id],
        errors=errors,
    )


def _check(visit: Visit, draft: Draft) -> Response:
    checked = _checked(visit, draft)
    stretches = path.stretches(checked)
    doubts = assess(draft.instrument, draft.checked, ["consistency"]).consistency or []
    return _page(
        visit,
        draft,
        "check.html",
        came=True,
        stretches=stretches,
        hidden=path.hidden(checked),
        second_looks=second_looks(doubts, checked.questionnaire, translations(language_of(visit.request))),
        missing_facts=[fact for fact in checked.questionnaire.profile if fact.id not in checked.profile],
        unanswered=[
            (stretch.section, question)
            for stretch in stretches
            for question in stretch.asked
            if checked.answer(question.id).option == UNANSWERED
        ],
    )


def _report(visit: Visit, draft: Draft) -> Report:
    return draft_files.report(draft, datetime.now(UTC), translations(language_of(visit.request)))


def _report_page(visit: Visit, draft: Draft) -> Response:
    language = language_of(visit.request)
    document = report_context(_report(visit, draft), translations(language), language)
    return _page(visit, draft, "report.html", document=document, is_example=False)


def _file(visit: Visit, draft: Draft) -> Response:
    words, questionnaire = translations(language_of(visit.request)), _checked(visit, draft).questionnaire
    name, text = draft_files.to_keep(draft, questionnaire, datetime.now(UTC).date(), words)
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"}
    return Response(text, media_type="application/json", headers=headers)


def _checked(visit: Visit, draft: Draft) -> Answers:
    """The answers against the questionnaire in the reader’s language, where its words are translated."""
    shown = visit.catalogue.in_language(draft.questionnaire, language_of(visit.request))
    return draft.checked if shown is draft.questionnaire else read_answers(shown, draft.profile, draft.answers)


def _page(visit: Visit, draft: Draft, template: str, status: int = 200, **context: object) -> Response:
    """A page of a draft, with what its form carries along.

    `where`: the name of the page, if something is typed on it; `came`: whether the reader goes back to checking, to
    the line `at`; `is_in_file`: whether the page’s script may take it that the draft is in a file.
    """
    checked, words = _checked(visit, draft), translations(language_of(visit.request))
    at = visit.fields.get("at", "")
    known = {fact.id for fact in draft.questionnaire.profile} | draft.questionnaire.question.keys()
    usual = {
        "questionnaire": checked.questionnaire,
        "checked": checked,
        "numbers": path.numbers(checked.questionnaire),
        "about": draft.about.lines(datetime.now(UTC), words) if draft.about else None,
        "alarms": path.alarms(checked),
        "carried": carried(draft),
        "where": "",
        "came": "where" in context and visit.fields.get("came") == "check",
        "at": at if at in known else "",
        "is_in_file": visit.fields.get("kept") == "yes" or not (draft.about or draft.profile or draft.answers),
        "errors": (),
    }
    return page(visit.request, f"draft_files/{template}", status, **usual | context)
