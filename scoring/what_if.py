"""What if these actions were carried out: the scores before and after, exactly, and the cheapest way to a band.

Nothing is predicted. An action that is carried out sets the answers that it moves to its targets; the rest stays as it
was answered, unknowns at their end. The same formulas then give the scores, and nothing touches the answers.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from scoring.answers import Answers
from scoring.ends import BEST, WORST, Ends
from scoring.engine import Instrument
from scoring.errors import InvalidAnswers, Problem
from scoring.figures import ENGINE, Fields, figures, identity
from scoring.path import path_to
from scoring.questionnaire import Move, Recommendation
from scoring.recommendations import plan
from scoring.result import WhatIf


def what_if(instrument: Instrument, answers: Answers, actions: Sequence[str], target: str | None = None) -> WhatIf:
    """Scores before and after; with a `target`, a band's id, also a cheap path to it. Raises InvalidAnswers."""
    return WhatIf.model_validate(what_if_fields(instrument, answers, actions, target))


def what_if_fields(
    instrument: Instrument, answers: Answers, actions: Sequence[str], target: str | None = None
) -> Fields:
    """The fields of a `WhatIf`."""
    chosen = _chosen(instrument, actions)
    bands = [band.id for band in instrument.model.bands]
    if target is not None and target not in bands:
        message = f"There is no band “{target}”; there are {', '.join(bands)}."
        raise InvalidAnswers([Problem("/target", "unknown_band", message)])
    instrument = instrument.with_impacts(answers.impacts)
    ends = instrument.ends(answers)
    moves = [move for recommendation in chosen for move in (*recommendation.lifts, *recommendation.lowers)]
    efforts = instrument.model.efforts
    fields: dict[str, Any] = {
        "questionnaire": identity(instrument),
        "engine": ENGINE,
        "risk_model": instrument.model.version,
        "actions": [recommendation.id for recommendation in chosen],
        "effort": sum(efforts[recommendation.effort] for recommendation in chosen),
        "before": _scores(figures(instrument, answers, [])),
        "after": _scores(figures(instrument, answers, [], carried_out(instrument, ends, moves))),
    }
    if target is not None:
        moving = [ranked for ranked in plan(instrument, answers, ends).ranked if ranked.lifts or ranked.lowers]
        path = path_to(instrument, ends, bands.index(target), moving)
        fields["path"] = {
            "target": target,
            "actions": None if path.actions is None else list(path.actions),
            "effort": path.effort,
            "cheapest": path.is_cheapest,
        }
    return fields


def carried_out(instrument: Instrument, ends: Ends, moves: Sequence[Move]) -> Ends:
    """The answers as they would read with these moves made, in all four readings.

    A control stands at least at its target, an exposure at most at its; what does not apply is not moved.
    """
    levels = ends.levels.copy()
    for move in moves:
        index = instrument.question_index[move.question]
        if ends.applies[index]:
            better = np.maximum if instrument.is_control[index] else np.minimum
            levels[index] = better(levels[index], instrument.questions[index].level_of[move.to])
    known = levels[:, WORST] == levels[:, BEST]
    return replace(ends, levels=levels, unknown=ends.unknown & ~known)


def _chosen(instrument: Instrument, actions: Sequence[str]) -> list[Recommendation]:
    known = instrument.questionnaire.recommendation
    problems = [
        Problem(f"/actions/{place}", "unknown_action", f"This questionnaire has no recommendation “{name}”.")
        for place, name in enumerate(actions)
        if name not in known
    ]
    if problems:
        raise InvalidAnswers(problems)
    wanted = set(actions)
    return [r for r in instrument.questionnaire.recommendations if r.id in wanted]


def _scores(fields: Fields) -> Fields:
    return {part: fields[part] for part in ("overall", "chains", "scenarios")}
