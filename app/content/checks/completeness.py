"""Counts that a questionnaire must meet before it is released; a draft need not."""

from app.content.sources import Sources
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
    return faults
