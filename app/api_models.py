"""What the scoring API takes and gives, beside the domain's own values."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from scoring.questionnaire import Frozen
from scoring.report import About, Given, RaisedImpact, State
from scoring.result import Include, Result


class AnswerSet(BaseModel):
    """A set of answers to one questionnaire. Nothing of it is stored or logged.

    `version`: the newest release unless one is named. An answer is the id of an option, or an object with the option
    and a note. `impacts`: by scenario, an impact that the organisation raises, and why; none can be lowered.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True)

    questionnaire: str
    version: str | None = None
    profile: dict[str, bool] = {}
    answers: dict[str, Annotated[str | Given, Field(union_mode="left_to_right")]] = {}
    impacts: dict[str, RaisedImpact] = {}


class ScoreRequest(AnswerSet):
    """Answers to be scored, and what they are about. Nothing of it is stored or logged.

    `include`: which of the longer parts of the reply are wanted; unless given, all but `robustness`, which takes as
    long as all the others, and `consistency`.
    """

    about: About | None = None
    include: list[Include] | None = None


class WhatIfRequest(AnswerSet):
    """Answers, and the ids of recommendations that are to be thought of as carried out. Nothing is stored or logged.

    `target`: a band’s id; the reply then has the actions of least effort that were found to bring every chain there.
    """

    actions: list[str] = []
    target: str | None = None


class ScoreReply(Result):
    """The figures, and `about` as it was sent."""

    about: About | None = Field(default=None, exclude_if=lambda value: value is None)


class QuestionnaireLine(Frozen):
    """One questionnaire of the list; `questions` is their number."""

    id: str
    title: str
    chains: list[str]
    version: str
    hash: str
    draft: bool
    questions: int


class AssessmentLine(Frozen):
    """A stored assessment as a program finds it: that it is there, in which state, and since when."""

    id: str
    agency: str
    version: str
    state: State
    created_at: datetime
    changed_at: datetime
    submitted_at: datetime | None
    final_at: datetime | None
    follows: str | None


class ProblemItem(Frozen):
    """One problem: a JSON pointer into what was sent, a code for programs, a sentence for people."""

    pointer: str
    code: str
    detail: str


class ProblemDetails(Frozen):
    """Problem details (RFC 9457). `errors` lists every problem of a body that was read; `request_id` is what the
    service’s own log calls this request, to be quoted in a question about it."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    errors: tuple[ProblemItem, ...] = ()
    request_id: str = ""
