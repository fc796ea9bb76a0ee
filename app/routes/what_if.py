"""What if: ticked actions, the scores before and after, the cheapest way to a band, and named plans."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.responses import Response

from app import plans
from app.assessments import OpenAssessment
from app.dependencies import Visit
from app.forms import SHORT, FieldError, clean
from app.i18n import translations
from app.lanes import efforts, lanes
from app.pages import go_to, language_of, page
from app.raised_impacts import with_impacts
from app.routes.transaction import TransactionRoute, slow
from scoring.answers import Answers, read_answers
from scoring.figures import assess
from scoring.questionnaire import Recommendation
from scoring.recommendations import Lane
from scoring.result import Result
from scoring.what_if import what_if

router = APIRouter(route_class=TransactionRoute, prefix="/assessments/{assessment_id}", include_in_schema=False)
MARK = "do."  # of a field that ticks an action, before the action's id


@dataclass(frozen=True)
class Choice:
    """An action that can be ticked, with the points that it brings alone."""

    recommendation: Recommendation
    alone: float


@dataclass(frozen=True)
class Group:
    """Actions under one heading: a lane, or those whom they are addressed to."""

    title: str
    choices: tuple[Choice, ...]


@router.get("/what-if")
@slow
def show(visit: Visit, assessment_id: str) -> Response:
    """What was ticked, carried out in thought."""
    query = visit.request.query_params
    ticked = [name.removeprefix(MARK) for name in query if name.startswith(MARK)]
    return _what_if_page(visit, visit.assessment(assessment_id), ticked, query.get("target", ""))


@router.post("/plans")
def save(visit: Visit, assessment_id: str) -> Response:
    """Keep what is ticked under a name."""
    assessment = visit.assessment(assessment_id)
    ticked = [name.removeprefix(MARK) for name in visit.fields if name.startswith(MARK)]
    chosen = [name for name in assessment.questionnaire.recommendation if name in ticked]
    name = " ".join(clean(visit.fields.get("name", "")).split())
    error = None
    if not name:
        error = FieldError("name", "name", "missing_plan_name")
    elif len(name) > SHORT:
        error = FieldError("name", "name", "long_line", count=len(name))
    elif not chosen:
        error = FieldError("name", "actions", "empty_plan")
    if error:
        return _what_if_page(visit, assessment, ticked, "", name, [error])
    plans.save_plan(visit.session, visit.reader, assessment, name, chosen)
    return go_to(address(assessment_id, chosen) + "#plans")


@router.post("/plans/{plan_id}/remove")
def remove(visit: Visit, assessment_id: str, plan_id: str) -> Response:
    """Remove a plan."""
    plans.remove_plan(visit.session, visit.assessment(assessment_id), plan_id)
    return go_to(f"/assessments/{assessment_id}/what-if#plans")


def address(assessment_id: str, actions: Sequence[str]) -> str:
    """The page with these actions ticked."""
    query = urlencode({MARK + name: "yes" for name in actions})
    return f"/assessments/{assessment_id}/what-if" + (f"?{query}" if query else "")


def _what_if_page(
    visit: Visit,
    assessment: OpenAssessment,
    ticked: Sequence[str],
    target: str,
    name: str = "",
    errors: Sequence[FieldError] = (),
) -> Response:
    language = language_of(visit.request)
    shown = visit.catalogue.in_language(assessment.questionnaire, language)
    checked: Answers = read_answers(shown, assessment.profile, assessment.answers)
    chosen = [action for action in shown.recommendation if action in ticked]
    bands = [band.id for band in shown.risk_model.bands]
    wanted = target if target in bands else None
    scored = with_impacts(visit.session, visit.reader, assessment)
    outcome = what_if(assessment.instrument, scored, chosen, wanted)
    result = assess(assessment.instrument, scored, ["recommendations"])
    return page(
        visit.request,
        "assessments/what_if.html",
        422 if errors else 200,
        assessment=assessment,
        questionnaire=shown,
        checked=checked,
        about=assessment.about(translations(language)),
        outcome=outcome,
        chosen=chosen,
        groups=_groups(result, shown.recommendation, lanes(translations(language))),
        bands=shown.risk_model.bands,
        efforts=efforts(translations(language)),
        target=wanted,
        path_address=address(assessment.id, outcome.path.actions or ()) if outcome.path else "",
        plans=[
            (plan, address(assessment.id, plan.actions))
            for plan in plans.plans(visit.session, visit.reader, assessment)
        ],
        name=name,
        errors=errors,
        mark=MARK,
        back=f"/assessments/{assessment.id}",
    )


def _groups(result: Result, known: dict[str, Recommendation], titles: dict[Lane, str]) -> list[Group]:
    """Those that would move an answer: the agency's by lane, then those of others by whom they are addressed to."""
    found: dict[str, list[Choice]] = {}
    for ranked in result.recommendations or []:
        if ranked.lifts or ranked.lowers:
            found.setdefault(titles[ranked.lane], []).append(Choice(known[ranked.id], ranked.benefit_alone))
    for other in result.for_others or []:
        if other.lifts or other.lowers:
            title = known[other.id].addressee_title
            found.setdefault(title, []).append(Choice(known[other.id], other.benefit_alone or 0.0))
    ordered = [title for title in titles.values() if title in found]
    ordered += [title for title in found if title not in ordered]
    return [Group(title, tuple(found[title])) for title in ordered]
