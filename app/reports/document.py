"""A report as a document: its parts in their order, with what every page of it carries."""

from app.reports import actions, certainty, front, method, record, review, risks, summary
from app.reports.blocks import Block, Document
from app.reports.reading import Reading, Translator
from scoring.report import Report

ALTERNATIVE = "▯"  # in a PDF stands for a character that none of its fonts covers


def report_json(report: Report) -> bytes:
    """The report as JSON, under the API's field names; the same report gives the same bytes."""
    return report.model_dump_json(indent=1).encode() + b"\n"


def report_context(report: Report, translator: Translator, language: str = "en") -> Document:
    """What page, PDF and HTML draw. Raises InvalidAnswers if the answers do not fit the questionnaire inside."""
    r = Reading(report, translator)
    about, q = report.about, report.questionnaire
    blocks: list[Block] = []
    for part in (
        front.what_it_is,
        summary.summary,
        review.found,
        front.completeness,
        certainty.how_sure,
        certainty.second_look,
        risks.raised,
        risks.chains,
        risks.comparison,
        risks.register,
        actions.plan,
        actions.measures,
        actions.for_others,
        certainty.would_other_weights_change_it,
        record.not_applicable,
        record.closed,
        record.answers,
        record.sources,
        method.method,
        method.verification,
    ):
        blocks += part(r)
    organisation = about.organisation or r._("Organisation not given")
    return Document(
        language=language,
        title=r._("Corruption-risk self-assessment: %(agency)s", agency=q.title),
        title_lines=(r._("Corruption-risk self-assessment:"), q.title),
        subtitle=organisation,
        description=r._("Where this agency can be corrupted in the context of human trafficking, and what to do first"),
        author=about.organisation,
        running=" – ".join(part for part in (about.organisation, q.title, about.date) if part),
        marks=front.marks(r),
        marking=front.marking(r),
        control=front.control(r, report_json(report)),
        notices=front.notices(r),
        date=r.day(),
        words={
            "contents": r._("Contents"),
            "control": r._("Document control"),
            "page": r._("Page"),
            "of": r._("of"),
            "data": r._("The report’s data: questionnaire, risk model, answers and figures"),
            "replaced": r._(
                "The fonts of this PDF have no sign for some characters of this report. They are shown as %(sign)s "
                "here; the data inside the file have them as they were written.",
                sign=ALTERNATIVE,
            ),
            "download_pdf": r._("Download as PDF"),
            "download_json": r._("Download the data (JSON)"),
            "download_actions": r._("Download the action plan (CSV)"),
        },
        blocks=tuple(blocks),
    )
