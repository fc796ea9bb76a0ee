"""One scenario worked by hand at the worst end: the formulas with this report's numbers, as an auditor would redo them.

The engine's figure stands beside it, and the tests hold the two together; nothing else is computed from here.
"""

from dataclasses import dataclass

from app.reports.reading import Reading
from scoring.questionnaire import NOT_APPLICABLE, Kind, Question, Scenario


@dataclass(frozen=True)
class Step:
    """One step: what it is called, what it does, its formulas with numbers, and what comes out."""

    title: str
    said: str
    formulas: tuple[str, ...]
    value: float


@dataclass(frozen=True)
class _Term:
    """A question that counts in the scenario: with `strength`, at `level`."""

    question: Question
    strength: int
    key: bool
    level: float


def worked(r: Reading, scenario: Scenario) -> list[Step]:
    """The steps from the answers to the scenario's residual risk, which is the last one's value."""
    exposure = _exposure(r, _terms(r, scenario, "exposure"))
    likelihood = _likelihood(r, scenario, exposure.value)
    signals = _signals(r, _terms(r, scenario, "signal"), likelihood.value)
    inherent = _inherent(r, scenario, signals.value)
    effectiveness = _effectiveness(r, _terms(r, scenario, "control"))
    return [exposure, likelihood, signals, inherent, effectiveness, _residual(r, inherent.value, effectiveness.value)]


def number(value: float) -> str:
    """A number of a formula, with up to four decimals."""
    return f"{value + 0.0:.4f}".rstrip("0").rstrip(".")


def _terms(r: Reading, scenario: Scenario, kind: Kind) -> list[_Term]:
    """The questions of a kind that count in a scenario; what is unknown stands at its worst."""
    terms = []
    for question in r.questionnaire.questions:
        option = r.answers.answer(question.id).option
        if question.kind != kind or question.id in r.answers.hidden or option == NOT_APPLICABLE:
            continue
        level = question.level_of.get(option, r.worst_option(question).level)
        terms += [_Term(question, k.strength, k.key, level) for k in question.links if k.scenario == scenario.id]
    return terms


def _mean(terms: list[_Term]) -> tuple[str, float]:
    """The mean of levels by strength, as it is written and as a number."""
    over = sum(term.strength for term in terms)
    written = " + ".join(f"{term.strength} × {number(term.level)}" for term in terms)
    value = sum(term.strength * term.level for term in terms) / over
    return f"({written}) / {over} = {number(value)}", value


def _codes(r: Reading, terms: list[_Term]) -> str:
    return ", ".join(r.question_code[term.question.id] for term in terms)


def _exposure(r: Reading, terms: list[_Term]) -> Step:
    title = r._("1. Exposure")
    if not terms:
        neutral = r.model.exposure_neutral.value
        return Step(title, r._("No exposure applies, so it is neutral."), (f"E = {number(neutral)}",), neutral)
    written, value = _mean(terms)
    said = r._("The mean of the levels of exposure, each with its strength: %(codes)s.", codes=_codes(r, terms))
    return Step(title, said, (f"E = {written}",), value)


def _likelihood(r: Reading, scenario: Scenario, exposure: float) -> Step:
    m = r.model
    swing, neutral = m.exposure_swing.value, m.exposure_neutral.value
    moved = scenario.baseline + swing * (exposure - neutral)
    held = min(max(moved, m.likelihood_lowest.value), m.likelihood_highest.value)
    formula = f"X = {scenario.baseline:g} + {swing:g} × ({number(exposure)} − {number(neutral)}) = {number(moved)}"
    if held != moved:
        formula += r._(", held within the scale: %(value)s", value=number(held))
    said = r._("Exposure moves the likelihood up or down from its baseline.")
    return Step(r._("2. Likelihood before signals"), said, (formula,), held)


def _signals(r: Reading, terms: list[_Term], before: float) -> Step:
    share, highest = r.model.signal_share.value, r.model.likelihood_highest.value
    signal = max((term.level for term in terms), default=0.0)
    likelihood = before + signal * share * (highest - before)
    said = r._("No signal bears on this scenario.")
    if terms:
        said = r._("The largest signal counts, of %(codes)s. It never lowers the likelihood.", codes=_codes(r, terms))
    formula = (
        f"L = {number(before)} + {number(signal)} × {share:g} × ({highest:g} − {number(before)}) = {number(likelihood)}"
    )
    return Step(r._("3. Signals"), said, (formula,), likelihood)


def _inherent(r: Reading, scenario: Scenario, likelihood: float) -> Step:
    unit, impact = r.model.risk_unit.value, r.scenario_result[scenario.id].impact
    value = unit * likelihood * impact
    said = r._("Likelihood times impact, brought to a scale of 100.")
    formula = f"IR = {unit:g} × {number(likelihood)} × {impact} = {number(value)}"
    return Step(r._("4. Inherent risk"), said, (formula,), value)


def _effectiveness(r: Reading, terms: list[_Term]) -> Step:
    title = r._("5. Control effectiveness")
    if not terms:
        return Step(title, r._("No safeguard applies."), ("CE = 0",), 0.0)
    written, mean = _mean(terms)
    said = r._("The mean of the safeguards’ levels, each with its strength: %(codes)s.", codes=_codes(r, terms))
    keys = [term for term in terms if term.key]
    if not keys:
        return Step(title, f"{said} {r._('None of them is key, so there is no cap.')}", (f"CE = {written}",), mean)
    parts = r.model.cap_parts.value
    key_mean = sum(term.level for term in keys) / len(keys)
    cap = (1 + (parts - 1) * key_mean) / parts
    value = min(mean, cap)
    said += " " + r._("It is capped by the key ones: %(codes)s.", codes=_codes(r, keys))
    formulas = (
        r._("mean = %(formula)s", formula=written),
        f"K = ({' + '.join(number(term.level) for term in keys)}) / {len(keys)} = {number(key_mean)}",
        r._("cap = %(formula)s", formula=f"(1 + {parts - 1:g} × {number(key_mean)}) / {parts:g} = {number(cap)}"),
        r._("CE = the smaller of the two = %(value)s", value=number(value)),
    )
    return Step(title, said, formulas, value)


def _residual(r: Reading, inherent: float, effectiveness: float) -> Step:
    reach = r.model.control_reach.value
    value = inherent * (1 - reach * effectiveness)
    said = r._("Safeguards never take a risk to nothing.")
    formula = f"RR = {number(inherent)} × (1 − {reach:g} × {number(effectiveness)}) = {number(value)}"
    return Step(r._("6. Residual risk"), said, (formula,), value)
