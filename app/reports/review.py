"""The part of a report on its review: the score under each view, and where the reviewer found something else."""

from app.reports.blocks import Block, Cell, Column, Heading, Row, Table, Text, row
from app.reports.reading import Reading
from app.reports.summary import band_cell
from scoring.result import Overall
from scoring.review import Review, Verified


def found(r: Reading) -> list[Block]:
    """What the reviewer recorded; nothing where no review was begun."""
    review = r.report.review
    if review is None:
        return []
    looked_at, differing = _looked_at(review), _differing(r, review)
    words = r._(
        "A reviewer recorded levels of their own beside the answers. They take the place of none: the answers stay as "
        "they were given, and both are scored. Of %(all)d answers %(num)d were looked at; %(same)d hold as given, "
        "%(other)d do not.",
        all=len(r.answers.asked),
        num=len(looked_at),
        same=len(looked_at) - len(differing),
        other=len(differing),
    )
    signed = (
        r._("The review is signed off.")
        if r.report.state == "final"
        else r._("The review is not signed off: levels may be missing and may still change.")
    )
    return [
        Heading(r._("What the review found"), "review", 1, fresh=True),
        Text(words, "lead"),
        Text(signed),
        _scores(r, review),
        Text(
            r._(
                "Under the reviewer’s levels, what was not looked at counts as it was answered. What was looked at "
                "counts as shown. A difference is taken before its scores are rounded for print."
            ),
            "small",
        ),
        *_differences(r, differing),
    ]


def level_cell(r: Reading, question_id: str) -> Cell:
    """The reviewer’s level and comment on one question."""
    review = r.report.review
    verified = review.levels.get(question_id) if review else None
    if verified is None:
        return Cell()
    return Cell(_label(r, question_id, verified), verified.comment)


def _looked_at(review: Review) -> dict[str, Verified]:
    return {question: verified for question, verified in review.levels.items() if verified.option}


def _differing(r: Reading, review: Review) -> dict[str, Verified]:
    looked_at = _looked_at(review).items()
    return {question: found for question, found in looked_at if found.option != r.answers.answer(question).option}


def _label(r: Reading, question_id: str, verified: Verified) -> str:
    if not verified.option:
        return r._("a comment alone")
    if verified.option == r.answers.answer(question_id).option:
        return r._("holds as answered")
    return r.option_label(r.questionnaire.question[question_id], verified.option)


def _scores(r: Reading, review: Review) -> Table:
    columns = (
        Column(r._("Chain"), 2.2),
        Column(r._("As answered"), 1, "right"),
        Column(r._("Band"), 2.2),
        Column(r._("As verified"), 1, "right"),
        Column(r._("Band"), 2.2),
        Column(r._("Difference"), 1.1, "right"),
    )
    verified = {chain.id: chain for chain in review.result.chains}
    rows = [_score(r, r._("Overall"), r.result.overall, review.result.overall, strong=True)]
    rows += [_score(r, r.chain_title(c.id), c, verified[c.id]) for c in r.result.chains if c.id in verified]
    return Table(r._("The scores under each, at the worst end"), columns, tuple(rows), titled=True)


def _score(r: Reading, title: str, answered: Overall, verified: Overall, strong: bool = False) -> Row:
    difference = f"{round(verified.score - answered.score, 9):+.1f}".replace("-", "−")
    return row(
        Cell(title, strong=strong),
        r.figure(answered.score),
        band_cell(r, answered),
        r.figure(verified.score),
        band_cell(r, verified),
        "0.0" if float(difference.replace("−", "-")) == 0 else difference,
    )


def _differences(r: Reading, differing: dict[str, Verified]) -> list[Block]:
    heading = Heading(r._("Where they differ"), "review-differences", 2)
    if not differing:
        return [heading, Text(r._("Nowhere: every answer that was looked at holds as it was given."))]
    columns = (
        Column(r._("Question"), 3.2),
        Column(r._("Answered"), 2.4),
        Column(r._("Verified"), 2.4),
        Column(r._("The reviewer’s comment"), 2.4),
    )
    rows = []
    for question, verified in differing.items():
        asked = Cell(
            f"{r.question_code[question]} {r.questionnaire.question[question].ask}", href=f"#question-{question}"
        )
        rows.append(row(asked, r.answer_label(question), _label(r, question, verified), verified.comment))
    return [heading, Table(r._("Answers that the reviewer found otherwise"), columns, tuple(rows))]
