"""Answers that nobody stores, scored or made into a report: what the scoring API and the command line share."""

from app.api_models import AnswerSet, ScoreReply, ScoreRequest
from app.catalogue import Catalogue
from app.score_body import given_answers
from scoring.answers import Answers, read_answers
from scoring.figures import assess
from scoring.questionnaire import Questionnaire
from scoring.report import About, Report, State, make_report, raised_impacts
from scoring.result import USUAL


def checked_answers(questionnaire: Questionnaire, sent: AnswerSet) -> Answers:
    """What was sent against the questionnaire. Raises InvalidAnswers."""
    return read_answers(questionnaire, sent.profile, given_answers(sent), raised_impacts(sent.impacts))


def scored(catalogue: Catalogue, request: ScoreRequest) -> ScoreReply:
    """The figures of one answer set. Raises NotFound, InvalidAnswers."""
    instrument = catalogue.instrument(request.questionnaire, request.version)
    answers = checked_answers(instrument.questionnaire, request)
    result = assess(instrument, answers, USUAL if request.include is None else request.include)
    return ScoreReply.model_construct(**dict(result), about=request.about)


def reported(catalogue: Catalogue, request: ScoreRequest) -> Report:
    """The report of one answer set: a draft while anything is unanswered. Raises NotFound, InvalidAnswers."""
    instrument = catalogue.instrument(request.questionnaire, request.version)
    answers = checked_answers(instrument.questionnaire, request)
    complete = not answers.unanswered and not answers.missing_facts and not instrument.questionnaire.draft
    about = request.about or About()
    state: State = "submitted" if complete else "draft"
    return make_report(instrument, request.profile, answers.given, about, state, answers.impacts)
