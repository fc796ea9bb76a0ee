"""A report as one HTML file that stands alone: opened from a disk or a mail, it fetches nothing."""

from app.reports.document import report_context
from app.reports.reading import Translator, translator
from app.templating import STATIC, draw
from scoring.report import Report

STYLES = ("plumbline.css", "report.css")


def draw_html(report: Report, words: Translator | None = None, language: str = "en") -> str:
    """The whole report with its style inside. Raises InvalidAnswers if the answers do not fit the questionnaire."""
    document = report_context(report, words or translator(language), language)
    style = "\n".join((STATIC / name).read_text(encoding="utf-8") for name in STYLES)
    return draw("report/standalone.html", language, document=document, style=style)
