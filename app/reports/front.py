"""What stands first in a report: document control, what it is and is not, the summary on one page, completeness."""

import hashlib

from app.reports import charts
from app.reports.blocks import Block, Cell, Column, Facts, Heading, Notice, Points, Row, Table, Text, row
from app.reports.reading import Reading, points
from scoring.result import Banded, Overall

FIRST = 5  # scenarios and actions in the summary: what one page holds
CALLED_FOR = ("duty", "look_into", "quick_win", "major_project", "find_out")  # lanes that ask somebody to act


def control(r: Reading, data: bytes) -> Facts:
    """Document control; `data` is the report's JSON, whose fingerprint is printed."""
    about, q = r.report.about, r.questionnaire
    not_given = r._("not given")
    submitted = r._("submitted") if r.report.state == "submitted" else r._("draft, not submitted")
    return Facts(
        (
            (r._("Organisation"), about.organisation or not_given),
            (r._("Kind of agency"), q.title),
            (r._("What it is about"), about.scope or not_given),
            (r._("How it was answered"), about.answered_by or not_given),
            (r._("Date"), about.date or not_given),
            (r._("Valid until"), _valid_until(r)),
            (r._("State"), submitted),
            (r._("Questionnaire"), _version(r)),
            (r._("Fingerprint of the questionnaire"), q.hash),
            (r._("Risk model, engine"), r._("%(model)s, %(engine)s", model=r.result.risk_model, engine=r.result.engine)),
            (r._("Fingerprint of the data inside"), "sha256:" + hashlib.sha256(data).hexdigest()),
        )
    )


def _version(r: Reading) -> str:
    q = r.questionnaire
    if q.draft:
        return r._("%(id)s %(version)s, a draft that is not released", id=q.id, version=q.version)
    return r._("%(id)s %(version)s", id=q.id, version=q.version)


def _valid_until(r: Reading) -> str:
    day = r.day()
    if day is None:
        return r._("12 months from its date")
    year, month, of_month = day
    last = 28 if (month, of_month) == (2, 29) else of_month
    return f"{year + 1:04}-{month:02}-{last:02}"


def marks(r: Reading) -> tuple[str, ...]:
    """The word that every page carries while a report is a draft, or rests on one."""
    return (r._("DRAFT"),) if r.report.state == "draft" or r.questionnaire.draft else ()


def notices(r: Reading) -> tuple[Notice, ...]:
    """What stands on the cover."""
    use = Notice(
        r._("What this report may be used for"),
        (
            r._("Not a certificate. Not for pay, discipline, funding, licences or ranking posts. Valid for 12 months."),
            r._(
                "All answers and notes are inside this file, also if pages are removed or blacked out. "
                "Give it only to those who may read them all."
            ),
        ),
    )
    draft = []
    if r.report.state == "draft":
        draft.append(r._("The assessment is not submitted: answers may be missing and may still change."))
    if r.questionnaire.draft:
        draft.append(r._("The questionnaire is a draft: its questions and weights are not released and may change."))
    return (Notice(r._("This is a draft"), tuple(draft), urgent=True), use) if draft else (use,)


def what_it_is(r: Reading) -> list[Block]:
    """What the report is and is not."""
    return [
        Heading(r._("What this report is, and what it is not"), "what-it-is", 1),
        Text(
            r._(
                "It shows where this agency could be bent in the service of human trafficking, how sure that picture "
                "is, and what to do first. It rests on the agency’s own answers about exposure and safeguards, and on "
                "a published model that anybody can recompute."
            ),
            "lead",
        ),
        Points(
            (
                r._("A risk score is not a probability of corruption, and it is not a finding about anybody."),
                r._("The absence of known cases is never evidence of low risk."),
                r._("Scores are not comparable across countries or across kinds of agency."),
                r._("Nobody outside the agency has confirmed the answers, unless a note says so."),
                r._("A signal has innocent causes too. It is a reason to look, not proof."),
                r._("What an action is worth is arithmetic on the model. It is no promise of an effect."),
            )
        ),
        Heading(r._("How to read the figures"), "how-to-read", 2),
        Text(
            r._(
                "Scores run from 0 to 100. A band is a range of scores: %(bands)s. What nobody knows is counted twice, "
                "at its worst and at its best; the two results are the ends of the interval. The headline and every "
                "order in this report use the worst end, since a safeguard that nobody knows of does not protect.",
                bands=_bands(r),
            )
        ),
        Text(
            r._(
                "A band is printed alone only where it is certain: where both ends and the stress test give the same "
                "one, and enough is known. No chain is more than one band below its worst scenario, because a mean "
                "hides what is worst."
            )
        ),
        Text(
            r._(
                "“As far as shown” is the same score with only what is shown: a safeguard said to operate without a "
                "record to show it counts as on paper, one said to work counts as operating until a reviewer has "
                "confirmed it, and “we looked and found none” without a record counts as “don’t know”."
            )
        ),
    ]


def _bands(r: Reading) -> str:
    upper = [f"{band.at_least:g}" for band in r.model.bands[1:]]
    parts = []
    for place, band in enumerate(r.model.bands):
        if place == 0:
            parts.append(r._("%(band)s below %(cut)s", band=band.title, cut=upper[0] if upper else "100"))
        else:
            parts.append(r._("%(band)s from %(cut)s", band=band.title, cut=f"{band.at_least:g}"))
    return ", ".join(parts)


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
        _chains(r),
        *_attention(r),
        Text(_safeguards(r)),
        _worst_scenarios(r),
        _first_actions(r),
        Text(_unknowns(r)),
    ]


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
        "Of %(all)d safeguards that apply, %(evidenced)d are said to work with evidence, %(operating)d to operate, "
        "%(on_paper)d to exist on paper only; %(absent)d are absent and %(unknown)d unknown.",
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


def completeness(r: Reading) -> list[Block]:
    """How many questions were asked and how they were answered."""
    c = r.result.completeness
    columns = (Column(r._("Questions"), 4), Column(r._("Number"), 1, "right"))
    rows = (
        row(r._("Asked"), Cell(str(c.questions), strong=True)),
        row(r._("Answered"), str(c.answered)),
        row(r._("Don’t know"), str(c.unknown)),
        row(r._("Prefer not to say"), str(c.prefer_not_to_say)),
        row(r._("Not applicable"), str(c.not_applicable)),
        row(r._("Not answered"), str(c.unanswered)),
    )
    share = [
        row(r.chain_title(chain.id), f"{100 * chain.unknown_share:.1f} %", r._("yes") if r.too_little_known(chain) else r._("no"))
        for chain in r.result.chains
    ]
    limit = f"{100 * r.model.too_little_known.value:g} %"
    known = (
        Column(r._("Chain"), 3),
        Column(r._("Share unknown"), 1.2, "right"),
        Column(r._("Too little known (above %(limit)s)", limit=limit), 2),
    )
    missing = [f.ask for f in r.questionnaire.profile if f.id in r.answers.missing_facts]
    blocks: list[Block] = [
        Heading(r._("Completeness"), "completeness", 1, fresh=True),
        Table(r._("Questions that were asked"), columns, rows, titled=True),
        Text(r._("Nothing records who preferred not to say, or why."), "small"),
        Table(r._("How much of each chain is unknown"), known, tuple(share), titled=True),
        Text(
            r._("The share is of the strength with which unknown answers bear on the chain’s scenarios."),
            "small",
        ),
    ]
    if missing:
        blocks.append(Text(r._("Facts not given, so that whatever hangs on them stays open: %(facts)s", facts=" ".join(missing))))
    return blocks
