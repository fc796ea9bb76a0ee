"""Checks of the risk model and the chains."""

from app.content.sources import Sources
from app.errors import Fault
from scoring.questionnaire import LADDER, RiskModel, Robustness

_NOT_CONSTANTS = {
    *("version", "bands", "bands_because", "bands_source", "ladder", "ladder_because", "ladder_source"),
    *("efforts", "quick_efforts", "efforts_because", "efforts_source", "robustness"),
    *("convex_ladder", "convex_ladder_because", "convex_ladder_source"),
}


def model_faults(sources: Sources) -> list[Fault]:
    """Constants complete and known; bands rising from 0; the ladders rising from 0 to 1; efforts rising."""
    place, model = sources.place("risk model", ""), sources.model
    faults = []
    for shape, given, where in (
        (RiskModel, model.constants, ("constants",)),
        (Robustness, model.robustness.constants, ("robustness", "constants")),
    ):
        wanted = shape.model_fields.keys() - _NOT_CONSTANTS
        for name in sorted(wanted - given.keys()):
            remedy = "Add it with value, because and source."
            faults.append(place.fault(f"The constant “{name}” is missing.", remedy, *where))
        for name in sorted(given.keys() - wanted):
            faults.append(place.fault(f"No formula uses the constant “{name}”.", "Remove it.", *where, name))
    cuts = [band.at_least for band in model.bands]
    if len(cuts) < 2 or cuts[0] != 0 or cuts != sorted(set(cuts)):
        faults.append(place.fault("The bands do not rise from 0.", "Order them; the first begins at 0.", "bands"))
    for ladder, at in ((model.ladder, ("ladder",)), (model.robustness.convex_ladder, ("robustness", "convex_ladder"))):
        steps = list(ladder.values())
        if tuple(ladder) != LADDER or steps != sorted(set(steps)) or (steps[0], steps[-1]) != (0, 1):
            remedy = f"Give {', '.join(LADDER)} in this order, from 0 to 1."
            faults.append(place.fault("The ladder does not rise from 0 to 1.", remedy, *at))
    efforts = list(model.efforts.values())
    if list(model.efforts) != ["XS", "S", "M", "L", "XL"] or efforts != sorted(set(efforts)) or efforts[0] <= 0:
        faults.append(
            place.fault(
                "The efforts do not rise.", "Give XS, S, M, L, XL in this order, rising from above 0.", "efforts"
            )
        )
    return faults
