"""Reports drawn: one value, `scoring.report.Report`, as page, PDF, JSON and stand-alone HTML; its actions as CSV.

Knows neither web nor database, so that the command line draws them too.
"""

from app.reports.action_list import draw_actions
from app.reports.document import report_context, report_json
from app.reports.page import draw_html
from app.reports.pdf import draw_blank_form, draw_document, draw_pdf, draw_redacted
from app.reports.redacted import redacted_context

__all__ = [
    "draw_actions",
    "draw_blank_form",
    "draw_document",
    "draw_html",
    "draw_pdf",
    "draw_redacted",
    "redacted_context",
    "report_context",
    "report_json",
]
