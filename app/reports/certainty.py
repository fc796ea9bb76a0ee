"""How sure a report is: what the unknown answers leave open, and what other sensible weights would change."""

from app.reports import pictures
from app.reports.blocks import Block, Cell, Column, Figure, Heading, Points, Row, Table, Text, row
from app.reports.figures import points
from app.reports.reading import Reading
from app.reports.summary import band_cell, other_weights
from app.second_look import second_looks
from scoring.questionnaire import Question, Robustness
from scoring.result import ChainResult, Overall, RobustnessResult, RobustRank, RobustScore


def how_sure(r: Reading) -> list[Block]:
    """What is not known, and how far it could move the scores: no assumption is needed for that."""
    columns = (
        Column(r._("Chain"), 2.0),
        Column(r._("Interval"), 1.6, "right"),
        Column(r._("Band"), 2.4),
        Column(r._("Certain, or why not"), 4.2),
    )
    rows = [_sure(r, r._("Overall"), r.result.overall)]
    rows += [_sure(r, r.chain_title(chain.id), chain) for chain in r.result.chains]
    return [
        Heading(r._("How sure is this"), "how-sure", 1, fresh=True),
        Text(_open_words(r), "lead"),
        Text(
            r._(
                "Whatever the unknown answers turn out to be, the scores stay within these intervals. That is "
                "arithmetic and needs no assumption. It says nothing about answers that are wrong."
            )
        ),
        _drawn(r, [(r._("Overall"), r.result.overall.interval), *_intervals(r)], dashed=False),
        Table(r._("Between which ends each score lies"), columns, tuple(rows), titled=True),
        *_find_out(r),
    ]


def _open_words(r: Reading) -> str:
    c, overall = r.result.completeness, r.result.overall
    unknown = c.unknown + c.prefer_not_to_say + c.unanswered
    if not r.result.unknowns:
        return r._("Nothing that counts is unknown: each score is one number, and not a range.")
    share = r.ngettext(
        "%(num)d of the %(all)d answers is not known.",
        "%(num)d of the %(all)d answers are not known.",
        unknown,
        all=c.questions,
    )
    low, high = (r.figure(end) for end in overall.interval)
    return f"{share} " + r._(
        "If all of them turned out well, the overall score would be %(low)s; if all turned out badly, %(high)s.",
        low=low,
        high=high,
    )


def _sure(r: Reading, title: str, scored: Overall) -> Row:
    return row(Cell(title, strong=True), r.interval(scored.interval), band_cell(r, scored), _why(r, scored))


def _why(r: Reading, scored: Overall) -> str:
    if scored.certain:
        return r._("Certain: both ends and the stress test give this band.")
    reasons = []
    chains = [scored] if isinstance(scored, ChainResult) else r.result.chains
    vague = [r.chain_title(chain.id) for chain in chains if r.too_little_known(chain)]
    if vague:
        reasons.append(r._("Too little is known of: %(chains)s.", chains=", ".join(vague)))
    if scored.band_best != scored.band:
        reasons.append(r._("The unknown answers could bring it down to %(band)s.", band=r.band_title(scored.band_best)))
    if scored.band_stressed != scored.band:
        band = r.band_title(scored.band_stressed)
        reasons.append(r._("If what was called not applicable did apply, it could be %(band)s.", band=band))
    return " ".join(reasons)


def _find_out(r: Reading) -> list[Block]:
    """What nobody knows, by how much finding out would narrow the picture, and what to ask whom."""
    found = r.result.unknowns or []
    blocks: list[Block] = [Heading(r._("Find these out first"), "unknowns", 2)]
    if not found:
        return [*blocks, Text(r._("Nothing that counts is unknown."))]
    chains = [chain.id for chain in r.result.chains]
    blocks.append(
        Text(
            r._(
                "By so many points each score would fall if that one unknown turned out at its best. It may also turn "
                "out at its worst; then the score stays, but is known."
            )
        )
    )
    columns = (
        Column(r._("Question"), 3.9),
        Column(r._("What to ask, and whom"), 3.0),
        *(Column(r.chain_title(chain), 1.4, "right") for chain in chains),
        Column(r._("Overall"), 1.0, "right"),
    )
    rows = [
        row(
            Cell(
                f"{r.question_code[u.question]} {r.questionnaire.question[u.question].ask}",
                r.answer_label(u.question),
                href=f"#question-{u.question}",
            ),
            _ask(r, r.questionnaire.question[u.question]),
            *(points(u.width.get(chain, 0.0)) for chain in chains),
            Cell(points(u.width["overall"]), strong=True),
        )
        for u in found
    ]
    return [*blocks, Table(r._("Unknown answers"), columns, tuple(rows))]


def _ask(r: Reading, question: Question) -> Cell:
    inside = r._("Inside: whoever keeps the record.")
    outside = question.confirmable_by and r._("Outside: %(who)s.", who=", ".join(question.confirmable_by))
    return Cell(question.evidence_asked or inside, outside or "")


def second_look(r: Reading) -> list[Block]:
    """Answers that sit badly beside each other, or say too much: to be looked at, refused by nobody."""
    heading = Heading(r._("Answers that want a second look"), "second-look", 1)
    found = second_looks(r.result.consistency or [], r.questionnaire, r.translator)
    if not found:
        return [heading, Text(r._("None stood out to the checks that a machine can make."))]
    columns = (Column(r._("How urgent"), 1.2), Column(r._("Why"), 5.0), Column(r._("Answers"), 2.2))
    rows = [row(Cell(one.urgency, strong=True), one.reason, _concerned(r, one.questions)) for one in found]
    return [
        heading,
        Text(
            r._(
                "These were shown before the answers were submitted. Each can have a good explanation, and none "
                "changes a score. Whoever reviews the report should ask about them first."
            )
        ),
        Table(r._("Answers that want a second look"), columns, tuple(rows)),
    ]


def _concerned(r: Reading, questions: tuple[Question, ...]) -> Cell:
    codes = ", ".join(r.question_code[question.id] for question in questions)
    return Cell(codes, href=f"#question-{questions[0].id}") if questions else Cell("–")


def would_other_weights_change_it(r: Reading) -> list[Block]:
    """What becomes of bands and of the order of actions under other weights that somebody might defend."""
    heading = Heading(r._("Would other weights change it"), "other-weights", 1, fresh=True)
    tried, settings = r.result.robustness, r.model.robustness
    if tried is None or settings is None:
        return [heading, Text(r._("This version of the questionnaire was made before this was tried."))]
    return [
        heading,
        Text(other_weights(r, tried), "lead"),
        Text(
            r._(
                "Strengths, weights and levels in this report are judgements. Other people of good sense might have "
                "set them otherwise. So the whole report was made again %(draws)s times, each time with other values "
                "drawn at random within bounds that could be defended:",
                draws=_number(tried.draws),
            )
        ),
        Points(tuple(_varied(r, settings))),
        _drawn(r, [(r._("Overall"), tried.overall.interval), *_tried(r, tried)], dashed=True),
        _bands(r, tried),
        *_order(r, settings, tried),
        Text(
            r._(
                "This needs assumptions, the bounds above; the intervals under “How sure is this” need none. The "
                "random numbers come from the generator PCG64 with seed %(seed)d, %(draws)s for each thing that is "
                "varied. The same seed gives the same figures: the command that verifies this report makes them again.",
                draws=_number(tried.draws),
                seed=tried.seed,
            ),
            "small",
        ),
    ]


def _intervals(r: Reading) -> list[tuple[str, tuple[float, float]]]:
    return [(r.chain_title(chain.id), chain.interval) for chain in r.result.chains]


def _tried(r: Reading, tried: RobustnessResult) -> list[tuple[str, tuple[float, float]]]:
    return [(r.chain_title(chain.id), chain.interval) for chain in tried.chains]


def _drawn(r: Reading, found: list[tuple[str, tuple[float, float]]], dashed: bool) -> Figure:
    """The ranges of overall and chains, with the figure in this report as a mark; those of the trials dashed."""
    marks = [r.result.overall.score, *(chain.score for chain in r.result.chains)]
    spans = [pictures.Span(title, *interval, mark) for (title, interval), mark in zip(found, marks, strict=True)]
    said = "; ".join(f"{span.title}: {_span(r, (span.low, span.high))}" for span in spans)
    alt = (
        r._("Nine trials in ten with other weights, from 0 to 100. %(ranges)s.", ranges=said)
        if dashed
        else r._("From the best to the worst end, from 0 to 100. %(ranges)s.", ranges=said)
    )
    return pictures.ranges(spans, [(band.title, band.at_least) for band in r.model.bands[1:]], dashed, alt)


def _number(value: int) -> str:
    return f"{value:,}"


def _varied(r: Reading, settings: Robustness) -> list[str]:
    by = {name: f"{getattr(settings, name).value:g}" for name in ("judgements_moved", "levels_moved", "cuts_moved")}
    percent = f"{100 * settings.strengths_moved.value:g} %"
    convex = ", ".join(f"{level:g}" for level in settings.convex_ladder.values())
    return [
        r._(
            "the strength of each link and the weight of each scenario, by up to %(percent)s up or down;",
            percent=percent,
        ),
        r._("which safeguards are key: each mark dropped with a chance of %(n)g;", n=settings.keys_dropped.value),
        r._("baseline and impact one step up or down, in a share of %(judgements_moved)s of the scenarios;", **by),
        r._("the level of each option of an exposure or a signal, by up to %(levels_moved)s;", **by),
        r._("even steps for safeguards, or these: %(convex)s;", convex=convex),
        r._("what all safeguards together can take away, by up to %(n)g;", n=settings.control_reach_moved.value),
        r._("with and without the cap for missing key safeguards; arithmetic or geometric mean of a chain;"),
        r._("the cuts between bands, all together, by up to %(cuts_moved)s points;", **by),
        r._("what is unknown: any of its answers, each with the same chance."),
    ]


def _bands(r: Reading, tried: RobustnessResult) -> Table:
    by_id = {chain.id: chain for chain in r.result.chains}
    columns = (
        Column(r._("Chain"), 2.0),
        Column(r._("In this report, worst end"), 2.0),
        Column(r._("Nine trials in ten lie within"), 2.0, "right"),
        Column(r._("In the same band"), 1.4, "right"),
        Column(r._("With all unknowns at their worst"), 2.6, "right"),
    )
    rows = [_band_row(r, r._("Overall"), r.result.overall, tried.overall)]
    rows += [_band_row(r, r.chain_title(chain.id), by_id[chain.id], chain) for chain in tried.chains]
    return Table(r._("Scores and bands under other weights"), columns, tuple(rows), titled=True)


def _band_row(r: Reading, title: str, scored: Overall, tried: RobustScore) -> Row:
    return row(
        Cell(title, strong=True),
        f"{r.figure(scored.score)}, {r.band_title(scored.band)}",
        _span(r, tried.interval),
        _percent(tried.in_band),
        f"{_span(r, tried.interval_at_worst)}; {_percent(tried.in_band_at_worst)}",
    )


def _span(r: Reading, interval: tuple[float, float]) -> str:
    return r._("%(low)s to %(high)s", low=f"{interval[0]:.1f}", high=f"{interval[1]:.1f}")


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _order(r: Reading, settings: Robustness, tried: RobustnessResult) -> list[Block]:
    first, found = int(settings.first.value), tried.recommendations
    blocks: list[Block] = [Heading(r._("The order of the actions under other weights"), "order-robust", 2)]
    if not found:
        return [*blocks, Text(r._("No action would change an answer."))]
    blocks.append(
        Text(
            r._(
                "Here each action stands by itself: points alone for its effort, with no other action done. In the "
                "action plan duties come first, and what an earlier action brings is not credited again, so places "
                "there may differ."
            )
        )
    )
    if len(found) <= first:
        few = r._("There are too few actions for a line between the first %(first)d and the others.", first=first)
        blocks.append(Text(few))
    else:
        blocks.append(
            Text(
                r._(
                    "A line is drawn behind the first %(first)d. An action is called stable if it stays on its side "
                    "of that line in at least %(stable)s of the trials, and likely in at least %(likely)s. Otherwise "
                    "its place depends on assumptions. Duties, and what is to be looked into, are done whatever they "
                    "gain.",
                    stable=_percent(settings.stable.value),
                    likely=_percent(settings.likely.value),
                    first=first,
                )
            )
        )
    columns = (
        Column(r._("No."), 0.6),
        Column(r._("Action"), 4.2),
        Column(r._("By itself"), 0.8, "right"),
        Column(r._("Median, and nine trials in ten"), 1.8, "right"),
        Column(r._("Among the first %(first)d", first=first), 1.1, "right"),
        Column(r._("So its place is"), 1.6),
    )
    return [*blocks, Table(r._("Places of the actions"), columns, tuple(_place(r, standing) for standing in found))]


def _place(r: Reading, standing: RobustRank) -> Row:
    low, high = standing.interval
    words = {
        "stable": r._("stable"),
        "likely": r._("likely"),
        "depends_on_assumptions": r._("depends on assumptions"),
        None: "–",
    }
    spread = f"{low}" if low == high else r._("%(low)d to %(high)d", low=low, high=high)
    return row(
        r.action_code[standing.id],
        Cell(r.questionnaire.recommendation[standing.id].title, href=f"#action-{standing.id}"),
        str(standing.rank),
        f"{standing.median}; {spread}",
        "–" if standing.among_first is None else _percent(standing.among_first),
        words[standing.label],
    )
