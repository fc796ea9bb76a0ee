"""The part of a report on what to do: the action plan lane by lane, measures, and what is for others to do."""

from itertools import groupby

from app.reports import management, pictures
from app.reports.blocks import Block, Cell, Column, Facts, Heading, Notice, Row, Table, Text, row
from app.reports.figures import points
from app.reports.reading import Reading
from scoring.questionnaire import Recommendation
from scoring.recommendations import CALLED_FOR
from scoring.result import ForOthersResult, Measure, RecommendationResult


def plan(r: Reading) -> list[Block]:
    """The recommendations to the agency, in their lanes."""
    blocks: list[Block] = [
        Heading(r._("Action plan"), "actions", 1, fresh=True),
        Text(
            r._(
                "Benefits are points of the overall score that fall away. Duties come first; the others are picked one "
                "by one, most points for the effort first, and scored again after each pick, so that nothing is "
                "credited twice. The first figure is at the worst end and the second at the best end, each with the "
                "earlier picks already made; “alone” is with no other action."
            )
        ),
        *management.how_far(r),
    ]
    blocks[1:1] = _act_today(r)
    blocks += _pictures(r)
    meaning = _meanings(r)
    for lane, members in groupby(r.in_lanes, key=lambda a: a.lane):
        blocks.append(Heading(r.lanes[lane], f"lane-{lane}", 2))
        blocks.append(Text(meaning[lane]))
        if lane in CALLED_FOR:
            for action in members:
                blocks += _action(r, action)
        else:
            blocks.append(_short(r, r.lanes[lane], list(members)))
    if not r.in_lanes:
        blocks.append(Text(r._("The questionnaire has no recommendation for the agency.")))
    return blocks


def _pictures(r: Reading) -> list[Block]:
    """What the picked actions bring one after the other, and each for its effort."""
    picked = sorted((a for a in r.in_lanes if a.rank), key=lambda a: a.rank or 0)
    if not picked:
        return []
    efforts, score = r.model.efforts, r.result.overall.score
    rows, taken, spent = [], [], 0.0
    for action in picked:
        score -= action.benefit
        effort = efforts[r.questionnaire.recommendation[action.id].effort]
        spent += effort
        taken.append((r.action_code[action.id], effort, score))
        title = Cell(r.questionnaire.recommendation[action.id].title, href=f"#action-{action.id}")
        rows.append(row(r.action_code[action.id], title, f"{spent:g}", r.figure(score), points(action.benefit)))
    start = r.result.overall.score
    falling = r._(
        "The overall score at the worst end falls from %(start)s to %(end)s as %(num)d actions are carried out in "
        "their order, at a sum of efforts of %(effort)s.",
        start=r.figure(start),
        end=r.figure(score),
        num=len(picked),
        effort=f"{spent:g}",
    )
    columns = (
        Column(r._("No."), 0.6),
        Column(r._("Action"), 4.6),
        Column(r._("Efforts so far"), 1.1, "right"),
        Column(r._("Overall score then"), 1.3, "right"),
        Column(r._("Points"), 0.8, "right"),
    )
    bands = [(band.title, band.at_least) for band in r.model.bands[1:]]
    by_effort = [
        (
            r.effort(effort),
            [(r.action_code[a.id], a.benefit) for a in picked if r.questionnaire.recommendation[a.id].effort == effort],
        )
        for effort in efforts
    ]
    each = r._("Each picked action by its effort and by the points that it brings at its place in the order.")
    return [
        Heading(r._("What the actions bring, step by step"), "steps", 2),
        Text(falling),
        pictures.steps(start, taken, bands, r._("sum of efforts →"), falling),
        Text(each),
        pictures.gains(by_effort, r._("points at its place"), each),
        Table(r._("The picked actions in their order"), columns, tuple(rows), titled=True),
    ]


def _act_today(r: Reading) -> list[Block]:
    called = r.act_now
    if not called:
        return []
    texts = tuple(f"{r.question_code[question]}: {what}" for question, what in called.items())
    return [Notice(r._("Act today, before anything else"), texts, urgent=True)]


def _meanings(r: Reading) -> dict[str, str]:
    return {
        "duty": r._("What law or the safety of victims asks for, and what is not in place yet."),
        "look_into": r._("A signal was answered in a way that calls for a look. It may have an innocent cause."),
        "quick_win": r._("They lower the score, at very small or small effort."),
        "major_project": r._("They lower the score, at more effort."),
        "find_out": r._("Nobody knows whether these are needed. At the best end they gain nothing, so find out first."),
        "keep_and_watch": r._("In place. Keep it so, and watch that it stays."),
        "covered": r._("They would gain something alone, but the actions before them bring it already."),
        "no_gain_at_present": r._("By the answers given these would not lower the score at present."),
    }


def _action(r: Reading, action: RecommendationResult) -> list[Block]:
    recommendation = r.questionnaire.recommendation[action.id]
    blocks: list[Block] = [
        Heading(f"{r.action_code[action.id]}  {recommendation.title}", f"action-{action.id}", 3),
        Text(recommendation.action),
    ]
    if action.because:
        columns = (
            Column(r._("Because you were asked"), 3.6),
            Column(r._("and answered"), 2.6),
            Column(r._("From → to"), 2.6),
        )
        rows = [_because(r, action, question) for question in action.because]
        blocks.append(Table(r._("What called for %(code)s", code=r.action_code[action.id]), columns, tuple(rows)))
    facts = []
    if action.rank is not None:
        benefit = r._(
            "%(worst)s points at the worst end, %(best)s at the best end; alone %(alone)s. "
            "Place %(rank)d in the order.",
            worst=points(action.benefit),
            best=points(action.benefit_best_end),
            alone=points(action.benefit_alone),
            rank=action.rank,
        )
        facts.append((r._("Benefit"), benefit))
        facts += _standing(r, action)
    elif action.lane == "duty":
        facts.append((r._("Benefit"), r._("none in points beyond the actions before it; it is a duty all the same")))
    facts += _common(r, recommendation, action)
    blocks += [Facts(tuple(facts)), management.answer(r, action.id)]
    return blocks


def _standing(r: Reading, action: RecommendationResult) -> list[tuple[str, str]]:
    """Whether the action’s place by itself would survive other weights."""
    ranks = r.result.robustness.recommendations if r.result.robustness else []
    found = next((standing for standing in ranks if standing.id == action.id), None)
    if found is None or found.label is None:
        return []
    words = {
        "stable": r._("stable: by itself it keeps its side of the first %(first)d"),
        "likely": r._("likely: by itself it mostly keeps its side of the first %(first)d"),
        "depends_on_assumptions": r._("depends on assumptions: by itself it crosses the line of the first %(first)d"),
    }[found.label]
    first = int(r.model.robustness.first.value) if r.model.robustness else 0
    return [(r._("With other weights"), words % {"first": first})]


def _because(r: Reading, action: RecommendationResult, question_id: str) -> Row:
    question = r.questionnaire.question[question_id]
    asked = Cell(f"{r.question_code[question_id]} {question.ask}", href=f"#question-{question_id}")
    moves = {move["question"]: move["to"] for move in (*action.lifts, *action.lowers)}
    answer = Cell(r.answer_label(question_id))
    if r.answers.is_open_ended(question_id):
        answer = Cell(answer.text, r._("counted at its worst: %(option)s", option=r.worst_option(question).label))
    if question_id not in moves:
        return row(asked, answer, r._("a signal, to be looked into"))
    levels = [option.id for option in question.options]
    current = r.answers.answer(question_id).option
    step = ""
    if question.kind == "control":
        now = str(levels.index(current)) if current in levels else r._("unknown")
        step = r._("level %(now)s → %(to)d", now=now, to=levels.index(moves[question_id]))
    return row(asked, answer, Cell(r.option_label(question, moves[question_id]), step))


def _common(r: Reading, recommendation: Recommendation, action: RecommendationResult) -> list[tuple[str, str]]:
    scenarios = dict.fromkeys(
        r.scenario_code[link.scenario]
        for question in action.because
        for link in r.questionnaire.question[question].links
        if link.scenario in r.scenario_result
    )
    duties = {"law": r._("by law"), "victim_safety": r._("for the safety of victims")}
    facts = []
    if recommendation.duty:
        facts.append((r._("Duty"), duties[recommendation.duty]))
    if scenarios:
        ordered = sorted(scenarios, key=lambda code: int(code[1:]))
        facts.append((r._("Scenarios"), ", ".join(ordered)))
    facts += [
        (r._("Effort"), r.effort(recommendation.effort)),
        (r._("Owner"), recommendation.owner),
        (r._("Within"), recommendation.within),
        (r._("Indicator"), recommendation.indicator),
    ]
    if recommendation.side_effect:
        facts.append((r._("Side effect"), recommendation.side_effect))
    facts.append((r._("Sources"), r.evidence(recommendation.evidence)))
    return facts


def _short(r: Reading, caption: str, actions: list[RecommendationResult]) -> Table:
    columns = (
        Column(r._("No."), 0.6),
        Column(r._("Action"), 4.2),
        Column(r._("Owner, indicator"), 3.2),
        Column(r._("Alone"), 0.7, "right"),
    )
    rows = []
    for action in actions:
        recommendation = r.questionnaire.recommendation[action.id]
        rows.append(
            row(
                r.action_code[action.id],
                Cell(recommendation.title, r._("Sources: %(ids)s", ids=r.evidence(recommendation.evidence))),
                Cell(recommendation.owner, recommendation.indicator),
                points(action.benefit_alone),
                anchor=f"action-{action.id}",
            )
        )
    return Table(caption, columns, tuple(rows))


def measures(r: Reading) -> list[Block]:
    """Recommendations to the agency that move no answer."""
    found = r.result.measures or []
    blocks: list[Block] = [Heading(r._("Measures"), "measures", 1)]
    if not found:
        return [*blocks, Text(r._("There are none for this kind of agency."))]
    blocks.append(Text(r._("For the agency too, but no answer rests on them, so they have no place in the order.")))
    blocks.append(_listed(r, r._("Measures"), found))
    return blocks + management.to_measures(r)


def for_others(r: Reading) -> list[Block]:
    """What is for others to do, by addressee."""
    found = r.result.for_others or []
    blocks: list[Block] = [Heading(r._("For others to do"), "for-others", 1)]
    if not found:
        return [*blocks, Text(r._("There is nothing for others."))]
    blocks.append(
        Text(r._("The agency cannot do these itself. It can ask for them, and say that this report rests on them."))
    )
    recommendation = r.questionnaire.recommendation
    addressees = dict.fromkeys(recommendation[f.id].addressee for f in found)
    for addressee in addressees:
        members = [f for f in found if f.addressee == addressee]
        blocks.append(Heading(recommendation[members[0].id].addressee_title, f"others-{addressee}", 2))
        blocks.append(_listed(r, recommendation[members[0].id].addressee_title, members))
    return blocks


def _listed(r: Reading, caption: str, found: list[Measure] | list[ForOthersResult]) -> Table:
    columns = (Column(r._("What"), 5.4), Column(r._("Within, indicator"), 2.6), Column(r._("Alone"), 0.7, "right"))
    rows = []
    for item in found:
        recommendation = r.questionnaire.recommendation[item.id]
        alone = item.benefit_alone if isinstance(item, ForOthersResult) else None
        text = [recommendation.action]
        if recommendation.side_effect:
            text.append(r._("Side effect: %(words)s", words=recommendation.side_effect))
        text.append(r._("Sources: %(ids)s", ids=r.evidence(recommendation.evidence)))
        rows.append(
            row(
                Cell(recommendation.title, "\n".join(text), strong=True),
                Cell(recommendation.within, recommendation.indicator),
                "–" if alone is None else points(alone),
            )
        )
    return Table(caption, columns, tuple(rows))
