"""Where a scenario's residual risk comes from: lines in points, each with the answer behind it, that add up to it."""

from dataclasses import dataclass

from scoring.engine import Instrument, Workings
from scoring.slots import Array, Mask, Slots


@dataclass(frozen=True)
class TraceLine:
    """One term of a scenario's residual risk, in points; the terms add up to it."""

    line: str
    points: float
    question: str | None = None


def trace(
    instrument: Instrument, scores: Workings, row: int, levels: Array, applies: Mask, scenario: int
) -> list[TraceLine]:
    """The terms of a scenario's residual risk in one row; clamp, signal and cap only where they are not 0.

    levels, applies: (questions,), those of that row, scored with the instrument's own parameters.
    Source: scoring model, “Trace”.
    """
    m, p, questions = instrument.model, instrument.parameters, instrument.questions
    decimals = int(m.compare_decimals.value)
    unit = m.risk_unit.value * float(p.impact[scenario, 0])
    before_signal = float(scores.likelihood_before_signal[scenario, row])
    inherent = float(scores.inherent[scenario, row])
    reach = float(p.control_reach[0])
    lines = [TraceLine("baseline", unit * float(p.baseline[scenario, 0]))]

    exposures = _applicable(p.exposures, scenario, applies)
    total = sum(strength for _, strength in exposures)
    for index, strength in exposures:
        swing = m.exposure_swing.value * (float(levels[index]) - m.exposure_neutral.value)
        lines.append(TraceLine("exposure", unit * swing * strength / total, questions[index].id))
    clamp = unit * (before_signal - float(scores.likelihood_unclamped[scenario, row]))
    signal = float(scores.signal[scenario, row])
    signals = [i for i, _ in _applicable(p.signals, scenario, applies) if round(levels[i] - signal, decimals) == 0]
    raised = unit * signal * m.signal_share.value * (m.likelihood_highest.value - before_signal)
    lines.append(TraceLine("clamp", clamp))
    lines.append(TraceLine("signal", raised, min((questions[i].id for i in signals), default=None)))

    controls = _applicable(p.controls, scenario, applies)
    total = sum(strength for _, strength in controls)
    for index, strength in controls:
        points = -reach * inherent * strength * float(levels[index]) / total
        lines.append(TraceLine("control", points, questions[index].id))
    over = float(scores.mean_control[scenario, row] - scores.effectiveness[scenario, row])
    lines.append(TraceLine("cap", reach * inherent * over))
    always = ("baseline", "exposure", "control")
    return [line for line in lines if line.line in always or round(line.points, decimals) != 0]


def _applicable(slots: Slots, scenario: int, applies: Mask) -> list[tuple[int, float]]:
    return [(index, strength) for index, strength in slots.members(scenario) if applies[index]]
