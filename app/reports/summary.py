"""The summary of a report, on one page: what somebody reads who reads nothing else."""

from app.reports import charts
from app.reports.blocks import Block, Cell, Column, Heading, Row, Table, Text, row
from app.reports.figures import points
from app.reports.reading import Reading, Translator
from scoring.recommendations import CALLED_FOR
from scoring.result import Banded, Overall, RobustnessResult

FIRST = 5  # scenarios and actions that are named: what one page holds


def summary(r: Reading) -> list[Block]:
    """The summary, which fits on one page."""
    overall = r.result.overall
    return [
        Heading(r._("Summary"), "summary", 1, fresh=True),
        Text(
            r._(
                "Overall residual risk at the worst end: %(score)s, %(band)s. Interval: %(interval)s.",
                score=r.figure(overall.score),
                band=r.band_words(overall),
                interval=r.interval(overall.interval),
            )
            + " "
            + _shown_sentence(r, overall),
            "lead",
        ),
        *_reviewed(r),
        _chains(r),
        *_attention(r),
        Text(_safeguards(r)),
        _worst_scenarios(r),
        *_act_today(r),
        _first_actions(r),
        Text(_unknowns(r)),
        *_robust(r),
    ]


def _reviewed(r: Reading) -> list[Block]:
    found = r.report.review
    if found is None:
        return []
    overall = found.result.overall
    words = r._(
        "With the reviewer’s levels it is %(score)s, %(band)s. The next part shows both views, and where they differ.",
        score=r.figure(overall.score),
        band=r.band_words(overall),
    )
    return [Text(words)]


def _robust(r: Reading) -> list[Block]:
    tried = r.result.robustness
    if tried is None:
        return []
    return [Text(r._("Would other weights change it? %(words)s", words=other_weights(r, tried)))]


def other_weights(r: Reading, tried: RobustnessResult) -> str:
    """Whether the overall band would be another with other weights, in words."""
    return weights_words(r.translator, tried.overall.in_band, r.band_title(r.result.overall.band))


def weights_words(translator: Translator, share: float, band: str) -> str:
    """In how large a share of trials the overall band is the same, in words."""
    _ = translator.gettext
    if share >= 0.9:
        words = _("Hardly. In %(percent)s of 100 trials with other weights the overall band is %(band)s as well.")
    elif share >= 0.6:
        words = _("Probably not. In %(percent)s of 100 trials with other weights the overall band is %(band)s, too.")
    else:
        words = _("It might. Only in %(percent)s of 100 trials with other weights is the overall band %(band)s.")
    return words % {"percent": f"{100 * share:.0f}", "band": band}


def _shown_sentence(r: Reading, overall: Overall) -> str:
    shown = overall.as_far_as_shown
    answers = r.ngettext(
        "%(num)d answer rests on nothing that was shown",
        "%(num)d answers rest on nothing that was shown",
        shown.unshown,
    )
    if not shown.unshown:
        return r._("Everything that counts is shown.")
    words = {"score": r.figure(shown.score), "band": r.band_title(shown.band), "answers": answers}
    if shown.band == overall.band:
        return r._("As far as shown: %(score)s, %(band)s (%(answers)s).", **words)
    return r._("As far as shown it is %(score)s, %(band)s, which is another band: %(answers)s.", **words)


def _chains(r: Reading) -> Table:
    columns = (
        Column(r._("Chain"), 2.1),
        Column(r._("Band"), 2.6),
        Column(r._("Score, worst end"), 1.2, "right"),
        Column(r._("Interval"), 1.7, "right"),
        Column(r._("As far as shown"), 1.9),
        Column(r._("High, critical scenarios"), 1.4, "right"),
    )
    rows = [_chain_row(r, r._("Overall"), r.result.overall, "", strong=True)]
    for chain in r.result.chains:
        counts = r._("%(high)d, %(critical)d", high=chain.high, critical=chain.critical)
        rows.append(_chain_row(r, r.chain_title(chain.id), chain, counts, href=f"#chain-{chain.id}"))
    return Table(r._("The chains that this agency is part of"), columns, tuple(rows), titled=True)


def _chain_row(r: Reading, title: str, scored: Overall, counts: str, strong: bool = False, href: str = "") -> Row:
    shown = scored.as_far_as_shown
    return row(
        Cell(title, strong=strong, href=href),
        band_cell(r, scored),
        Cell(r.figure(scored.score), strong=True),
        r.interval(scored.interval),
        f"{r.figure(shown.score)}, {r.band_title(shown.band)}",
        counts,
    )


def band_cell(r: Reading, banded: Banded) -> Cell:
    """A band in words, with a sample of the worst end's colour and pattern."""
    return Cell(r.band_words(banded), swatch=charts.swatch(r.band_place(banded.band)))


def _attention(r: Reading) -> list[Block]:
    top = {band.id for band in r.model.bands[-2:]}
    listed = [c for c in r.result.chains if c.band in top or r.too_little_known(c)]
    if not listed:
        return []
    names = [
        r._("%(chain)s (too little known)", chain=r.chain_title(c.id)) if r.too_little_known(c) else r.chain_title(c.id)
        for c in listed
    ]
    return [Text(r._("High, critical or too little known: %(chains)s.", chains=", ".join(names)))]


def _safeguards(r: Reading) -> str:
    s = r.result.safeguards
    return r._(
        "Safeguards that apply: %(all)d. Said to work with evidence: %(evidenced)d; operating: %(operating)d; on paper "
        "only: %(on_paper)d; absent: %(absent)d; unknown: %(unknown)d.",
        all=s.evidenced + s.operating + s.on_paper + s.absent + s.unknown,
        **s.model_dump(),
    )


def _worst_scenarios(r: Reading) -> Table:
    code = list(r.scenario_code)
    worst = sorted(r.result.scenarios, key=lambda s: (-round(s.residual[1], 9), code.index(s.id)))[:FIRST]
    rows = [
        row(
            r.scenario_code[s.id],
            Cell(r.questionnaire.scenario[s.id].title, href=f"#scenario-{s.id}"),
            Cell(r.scenario_band(s), swatch=charts.swatch(r.band_place(s.band))),
            r.interval(s.residual),
        )
        for s in worst
    ]
    columns = (
        Column(r._("No."), 0.6),
        Column(r._("Scenario"), 5.4),
        Column(r._("Band"), 2.0),
        Column(r._("Residual risk"), 1.7, "right"),
    )
    return Table(r._("Worst scenarios"), columns, tuple(rows), titled=True)


def _act_today(r: Reading) -> list[Block]:
    codes = ", ".join(r.question_code[question] for question in r.act_now)
    return [Text(r._("Act today on the answers to %(codes)s: see the action plan.", codes=codes))] if codes else []


def _first_actions(r: Reading) -> Block:
    first = [a for a in r.in_lanes if a.lane in CALLED_FOR][:FIRST]
    if not first:
        return Text(r._("No action is called for by the answers."))
    rows = []
    for a in first:
        recommendation = r.questionnaire.recommendation[a.id]
        rows.append(
            row(
                r.action_code[a.id],
                Cell(recommendation.title, href=f"#action-{a.id}"),
                r.lanes[a.lane],
                points(a.benefit) if a.rank else "–",
                recommendation.within,
            )
        )
    columns = (
        Column(r._("No."), 0.6),
        Column(r._("Action"), 4.8),
        Column(r._("Lane"), 1.5),
        Column(r._("Points"), 0.8, "right"),
        Column(r._("Within"), 2.0),
    )
    return Table(r._("First actions"), columns, tuple(rows), titled=True)


def _unknowns(r: Reading) -> str:
    unknowns = r.result.unknowns or []
    if not unknowns:
        return r._("Nothing that counts is unknown.")
    named = [
        r._(
            "%(question)s (%(points)s points)",
            question=f"{r.question_code[u.question]} {r.questionnaire.question[u.question].ask}",
            points=points(u.width["overall"]),
        )
        for u in unknowns[:2]
    ]
    return r._("Find out first: %(questions)s", questions="; ".join(named))
