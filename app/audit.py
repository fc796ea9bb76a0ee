"""The methodological annex: how each questionnaire behaves as an instrument, as Markdown or as PDF."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from app.catalogue import Catalogue
from app.examples import example_report
from app.reports import draw_document
from app.reports.blocks import Block, Column, Document, Facts, Heading, Notice, Table, Text, row
from scoring.answers import Answer, read_answers
from scoring.engine import Instrument
from scoring.sensitivity import DRAWS, RESAMPLES, SETS, TRIED, Behaviour, SobolIndex, Weighing, behaviour

METHOD = (
    "Effective weights: over {sets} random answer sets (each option of a question as likely as the other, everything "
    "asked), a question’s share of a chain’s score is the mean distance between its worst and its best answer, divided "
    "by the sum of these distances over all questions.",
    "Left out: the mean change of the overall score, and the rank correlation (Spearman) of the sets’ overall scores, "
    "if the question were not there.",
    "Dead: in {tried} of these sets none of the question’s options changed any recommendation’s lane or place.",
    "Bands: the share of {more} random answer sets whose score lies in each band. Random answers are no agency; the "
    "table shows whether the instrument can tell agencies apart, and not how they are.",
    "Sobol indices (estimators of Saltelli 2010 and of Jansen, as scipy has them): how much of the variance over "
    "{draws} × 11 draws of the robustness trial comes from each choice of the authors, alone (first order) and with "
    "all its interactions (total), for the overall score of the example’s answers and for the order of actions (mean "
    "shift of ranks). In brackets stands the 95 % interval of a percentile bootstrap over the draws "
    "({resamples} resamples); an index whose interval holds zero may be none.",
    "What it does not show: whether the questions ask the right things. Weights are judgements and say so; see the "
    "OECD/JRC Handbook on Constructing Composite Indicators for the steps followed here.",
)


def annex(catalogue: Catalogue, folder: Path, agencies: Sequence[str]) -> Document:
    """The annex on some agencies. Raises NotFound for one that does not exist, or that has no example."""
    blocks: list[Block] = [Heading("What was done", "method", 1)]
    values = {"sets": SETS, "tried": TRIED, "more": 8 * SETS, "draws": DRAWS, "resamples": RESAMPLES}
    blocks += [Text(line.format(**values)) for line in METHOD]
    for agency in agencies:
        report = example_report(catalogue, folder, agency)
        instrument = catalogue.instrument(agency)
        given = {name: Answer(answer.option, answer.note) for name, answer in report.answers.items()}
        answers = read_answers(instrument.questionnaire, report.profile, given)
        blocks += _agency(instrument, behaviour(instrument, answers))
    names = [catalogue.instrument(agency).questionnaire for agency in agencies]
    return Document(
        language="en",
        title="Methodological annex: the questionnaires as instruments",
        title_lines=("Methodological annex:", "the questionnaires as instruments"),
        subtitle=f"Questionnaires: {len(names)}",
        description="Effective weights, sensitivity and the spread of scores",
        author="",
        running="Methodological annex",
        marks=(),
        control=Facts(tuple((f"{q.title} {q.version}", q.hash) for q in names)),
        notices=(Notice("For those who judge the instrument", ("Agencies find what they need in their report.",)),),
        date=None,
        words={
            "contents": "Contents",
            "control": "Questionnaires",
            "page": "Page",
            "of": "of",
            "data": "",
            "replaced": "",
        },
        blocks=tuple(blocks),
    )


def _agency(instrument: Instrument, found: Behaviour) -> list[Block]:
    q, weak = instrument.questionnaire, [w.question for w in found.weighings if w.is_dead]
    titles = [chain.title for chain in q.chains]
    said = f"Dead questions: {', '.join(weak)}." if weak else "No question is dead."
    return [
        Heading(q.title, q.id, 1, fresh=True),
        Text(f"{q.id} {q.version}. {said}"),
        Table(
            "Effective weights, and what leaving a question out changes",
            (
                Column("Question", 3.0),
                *(Column(f"Share, {title.lower()}", 1.2, "right") for title in titles),
                Column("Points, overall", 1.0, "right"),
                Column("Left out", 0.9, "right"),
                Column("Correlation", 1.1, "right"),
            ),
            tuple(row(w.question, *_figures(w)) for w in sorted(found.weighings, key=lambda w: -w.overall)),
            titled=True,
        ),
        Table(
            "Share of random answer sets in each band",
            (Column("Score", 2.4), *(Column(band.title, 1.2, "right") for band in instrument.model.bands)),
            tuple(row(name, *(f"{share:.1%}" for share in shares)) for name, shares in found.bands.items()),
            titled=True,
        ),
        Table(
            "Sobol indices of the authors’ choices",
            (
                Column("Choice", 2.2),
                Column("Score, first order", 1.7, "right"),
                Column("Score, total", 1.7, "right"),
                Column("Order, first order", 1.7, "right"),
                Column("Order, total", 1.7, "right"),
            ),
            tuple(
                row(i.choice, *map(_with_interval, (i.score_first, i.score_total, i.ranks_first, i.ranks_total)))
                for i in found.influences
            ),
            titled=True,
        ),
    ]


def _figures(w: Weighing) -> Iterator[str]:
    yield from (f"{share:.1%}" for share in w.shares)
    yield f"{w.overall:.2f}"
    yield f"{w.left_out:.2f}"
    yield f"{w.correlation:.3f}"


def _with_interval(index: SobolIndex) -> str:
    value, low, high = (f"{round(bound, 2) + 0.0:.2f}" for bound in (index.value, index.low, index.high))  # no -0.00
    return f"{value} ({low} to {high})"


def write_annex(document: Document, path: Path) -> None:
    """As PDF where the name ends so, else as Markdown. Raises DrawingFailed."""
    if path.suffix == ".pdf":
        path.write_bytes(draw_document(document))
    else:
        path.write_text("\n".join(_markdown(document)) + "\n", encoding="utf-8")


def _markdown(document: Document) -> Iterable[str]:
    yield f"# {document.title}"
    for block in document.blocks:
        if isinstance(block, Heading):
            yield f"\n## {block.text}\n"
        elif isinstance(block, Text):
            yield f"{block.text}\n"
        elif isinstance(block, Table):
            yield f"**{block.caption}**\n"
            yield "| " + " | ".join(column.title for column in block.columns) + " |"
            yield "| " + " | ".join("---:" if column.align == "right" else "---" for column in block.columns) + " |"
            yield from ("| " + " | ".join(cell.text for cell in line.cells) + " |" for line in block.rows)
            yield ""
