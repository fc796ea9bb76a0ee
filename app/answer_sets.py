"""Answers that nobody stores, scored or made into a report: what the scoring API and the command line share."""

from app.api_models import ScoreReply, ScoreRequest
from app.catalogue import Catalogue
from app.score_body import given_answers
from scoring.answers import read_answers
from scoring.figures import assess
from scoring.report import About, Report, make_report
from scoring.result import USUAL


def scored(catalogue: Catalogue, request: ScoreRequest) -> ScoreReply:
    """The figures of one answer set. Raises NotFound, InvalidAnswers."""
    instrument = catalogue.instrument(request.questionnaire, request.version)
    answers = read_answers(instrument.questionnaire, request.profile, given_answers(request))
    result = assess(instrument, answers, USUAL if request.include is None else request.include)
    return ScoreReply.model_construct(**dict(result), about=request.about)


def reported(catalogue: Catalogue, request: ScoreRequest) -> Report:
    """The report of one answer set: a draft while anything is unanswered. Raises NotFound, InvalidAnswers."""
    instrument = catalogue.instrument(request.questionnaire, request.version)
    given = given_answers(request)
    answers = read_answers(instrument.questionnaire, request.profile, given)
    complete = not answers.unanswered and not answers.missing_facts and not instrument.questionnaire.draft
    return make_report(instrument, request.profile, given, request.about or About(), submitted=complete)
