"""How the figures are made: one scenario of this report worked by hand, the constants, and verification."""

from app.reports.blocks import Block, Cell, Column, Heading, Points, Row, Table, Text, row
from app.reports.reading import Reading
from app.reports.worked import number, worked
from scoring.questionnaire import Scenario


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
        *_steps(r, scenario),
        *_upwards(r, scenario),
        *_constants(r),
    ]


def _steps(r: Reading, scenario: Scenario) -> list[Block]:
    figures = r.scenario_result[scenario.id]
    blocks: list[Block] = []
    for place, step in enumerate(worked(r, scenario), 1):
        blocks += [Heading(step.title, f"step-{place}", 2), Text(step.said), Text("\n".join(step.formulas), "formula")]
    return [
        *blocks,
        Text(
            r._(
                "The register has it as %(residual)s, %(band)s. At the best end, with everything unknown at its best, "
                "the same steps give %(best)s.",
                residual=r.figure(figures.residual[1]),
                band=r.band_title(figures.band),
                best=r.figure(figures.residual[0]),
            )
        ),
    ]


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
                "%(chain)s: the score is the mean of its open scenarios (%(codes)s), each with its weight.",
                chain=r.chain_title(chain.id),
                codes=names,
            )
            + " "
            + r.ngettext(
                "Its band is that of the score, but never more than %(num)d band below that of its worst scenario.",
                "Its band is that of the score, but never more than %(num)d bands below that of its worst scenario.",
                int(r.model.floor_steps.value),
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
    ladder = ", ".join(number(level) for level in m.ladder.values())
    efforts = ", ".join(f"{r.effort(effort)} {value:g}" for effort, value in m.efforts.items())
    rows += [
        row(r._("Bands, from"), cuts, Cell(m.bands_because, m.bands_source)),
        row(r._("Levels of a safeguard"), ladder, Cell(m.ladder_because, m.ladder_source)),
        row(r._("Effort"), efforts, Cell(m.efforts_because, m.efforts_source)),
    ]
    rows += _tried_with(r)
    columns = (Column(r._("Constant"), 2.4), Column(r._("Value"), 1.6), Column(r._("Reason and source"), 5))
    return [
        Heading(r._("Constants of the risk model"), "constants", 2),
        Table(r._("Constants of the risk model"), columns, tuple(rows)),
    ]


def _tried_with(r: Reading) -> list[Row]:
    settings = r.model.robustness
    if settings is None:
        return []
    titles = {
        "draws": r._("Trials with other weights"),
        "seed": r._("Seed of their random numbers"),
        "strengths_moved": r._("Strengths and weights moved, by a share of up to"),
        "keys_dropped": r._("Chance that a key mark is dropped"),
        "judgements_moved": r._("Share of scenarios whose baseline and impact may move"),
        "control_reach_moved": r._("What all safeguards can take away moved, by up to"),
        "levels_moved": r._("Levels of exposures and signals moved, by up to"),
        "cuts_moved": r._("Cuts between bands moved, by up to"),
        "two_ways": r._("Chance of each of two ways"),
        "tail": r._("Share of the trials left out at each end"),
        "first": r._("Actions before the line"),
        "likely": r._("Share of the trials for “likely”"),
        "stable": r._("Share of the trials for “stable”"),
    }
    rows = []
    for name, title in titles.items():
        constant = getattr(settings, name)
        rows.append(row(title, f"{constant.value:g}", Cell(constant.because, constant.source)))
    ladder = ", ".join(number(level) for level in settings.convex_ladder.values())
    return [
        *rows,
        row(
            r._("The other levels of a safeguard"),
            ladder,
            Cell(settings.convex_ladder_because, settings.convex_ladder_source),
        ),
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
                r._(
                    "It proves that the report agrees with itself and, where it says so, with a released questionnaire."
                ),
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
