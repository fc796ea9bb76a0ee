"""An assessment: its list of sections, the pages that ask, checking, and submitting."""

from collections.abc import Collection, Mapping, Sequence
from html import unescape
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from app import forms, path, saving
from app.assessments import OpenAssessment
from app.dependencies import Visit
from app.errors import StaleWrite, WrongState
from app.forms import Entry, FieldError, Fields
from app.i18n import translations
from app.other_assessments import Offered, offered_answers
from app.pages import go_to, language_of, page
from app.raised_impacts import with_impacts
from app.retention import deleted_on, months_of
from app.routes.transaction import TransactionRoute
from app.saving import Change
from app.second_look import SecondLook, second_looks
from app.templating import draw
from scoring.answers import Answers, read_answers
from scoring.errors import InvalidAnswers
from scoring.figures import assess
from scoring.questionnaire import UNANSWERED, Question, Section

router = APIRouter(route_class=TransactionRoute, prefix="/assessments/{assessment_id}", include_in_schema=False)
GONE = FieldError("", "main", "submitted")


# The first route that fits is taken; sections are what is saved all day.
@router.get("/sections/{section_id}")
def section(visit: Visit, assessment_id: str, section_id: str) -> Response:
    """One section’s questions with what is saved."""
    assessment = visit.assessment(assessment_id)
    asked = path.stretch(_checked(visit, assessment), section_id)
    if assessment.state != "draft" or not visit.reader.may_write:
        return go_to(f"/assessments/{assessment_id}/check")
    offers = _offers(visit, assessment, asked.asked)
    entries = forms.shown_answers(asked.asked, assessment.answers, assessment.versions, offers)
    return _section_page(visit, assessment, asked.section, entries)


@router.post("/sections/{section_id}")
def save_section(visit: Visit, assessment_id: str, section_id: str) -> Response:
    """Save a section’s answers; what does not hold, or was changed meanwhile, comes back as it was typed."""
    assessment = visit.assessment(assessment_id, section_id)
    asked = path.stretch(_checked(visit, assessment), section_id)
    fields = visit.fields
    is_offered = any(name.startswith("offered.") for name in fields)
    offers = _offers(visit, assessment, asked.asked) if is_offered else {}
    entries = forms.posted_answers(asked.asked, fields, assessment.answers, offers)
    if "application/json" in visit.request.headers.get("accept", ""):
        return _save_as_given(visit, assessment, section_id, entries)
    if forms.errors_of(entries):
        return _section_page(visit, visit.assessment(assessment_id), asked.section, entries, status=422)
    try:
        saving.save_answers(visit.session, visit.reader, assessment, _changes(entries))
    except StaleWrite as stale:
        now = visit.assessment(assessment_id)
        entries = forms.contested(entries, stale.names, now.answers, now.versions)
        return _section_page(visit, now, asked.section, entries, status=409)
    except WrongState:
        now = visit.assessment(assessment_id)
        return _section_page(visit, now, asked.section, entries, status=409, errors=[GONE])
    unconfirmed = section_id if any(entry.is_unconfirmed for entry in entries) else ""
    return go_to(_onwards(visit, assessment, fields, path.after(assessment.checked, section_id), unconfirmed))


@router.get("")
def hub(visit: Visit, assessment_id: str) -> Response:
    """The list of sections with their state."""
    assessment = visit.assessment(assessment_id)
    checked = _checked(visit, assessment)
    return _page(
        visit,
        assessment,
        "assessments/hub.html",
        stretches=path.stretches(checked),
        alarms=path.alarms(checked),
        asked=len(checked.asked),
        answered=len(checked.asked) - len(checked.unanswered),
        next_round=f"/agencies/{assessment.agency}/start/about?" + urlencode(_next_round(assessment)),
        deleted_on=deleted_on(assessment, months_of(visit.session, visit.reader.organisation)),
        back="/",
    )


@router.get("/profile")
def profile(visit: Visit, assessment_id: str) -> Response:
    """The facts that open and close questions."""
    assessment = visit.assessment(assessment_id)
    if assessment.state != "draft" or not visit.reader.may_write:
        return go_to(f"/assessments/{assessment_id}/check")
    return _profile_page(visit, assessment, assessment.profile)


@router.post("/profile")
def save_profile(visit: Visit, assessment_id: str) -> Response:
    """Save the facts, or show both where somebody else changed them."""
    assessment = visit.assessment(assessment_id)
    fields = visit.fields
    given = forms.posted_facts(assessment.questionnaire.profile, fields)
    try:
        saving.save_profile(visit.session, visit.reader, assessment, given, forms.posted_version(fields))
    except StaleWrite as stale:
        anchor = f"q-{stale.names[0]}" if stale.names else "main"
        return _profile_page(visit, assessment, given, FieldError("version", anchor, "stale_profile"))
    except WrongState:
        return _profile_page(visit, assessment, given, GONE)
    opened = [stretch.section for stretch in path.stretches(visit.assessment(assessment_id).checked) if stretch.asked]
    return go_to(_onwards(visit, assessment, fields, next(iter(opened), None)))


@router.get("/check")
def check(visit: Visit, assessment_id: str) -> Response:
    """Every answer, with a way to change it, and the declaration."""
    return _check_page(visit, visit.assessment(assessment_id), [])


@router.get("/submit")
def ask_to_submit(visit: Visit, assessment_id: str) -> Response:
    """Nothing is submitted by following a link."""
    return go_to(f"/assessments/{visit.assessment(assessment_id).id}/check")


@router.post("/submit")
def submit(visit: Visit, assessment_id: str) -> Response:
    """Close the assessment for good and show its report."""
    assessment = visit.assessment(assessment_id)
    declared = visit.fields.get("declaration") == "yes"
    try:
        saving.submit(visit.session, visit.reader, assessment, declared)
    except InvalidAnswers as invalid:
        return _check_page(visit, assessment, _submission_errors(invalid), status=422)
    except WrongState:
        code = "draft" if assessment.state == "draft" else "submitted"
        return _check_page(visit, assessment, [FieldError("", "main", code)], status=409)
    return go_to(f"/assessments/{assessment_id}/report")


def _next_round(assessment: OpenAssessment) -> dict[str, str]:
    """The fields of a new assessment about the same, as its round after this one."""
    return {**forms.about_fields(assessment.started_about.model_dump()), "after": assessment.id}


def _offers(visit: Visit, assessment: OpenAssessment, questions: Collection[Question]) -> dict[str, Offered]:
    a = assessment
    return offered_answers(visit.session, visit.reader, a.agency, questions, a.answers, a.follows)


def _checked(visit: Visit, assessment: OpenAssessment) -> Answers:
    """The answers against the questionnaire in the reader’s language, where its words are translated."""
    shown = visit.catalogue.in_language(assessment.questionnaire, language_of(visit.request))
    if shown is assessment.questionnaire:
        return assessment.checked
    return read_answers(shown, assessment.profile, assessment.answers)


def _page(visit: Visit, assessment: OpenAssessment, template: str, status: int = 200, **context: object) -> Response:
    words = translations(language_of(visit.request))
    checked = _checked(visit, assessment)
    return page(
        visit.request,
        template,
        status,
        assessment=assessment,
        questionnaire=checked.questionnaire,
        checked=checked,
        about=assessment.about(words),
        numbers=path.numbers(checked.questionnaire),
        unconfirmed=_unconfirmed(visit, assessment, checked),
        **context,
    )


def _unconfirmed(visit: Visit, assessment: OpenAssessment, checked: Answers) -> tuple[Section, int] | None:
    """The section just saved, if the address names it, and how many answers in it are only carried over."""
    saved = visit.request.query_params.get("unconfirmed")
    for stretch in path.stretches(checked) if saved else ():
        if stretch.section.id == saved:
            count = len(_offers(visit, assessment, stretch.asked))
            return (stretch.section, count) if count else None
    return None


def _profile_page(
    visit: Visit, assessment: OpenAssessment, given: Mapping[str, bool], error: FieldError | None = None
) -> Response:
    return _page(
        visit,
        assessment,
        "assessments/profile.html",
        status=409 if error else 200,
        facts=_checked(visit, assessment).questionnaire.profile,
        given={**assessment.profile, **given},
        saved=assessment.profile,
        version=assessment.profile_version,
        conflict=error is not None,
        errors=[error] if error else [],
        **_ways(visit, assessment),
    )


def _section_page(
    visit: Visit,
    assessment: OpenAssessment,
    shown: Section,
    entries: Sequence[Entry],
    status: int = 200,
    errors: Sequence[FieldError] = (),
) -> Response:
    sections = [section.id for section in assessment.questionnaire.sections]
    return _page(
        visit,
        assessment,
        "assessments/section.html",
        status=status,
        section=shown,
        place=sections.index(shown.id) + 1,
        entries=entries,
        errors=[*errors, *forms.errors_of(entries)],
        alarms=[alarm for alarm in path.alarms(_checked(visit, assessment)) if alarm.section.id == shown.id],
        agencies={entry.offered.agency: _title(visit, entry.offered.agency) for entry in entries if entry.offered},
        **_ways(visit, assessment),
    )


def _title(visit: Visit, agency: str) -> str:
    """What an agency is called here; an assessment may be of one that is no longer in the catalogue."""
    if agency not in visit.catalogue.latest:
        return agency
    return visit.catalogue.in_language(visit.catalogue.latest[agency].questionnaire, language_of(visit.request)).title


def _check_page(visit: Visit, assessment: OpenAssessment, errors: Sequence[FieldError], status: int = 200) -> Response:
    checked = _checked(visit, assessment)
    stretches = path.stretches(checked)
    return _page(
        visit,
        assessment,
        "assessments/check.html",
        status=status,
        errors=errors,
        stretches=stretches,
        hidden=path.hidden(checked),
        alarms=path.alarms(checked),
        second_looks=_second_looks(visit, assessment, checked),
        missing_facts=[fact for fact in checked.questionnaire.profile if fact.id not in checked.profile],
        unanswered=[
            (stretch.section, question)
            for stretch in stretches
            for question in stretch.asked
            if checked.answer(question.id).option == UNANSWERED
        ],
        back=f"/assessments/{assessment.id}",
    )


def _second_looks(visit: Visit, assessment: OpenAssessment, checked: Answers) -> list[SecondLook]:
    scored = with_impacts(visit.session, visit.reader, assessment)
    found = assess(assessment.instrument, scored, ["consistency"]).consistency or []
    return second_looks(found, checked.questionnaire, translations(language_of(visit.request)))


def _submission_errors(invalid: InvalidAnswers) -> list[FieldError]:
    codes = {problem.code for problem in invalid.problems}
    errors = [FieldError("", "open", "not_complete")] if codes - {"missing_declaration"} else []
    return errors or [FieldError("declaration", "declaration", "declaration")]


def _save_as_given(visit: Visit, assessment: OpenAssessment, section_id: str, entries: Sequence[Entry]) -> Response:
    """Save what holds of a page that stays open (static/autosave.js): each question’s new version, or what is wrong."""
    holding = [entry for entry in entries if not entry.errors]
    stale: tuple[str, ...] = ()
    try:
        saving.save_answers(visit.session, visit.reader, assessment, _changes(holding))
    except StaleWrite as found:
        stale = found.names
    now = visit.assessment(assessment.id, section_id)
    after = {entry.question.id: entry for entry in forms.contested(holding, stale, now.answers, now.versions)}
    outcomes = {entry.question.id: _outcome(visit, entry, after.get(entry.question.id, entry)) for entry in entries}
    return JSONResponse({"questions": outcomes})


def _outcome(visit: Visit, given: Entry, after: Entry) -> dict[str, str]:
    """What the page needs to know of one question. It may call its answer that of a version only where it is."""
    if after.errors:
        line = draw("components/unsaved.html", language_of(visit.request), error=after.errors[0])
        return {"problem": after.errors[0].code, "words": " ".join(unescape(line).split())}
    return {"version": after.base if after.answer == given.answer else given.base}


def _changes(entries: Sequence[Entry]) -> list[Change]:
    return [
        Change(entry.question.id, entry.answer.option, entry.answer.note, entry.based_on)
        for entry in entries
        if entry.is_changed
    ]


def _line(visit: Visit, assessment: OpenAssessment) -> str | None:
    """The line of the check page that the reader came from and goes back to; None who came from elsewhere."""
    if not visit.request.scope["query_string"] or visit.request.query_params.get("from") != "check":
        return None
    at = visit.request.query_params.get("at", "")
    known = {fact.id for fact in assessment.questionnaire.profile} | assessment.questionnaire.question.keys()
    return f"/assessments/{assessment.id}/check" + (f"#q-{at}" if at in known else "")


def _ways(visit: Visit, assessment: OpenAssessment) -> dict[str, object]:
    """Where the page’s form and its Back link lead."""
    line = _line(visit, assessment)
    url = visit.request.url
    action = f"{url.path}?{url.query}" if line else url.path
    return {"action": action, "from_check": line is not None, "back": line or f"/assessments/{assessment.id}"}


def _onwards(
    visit: Visit, assessment: OpenAssessment, fields: Fields, following: Section | None, unconfirmed: str = ""
) -> str:
    """The page that follows; it says so if the section just saved was left with unconfirmed answers."""
    root = f"/assessments/{assessment.id}"
    line = _line(visit, assessment)
    if fields.get("then") == "list":
        onwards = root
    elif line:
        onwards = line
    else:
        onwards = f"{root}/sections/{following.id}" if following else f"{root}/check"
    address, mark, at = onwards.partition("#")
    return f"{address}?unconfirmed={unconfirmed}{mark}{at}" if unconfirmed else onwards
