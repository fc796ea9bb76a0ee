"""The part of a report on risks: each chain as links, inherent and residual risk, the register of scenarios."""

from app.reports import charts, pictures
from app.reports.blocks import Beside, Block, Cell, Column, Facts, Heading, Row, Table, Text, row
from app.reports.figures import signed
from app.reports.reading import Reading
from app.reports.summary import band_cell
from scoring.questionnaire import Chain, Scenario
from scoring.result import ChainResult, ScenarioLine, ScenarioResult


def chains(r: Reading) -> list[Block]:
    """Each chain as links, with the table behind it."""
    blocks: list[Block] = [
        Heading(r._("The chains, link by link"), "chains", 1),
        Text(
            r._(
                "A chain is as open as the link that can be bent most easily. Colour and pattern show the band at the "
                "worst end; an empty link is one that this agency has no part in."
            )
        ),
        Text(r._("Why this agency is exposed: %(because)s", because=_exposed(r))),
    ]
    by_id = {chain.id: chain for chain in r.result.chains}
    for chain in r.questionnaire.chains:
        blocks.append(Heading(chain.title, f"chain-{chain.id}", 2))
        if chain.id in by_id:
            blocks += _chain(r, chain, by_id[chain.id])
        else:
            blocks.append(
                Text(r._("The profile closes every scenario of this chain. It is absent, which is not zero."))
            )
    left_out = [
        t for t in r.questionnaire.stages_left_out if all(t != s.id for c in r.questionnaire.chains for s in c.stages)
    ]
    if left_out:
        reasons = " ".join(r.questionnaire.stages_left_out[t] for t in left_out)
        blocks.append(Text(r._("Stages of other chains are left out: %(reasons)s", reasons=reasons), "small"))
    return blocks


def _exposed(r: Reading) -> str:
    q = r.questionnaire
    if not q.exposed_evidence:
        return q.exposed_because
    return f"{q.exposed_because} {r._('Sources: %(ids)s', ids=r.evidence(q.exposed_evidence))}"


def _chain(r: Reading, chain: Chain, scored: ChainResult) -> list[Block]:
    stages = {stage.id: stage for stage in scored.stages}
    links, rows, said = [], [], []
    for stage in chain.stages:
        if stage.id in stages:
            figures = stages[stage.id]
            words = f"{r.band_words(figures)}, {r.figure(figures.score)}"
            links.append(charts.ChainLink(stage.title, words, r.band_place(figures.band)))
            rows.append(row(Cell(stage.title, strong=True), band_cell(r, figures), r.interval(figures.interval)))
        else:
            words = _absence(r, stage.id)
            links.append(charts.ChainLink(stage.title, r._("no part in it"), None))
            rows.append(row(stage.title, words, "–"))
        said.append(f"{stage.title}: {words}")
    columns = (
        Column(r._("Stage"), 2),
        Column(r._("Band, or why there is none"), 3.6),
        Column(r._("Interval"), 1.5, "right"),
    )
    table = Table(r._("%(chain)s, stage by stage", chain=chain.title), columns, tuple(rows))
    worst = r.questionnaire.scenario[scored.worst_scenario]
    sentence = r._(
        "%(score)s at the worst end, %(band)s; interval %(interval)s. As far as shown: %(shown)s, %(shown_band)s. "
        "Worst scenario: %(code)s %(scenario)s. Scenarios in the two highest bands: %(high)d %(high_title)s, "
        "%(critical)d %(critical_title)s.",
        score=r.figure(scored.score),
        band=r.band_words(scored),
        interval=r.interval(scored.interval),
        shown=r.figure(scored.as_far_as_shown.score),
        shown_band=r.band_title(scored.as_far_as_shown.band),
        code=r.scenario_code[worst.id],
        scenario=worst.title,
        high=scored.high,
        high_title=r.model.bands[-2].title,
        critical=scored.critical,
        critical_title=r.model.bands[-1].title,
    )
    alt = r._("%(chain)s drawn as links. %(links)s.", chain=chain.title, links="; ".join(said).rstrip("."))
    return [Text(sentence), Beside(charts.chain(links, alt), table)]


def _absence(r: Reading, stage: str) -> str:
    if stage in r.questionnaire.stages_left_out:
        return r._("No part in it. %(reason)s", reason=r.questionnaire.stages_left_out[stage])
    if any(s.stage == stage for s in r.questionnaire.scenarios):
        return r._("Closed by the profile.")
    return r._("No part in it.")


def comparison(r: Reading) -> list[Block]:
    """Inherent and residual risk of each scenario, as bars."""
    cuts = [band.at_least for band in r.model.bands[1:]]
    rows = []
    for scenario in r.open_in_order:
        s = r.scenario_result[scenario.id]
        place = r.band_place(s.band)
        alt = r._(
            "Inherent risk %(inherent)s, residual risk %(residual)s, %(band)s.",
            inherent=r.inherent(s),
            residual=r.interval(s.residual),
            band=r.scenario_band(s),
        )
        rows.append(
            row(
                r.scenario_code[s.id],
                Cell(scenario.title, href=f"#scenario-{s.id}"),
                r.inherent(s),
                Cell(r.interval(s.residual), r.scenario_band(s), charts.swatch(place)),
                Cell(figure=charts.bar(s.inherent[1], s.residual, place, cuts, alt)),
            )
        )
    columns = (
        Column(r._("No."), 0.6),
        Column(r._("Scenario"), 3.2),
        Column(r._("Inherent"), 1.3, "right"),
        Column(r._("Residual"), 1.8),
        Column(r._("0 to 100"), 3.6),
    )
    return [
        Heading(r._("From inherent to residual risk"), "comparison", 1),
        Text(
            r._(
                "Inherent risk is what the work and its exposure bring; residual risk is what the safeguards leave of "
                "it. The dashed outline is the inherent risk, the filled bar the residual risk at the worst end, and "
                "the bold line its interval. Thin lines stand at the cuts between bands: %(cuts)s.",
                cuts=", ".join(f"{cut:g}" for cut in cuts),
            )
        ),
        Table(r._("Inherent and residual risk of each scenario"), columns, tuple(rows)),
        *_matrix(r),
    ]


def _matrix(r: Reading) -> list[Block]:
    """Where the scenarios stand by likelihood and impact, at the worst end."""
    said = r._(
        "Scenarios by likelihood (to the nearest whole number, at the worst end) and impact. Inherent risk has no "
        "band, so the fields have no colours."
    )
    stand = [
        (r.scenario_code[s.id], r.scenario_result[s.id].likelihood[1], r.scenario_result[s.id].impact)
        for s in r.open_in_order
    ]
    places = "; ".join(f"{code}: {likelihood:.2f}, {impact}" for code, likelihood, impact in stand)
    alt = r._("Scenarios by likelihood and impact. %(places)s.", places=places)
    rows = [
        row(code, r.questionnaire.scenario[s.id].title, f"{likelihood:.2f}", str(impact))
        for (code, likelihood, impact), s in zip(stand, r.open_in_order, strict=True)
    ]
    columns = (
        Column(r._("No."), 0.6),
        Column(r._("Scenario"), 5.0),
        Column(r._("Likelihood"), 1.2, "right"),
        Column(r._("Impact"), 1.0, "right"),
    )
    return [
        Heading(r._("Likelihood and impact"), "matrix", 2),
        Text(said),
        pictures.matrix(stand, r._("likelihood →"), r._("impact"), alt),
        Table(r._("Likelihood and impact of each scenario"), columns, tuple(rows)),
    ]


def register(r: Reading) -> list[Block]:
    """Each open scenario with the answers behind its figure."""
    blocks: list[Block] = [
        Heading(r._("Register of scenarios"), "register", 1),
        Text(
            r._(
                "Each scenario is a way in which the work could be bent. The lines below each add up to its residual "
                "risk at the worst end. They are rounded to two decimals; the attached data have them in full."
            )
        ),
    ]
    for scenario in r.open_in_order:
        blocks += _scenario(r, scenario, r.scenario_result[scenario.id])
    return blocks


def _scenario(r: Reading, scenario: Scenario, s: ScenarioResult) -> list[Block]:
    title = f"{r.scenario_code[s.id]}  {scenario.title}"
    impact = scenario.impact
    facts = Facts(
        (
            (
                r._("Where"),
                f"{r.chain_title(scenario.chain)}, {r.stage_title(scenario.stage)}: "
                + ", ".join(r.questionnaire.acts.get(act, act).lower() for act in scenario.acts),
            ),
            (
                r._("Residual risk"),
                r._(
                    "%(residual)s, %(band)s; inherent risk %(inherent)s",
                    residual=r.interval(s.residual),
                    band=r.scenario_band(s),
                    inherent=r.inherent(s),
                ),
            ),
            (
                r._("Likelihood"),
                r._(
                    "%(likelihood)s of 5, from a baseline of %(baseline)g. %(because)s",
                    likelihood=_range(s.likelihood),
                    baseline=scenario.baseline,
                    because=scenario.baseline_because,
                ),
            ),
            (
                r._("Impact"),
                _raised(r, scenario)
                + r._(
                    "%(impact)d of 5, the largest of: harm to victims %(victims)d, obstruction of justice %(justice)d, "
                    "reach %(reach)d, institutional damage %(institution)d. %(because)s",
                    impact=impact.largest,
                    victims=impact.victims,
                    justice=impact.justice,
                    reach=impact.reach,
                    institution=impact.institution,
                    because=scenario.impact_because,
                ),
            ),
            (
                r._("Weight in its chain"),
                r._("%(weight)g of 3. %(because)s", weight=scenario.weight, because=scenario.weight_because),
            ),
            (r._("Sources"), r.evidence(dict.fromkeys([*scenario.evidence, *scenario.baseline_evidence]))),
        )
    )
    columns = (
        Column(r._("What it comes from"), 4.2),
        Column(r._("Answer"), 3.4),
        Column(r._("Points"), 0.9, "right"),
    )
    rows = [_line(r, scenario, line) for line in s.because or []]
    rows.append(row(Cell(r._("Residual risk, worst end"), strong=True), "", Cell(f"{s.residual[1]:.2f}", strong=True)))
    return [
        Heading(title, f"scenario-{s.id}", 2),
        Text(scenario.description),
        facts,
        Table(r._("What the figure of %(code)s comes from", code=r.scenario_code[s.id]), columns, tuple(rows)),
    ]


def _raised(r: Reading, scenario: Scenario) -> str:
    """The words for an impact that the organisation raised, before those of the questionnaire."""
    raised = r.report.impacts.get(scenario.id)
    if raised is None:
        return ""
    words = r._("Raised by the organisation to %(value)d of 5: %(reason)s", value=raised.value, reason=raised.reason)
    return f"{words} {r._('In the questionnaire:')} "


def raised(r: Reading) -> list[Block]:
    """Every impact that the organisation set higher than the questionnaire does."""
    heading = Heading(r._("Impacts raised by the organisation"), "raised", 1)
    if not r.report.impacts:
        return [heading, Text(r._("None: each impact is that of the questionnaire. None can be lowered."))]
    columns = (
        Column(r._("No."), 0.6),
        Column(r._("Scenario"), 3.6),
        Column(r._("From → to"), 1.0),
        Column(r._("Why"), 4.0),
    )
    rows = [
        row(
            r.scenario_code[name],
            r.questionnaire.scenario[name].title,
            f"{r.questionnaire.scenario[name].impact.largest} → {found.value}",
            found.reason,
        )
        for name, found in r.report.impacts.items()
    ]
    said = r._("An organisation may raise an impact with a reason and never lower one. Scores below rest on these.")
    return [heading, Text(said), Table(r._("Raised impacts"), columns, tuple(rows))]


def _range(ends: tuple[float, float]) -> str:
    low, high = (f"{end:.2f}" for end in ends)
    return low if low == high else f"{low}–{high}"


def _line(r: Reading, scenario: Scenario, line: ScenarioLine) -> Row:
    lowest, highest = r.model.likelihood_lowest.value, r.model.likelihood_highest.value
    plain = {
        "baseline": r._(
            "Before anything is known: %(unit)g × impact %(impact)d × baseline likelihood %(baseline)g",
            unit=r.model.risk_unit.value,
            impact=r.scenario_result[scenario.id].impact,
            baseline=scenario.baseline,
        ),
        "clamp": r._("Likelihood held within %(low)g to %(high)g", low=lowest, high=highest),
        "cap": r._("Held back, because key safeguards are not fully there"),
    }
    if line.question is None:
        return row(plain.get(line.line, line.line), "", signed(line.points))
    question = r.questionnaire.question[line.question]
    link = next(link for link in question.links if link.scenario == scenario.id)
    strength = (
        r._("strength %(strength)d, key", strength=link.strength)
        if link.key
        else r._("strength %(strength)d", strength=link.strength)
    )
    small = f"{r.kind(question)}, {strength}"
    answer = Cell(r.answer_label(question.id))
    if r.answers.is_open_ended(question.id):
        counted = r._("counted at its worst: %(option)s", option=r.worst_option(question).label)
        answer = Cell(answer.text, counted)
    asked = Cell(f"{r.question_code[question.id]} {question.ask}", small, href=f"#question-{question.id}")
    return row(asked, answer, signed(line.points))
