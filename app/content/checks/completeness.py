"""Counts that a questionnaire must meet before it is released; a draft need not."""

from collections.abc import Iterator

from app.content.sources import Place, Sources
from app.errors import Fault
from scoring.questionnaire import Questionnaire

QUESTIONS, SECTIONS = range(24, 46), range(5, 10)


def release_faults(sources: Sources, questionnaire: Questionnaire) -> list[Fault]:
    """What keeps this draft from being released."""
    place = sources.place("agency", questionnaire.id)
    questions, faults = list(questionnaire.questions), []
    if len(questions) not in QUESTIONS:
        remedy = f"A release has {QUESTIONS[0]} to {QUESTIONS[-1]}."
        faults.append(place.fault(f"The questionnaire has {len(questions)} questions.", remedy, "sections"))
    own = sum(question.id not in sources.shared for question in questions)
    if own * 2 < len(questions):
        what = f"Only {own} of {len(questions)} questions are this agency’s own."
        faults.append(place.fault(what, "At least half are particular to it.", "sections"))
    if len(questionnaire.sections) not in SECTIONS:
        remedy = f"A release has {SECTIONS[0]} to {SECTIONS[-1]}."
        faults.append(place.fault(f"The questionnaire has {len(questionnaire.sections)} sections.", remedy, "sections"))
    for kind in ("exposure", "control", "signal"):
        if all(question.kind != kind for question in questions):
            faults.append(
                place.fault(f"The questionnaire has no {kind}.", "A release has all three kinds.", "sections")
            )
    present = {scenario.stage for scenario in questionnaire.scenarios}
    for chain in questionnaire.chains:
        for stage in chain.stages:
            if stage.id not in present and stage.id not in questionnaire.stages_left_out:
                what = f"The stage “{stage.id}” of “{chain.id}” has no scenario and no reason for being left out."
                faults.append(
                    place.fault(what, "Add a scenario, or a reason under `stages_left_out`.", "stages_left_out")
                )
            elif stage.id in present and stage.id in questionnaire.stages_left_out:
                what = f"The stage “{stage.id}” is left out, and has a scenario."
                faults.append(place.fault(what, "Drop the reason.", "stages_left_out", stage.id))
    return [*faults, *_acts(sources, questionnaire, place)]


def _acts(sources: Sources, questionnaire: Questionnaire, place: Place) -> Iterator[Fault]:
    """Each act that the Council of Europe names for a chain is in a scenario of it, or left out with a reason."""
    left_out = sources.agencies[questionnaire.id].acts_left_out
    for chain in sources.chains.chains:
        found = {act for scenario in questionnaire.scenarios if scenario.chain == chain.id for act in scenario.acts}
        reasons = left_out.get(chain.id, {})
        for act in chain.acts if found else ():
            if act not in found and act not in reasons:
                what = f"The act “{act}” of “{chain.id}” is in no scenario and has no reason for being left out."
                yield place.fault(what, "Add it to a scenario, or a reason under `acts_left_out`.", "acts_left_out")
        for act in reasons:
            if act in found:
                what = f"The act “{act}” of “{chain.id}” is left out, and is in a scenario."
                yield place.fault(what, "Drop the reason.", "acts_left_out", chain.id, act)
