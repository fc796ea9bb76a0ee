"""Checks of the risk model and the chains."""

from app.content.sources import Sources
from app.errors import Fault
from scoring.questionnaire import LADDER, RiskModel

_NOT_CONSTANTS = {
    *("version", "bands", "bands_because", "bands_source", "ladder", "ladder_because", "ladder_source"),
    *("efforts", "quick_efforts", "efforts_because", "efforts_source"),
}


def model_faults(sources: Sources) -> list[Fault]:
    """Constants complete and known; bands rising from 0; the ladder rising from 0 to 1; efforts rising."""
    place, model = sources.place("risk model", ""), sources.model
    faults = []
    wanted = RiskModel.model_fields.keys() - _NOT_CONSTANTS
    for name in sorted(wanted - model.constants.keys()):
        faults.append(
            place.fault(f"The constant “{name}” is missing.", "Add it with value, because and source.", "constants")
        )
    for name in sorted(model.constants.keys() - wanted):
        faults.append(place.fault(f"No formula uses the constant “{name}”.", "Remove it.", "constants", name))
    cuts = [band.at_least for band in model.bands]
    if len(cuts) < 2 or cuts[0] != 0 or cuts != sorted(set(cuts)):
        faults.append(place.fault("The bands do not rise from 0.", "Order them; the first begins at 0.", "bands"))
    steps = list(model.ladder.values())
    if tuple(model.ladder) != LADDER or steps != sorted(set(steps)) or (steps[0], steps[-1]) != (0, 1):
        remedy = f"Give {', '.join(LADDER)} in this order, from 0 to 1."
        faults.append(place.fault("The ladder does not rise from 0 to 1.", remedy, "ladder"))
    efforts = list(model.efforts.values())
    if list(model.efforts) != ["XS", "S", "M", "L", "XL"] or efforts != sorted(set(efforts)) or efforts[0] <= 0:
        faults.append(
            place.fault(
                "The efforts do not rise.", "Give XS, S, M, L, XL in this order, rising from above 0.", "efforts"
            )
        )
    return faults
