"""The law that only content can keep: what is shipped spans the bands, from everything at its worst to all in place."""

from itertools import product
from pathlib import Path

import numpy as np
import pytest

from app.catalogue import open_catalogue
from scoring.answers import Answers
from scoring.engine import Instrument

FOLDER = Path(__file__).parents[2] / "questionnaires"
COMBINATIONS = 256  # of profile facts; with more facts than eight, every fact alone and all together


@pytest.fixture(scope="module")
def shipped() -> list[Instrument]:
    return [i for versions in open_catalogue(FOLDER).instruments.values() for i in versions.values()]


def profiles(instrument: Instrument) -> list[dict[str, bool]]:
    """Profiles to hold fixed: nothing given, and combinations of the facts that conditions name."""
    asked = instrument.questionnaire
    conditions = [s.only_if for s in asked.scenarios] + [q.only_if for q in asked.questions]
    facts = sorted({fact for condition in conditions for fact in condition})
    if 2 ** len(facts) <= COMBINATIONS:
        return [{}] + [dict(zip(facts, values, strict=True)) for values in product((True, False), repeat=len(facts))]
    one_off = [{fact: fact != other for fact in facts} for other in facts]
    one_on = [{fact: fact == other for fact in facts} for other in facts]
    return [{}, dict.fromkeys(facts, True), dict.fromkeys(facts, False), *one_off, *one_on]


def test_there_are_questionnaires_to_hold_to_it(shipped: list[Instrument]):
    assert {"border_guard", "prosecution", "victim_shelter"} <= {i.questionnaire.id for i in shipped}


def test_every_open_scenario_is_high_or_critical_at_its_worst_and_low_with_everything_in_place(
    shipped: list[Instrument],
):
    broken = []
    for instrument in shipped:
        bands = [band.id for band in instrument.model.bands]
        for profile in profiles(instrument):
            ends = instrument.ends(Answers(instrument.questionnaire, profile, {}))
            levels = np.column_stack([instrument.worst_level, instrument.best_level])
            scores = instrument.score(levels, ends.applies[:, None], ends.open[:, None])
            found = instrument.bands(scores, ends.open[:, None]).scenarios
            for place, scenario in enumerate(instrument.scenarios):
                worst, best = (bands[band] for band in found[place])
                if ends.open[place] and (worst not in ("high", "critical") or best != "low"):
                    broken.append((instrument.questionnaire.id, scenario.id, worst, best, profile))
    assert broken == []
