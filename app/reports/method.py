"""How the figures are made: one scenario of this very report worked by hand, the model's constants, and verification."""

from collections.abc import Callable, Sequence

from app.reports.blocks import Block, Cell, Column, Heading, Points, Row, Table, Text, row
from app.reports.reading import Reading
from scoring.questionnaire import Question, Scenario
from scoring.result import ScenarioResult


def method(r: Reading) -> list[Block]:
    """The formulas with the numbers of the worst scenario, the way up to the overall score, and the constants."""
    code = list(r.scenario_code)
    worst = min(r.result.scenarios, key=lambda s: (-round(s.residual[1], 9), code.index(s.id)))
    scenario = r.questionnaire.scenario[worst.id]
    return [
        Heading(r._("Method, worked by hand"), "method", 1, fresh=True),
        Text(
            r._(
                "Here is the worst scenario of this report, %(code)s %(scenario)s, computed step by step at the worst "
                "end. Every other figure is made in the same way. Multiplying ordinal scales is a convention, and is "
                "stated as one.",
                code=r.scenario_code[worst.id],
                scenario=scenario.title,
            )
        ),
        *_Walk(r, scenario, worst).steps(),
        *_upwards(r, scenario),
        *_constants(r),
    ]


class _Walk:
    """One scenario at the worst end, with a pencil. The engine's figures stand beside it in the register."""

    def __init__(self, r: Reading, scenario: Scenario, figures: ScenarioResult) -> None:
        self.r, self.scenario, self.figures = r, scenario, figures
        self.hidden = r.answers.hidden

    def linked(self, kind: str) -> list[tuple[Question, int, bool, float]]:
        """Questions of a kind that apply, with strength, key mark and the level that counts at the worst end."""
        found = []
        for question in self.r.questionnaire.questions:
            option = self.r.answers.answer(question.id).option
            if question.kind != kind or question.id in self.hidden or option == "not_applicable":
                continue
            worst = question.options[0 if kind == "control" else -1].level
            level = question.level_of.get(option, worst)
            found += [(question, k.strength, k.key, level) for k in question.links if k.scenario == self.scenario.id]
        return found

    def mean(self, linked: Sequence[tuple[Question, int, bool, float]]) -> tuple[str, float]:
        """The weighted mean of levels, as it is written and as a number."""
        over = sum(strength for _, strength, _, _ in linked)
        terms = " + ".join(f"{strength} × {_number(level)}" for _, strength, _, level in linked)
        value = sum(strength * level for _, strength, _, level in linked) / over
        return f"({terms}) / {over} = {_number(value)}", value

    def steps(self) -> list[Block]:
        r, m, s = self.r, self.r.model, self.figures
        codes = r.question_code
        exposures, signals, controls = (self.linked(kind) for kind in ("exposure", "signal", "control"))
        blocks: list[Block] = []

        def step(title: str, said: str, formula: str) -> None:
            blocks.append(Heading(title, f"step-{len(blocks)}", 2))
            blocks.append(Text(said))
            blocks.append(Text(formula, "formula"))

        said = r._("The mean of the levels of what exposes, each with its strength: %(codes)s.", codes=_codes(codes, exposures))
        if exposures:
            formula, exposure = self.mean(exposures)
        else:
            exposure = m.exposure_neutral.value
            formula = _number(exposure)
            said = r._("No question of exposure applies, so the exposure is neutral.")
        step(r._("1. Exposure"), said, f"E = {formula}")

        swing, neutral = m.exposure_swing.value, m.exposure_neutral.value
        unclamped = self.scenario.baseline + swing * (exposure - neutral)
        before = min(max(unclamped, m.likelihood_lowest.value), m.likelihood_highest.value)
        held = "" if before == unclamped else r._(", held within the scale: %(value)s", value=_number(before))
        formula = (
            f"X = {self.scenario.baseline:g} + {swing:g} × ({_number(exposure)} − {_number(neutral)}) = {_number(unclamped)}"
        )
        step(
            r._("2. Likelihood before signals"),
            r._("From the baseline, exposure moves the likelihood up or down."),
            formula + held,
        )

        signal = max((level for *_, level in signals), default=0.0)
        share, highest = m.signal_share.value, m.likelihood_highest.value
        likelihood = before + signal * share * (highest - before)
        said = (
            r._("The largest signal counts, of %(codes)s. It can raise the likelihood and never lowers it.", codes=_codes(codes, signals))
            if signals
            else r._("No signal bears on this scenario.")
        )
        step(
            r._("3. Signals"),
            said,
            f"L = {_number(before)} + {_number(signal)} × {share:g} × ({highest:g} − {_number(before)}) = {_number(likelihood)}",
        )

        unit = m.risk_unit.value
        inherent = unit * likelihood * s.impact
        step(
            r._("4. Inherent risk"),
            r._("Likelihood times impact, brought to a scale of 100."),
            f"IR = {unit:g} × {_number(likelihood)} × {s.impact} = {_number(inherent)}",
        )

        effectiveness = self._controls(step, controls)
        reach = m.control_reach.value
        residual = inherent * (1 - reach * effectiveness)
        step(
            r._("6. Residual risk"),
            r._("Safeguards never take a risk to nothing."),
            f"RR = {_number(inherent)} × (1 − {reach:g} × {_number(effectiveness)}) = {_number(residual)}",
        )
        blocks.append(
            Text(
                r._(
                    "The register has it as %(residual)s, %(band)s. At the best end, with everything unknown at its "
                    "best, the same steps give %(best)s.",
                    residual=r.figure(s.residual[1]),
                    band=r.band_title(s.band),
                    best=r.figure(s.residual[0]),
                )
            )
        )
        return blocks

    def _controls(self, step: Callable[[str, str, str], None], controls: list[tuple[Question, int, bool, float]]) -> float:
        r, parts = self.r, self.r.model.cap_parts.value
        title = r._("5. Control effectiveness")
        if not controls:
            step(title, r._("No safeguard applies."), "CE = 0")
            return 0.0
        formula, mean = self.mean(controls)
        keys = [level for _, _, key, level in controls if key]
        said = r._("The mean of the safeguards’ levels, each with its strength: %(codes)s.", codes=_codes(r.question_code, controls))
        if not keys:
            step(title, said + " " + r._("None of them is key, so there is no cap."), f"CE = {formula}")
            return mean
        key_mean = sum(keys) / len(keys)
        cap = (1 + (parts - 1) * key_mean) / parts
        key_codes = ", ".join(r.question_code[question.id] for question, _, key, _ in controls if key)
        said += " " + r._("It is capped by the key ones: %(codes)s.", codes=key_codes)
        capped = round(mean, 9) > round(cap, 9)
        lines = [
            r._("mean = %(formula)s", formula=formula),
            f"K = ({' + '.join(_number(level) for level in keys)}) / {len(keys)} = {_number(key_mean)}",
            r._("cap = %(formula)s", formula=f"(1 + {parts - 1:g} × {_number(key_mean)}) / {parts:g} = {_number(cap)}"),
            f"CE = {_number(cap if capped else mean)}",
        ]
        step(title, said, "\n".join(lines))
        return cap if capped else mean


def _codes(codes: dict[str, str], linked: Sequence[tuple[Question, int, bool, float]]) -> str:
    return ", ".join(codes[question.id] for question, *_ in linked)


def _number(value: float) -> str:
    return f"{value:.4f}".rstrip("0").rstrip(".")


def _upwards(r: Reading, scenario: Scenario) -> list[Block]:
    chain = next(c for c in r.result.chains if c.id == scenario.chain)
    members = [s for s in r.open_in_order if s.chain == chain.id]
    residual = r.scenario_result
    weights = sum(s.weight for s in members)
    terms = " + ".join(f"{s.weight:g} × {residual[s.id].residual[1]:.2f}" for s in members)
    names = ", ".join(r.scenario_code[s.id] for s in members)
    overall = r.result.overall
    means = " + ".join(f"{c.score:.2f}" for c in r.result.chains)
    return [
        Heading(r._("7. The chain, and the overall score"), "step-chain", 2),
        Text(
            r._(
                "The score of the %(chain)s is the mean of its open scenarios (%(codes)s), each with its weight. Its "
                "band is that of the score, but never more than %(steps)g below that of its worst scenario.",
                chain=r.chain_title(chain.id).lower(),
                codes=names,
                steps=r.model.floor_steps.value,
            )
        ),
        Text(f"C = ({terms}) / {weights:g} = {chain.score:.2f}", "formula"),
        Text(r._("The overall score is the mean of the chains that are present, with equal weights.")),
        Text(f"({means}) / {len(r.result.chains)} = {overall.score:.2f}", "formula"),
    ]


def _constants(r: Reading) -> list[Block]:
    m = r.model
    titles = {
        "likelihood_lowest": r._("Lowest likelihood"),
        "likelihood_highest": r._("Highest likelihood"),
        "exposure_neutral": r._("Neutral exposure"),
        "exposure_swing": r._("Swing of exposure, in points of likelihood"),
        "signal_share": r._("Share of the way that a signal at its top goes"),
        "risk_unit": r._("Unit of risk"),
        "control_reach": r._("What all safeguards together can take away"),
        "cap_parts": r._("Parts of the cap"),
        "floor_steps": r._("Bands below the worst scenario, at most"),
        "too_little_known": r._("Unknown share above which a chain is too little known"),
        "watch_from": r._("Inherent risk from which a safeguard is watched"),
        "compare_decimals": r._("Decimals at which figures are compared"),
        "near_cut": r._("Distance from a cut within which more decimals are printed"),
    }
    rows: list[Row] = []
    for name, title in titles.items():
        constant = getattr(m, name)
        rows.append(row(title, f"{constant.value:g}", Cell(constant.because, constant.source)))
    cuts = ", ".join(f"{band.title} {band.at_least:g}" for band in m.bands)
    ladder = ", ".join(_number(level) for level in m.ladder.values())
    efforts = ", ".join(f"{r.effort(effort)} {value:g}" for effort, value in m.efforts.items())
    rows += [
        row(r._("Bands, from"), cuts, Cell(m.bands_because, m.bands_source)),
        row(r._("Levels of a safeguard"), ladder, Cell(m.ladder_because, m.ladder_source)),
        row(r._("Effort"), efforts, Cell(m.efforts_because, m.efforts_source)),
    ]
    columns = (Column(r._("Constant"), 2.4), Column(r._("Value"), 1.6), Column(r._("Reason and source"), 5))
    return [
        Heading(r._("Constants of the risk model"), "constants", 2),
        Table(r._("Constants of the risk model"), columns, tuple(rows)),
    ]


def verification(r: Reading) -> list[Block]:
    """How anybody can recompute the report, and what that proves."""
    q = r.questionnaire
    return [
        Heading(r._("Verification"), "verification", 1),
        Text(
            r._(
                "The PDF carries its data as an attachment, report.json: the questionnaire, the risk model, the "
                "answers and every figure. Whoever has the file can compute all of it anew, offline:"
            )
        ),
        Text("plumbline verify report.pdf\nplumbline verify report.json", "formula"),
        Text(
            r._(
                "It computes each figure to 0.000001, names what does not hold, says whether the questionnaire is a "
                "released one, and redraws the pages to see whether they are the ones that belong to the data. It "
                "needs nothing of this software beyond the formulas above: another program may do the same."
            )
        ),
        Points(
            (
                r._("It proves that the report agrees with itself, and with a released questionnaire."),
                r._("It does not prove who wrote it, nor that the answers are true."),
                r._("Pages that were printed, removed or blacked out do not change the data inside the file."),
            )
        ),
        Text(
            r._(
                "Questionnaire %(id)s %(version)s, fingerprint %(hash)s. Risk model %(model)s, engine %(engine)s.",
                id=q.id,
                version=q.version,
                hash=q.hash,
                model=r.result.risk_model,
                engine=r.result.engine,
            ),
            "small",
        ),
    ]
