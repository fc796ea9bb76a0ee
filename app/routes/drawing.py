"""A report as page, PDF and data; what takes long is drawn after the commit, off the event loop, two at a time."""

from collections.abc import Callable
from urllib.parse import quote

import anyio
import anyio.to_thread
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from app.dependencies import Visit
from app.i18n import translations
from app.metrics import DRAWING_SECONDS
from app.pages import language_of, page
from app.reports import (
    draw_actions,
    draw_blank_form,
    draw_pdf,
    draw_redacted,
    redacted_context,
    report_context,
    report_json,
)
from scoring.questionnaire import Questionnaire
from scoring.redacted import Redacted
from scoring.report import Report

_AT_A_TIME = anyio.CapacityLimiter(2)


class DrawnResponse(Response):
    """A file that `draw` makes when the answer is sent; the transaction is over by then."""

    def __init__(self, draw: Callable[[], bytes], media_type: str, filename: str, inline: bool = False) -> None:
        way = "inline" if inline else "attachment"
        disposition = f"{way}; filename*=UTF-8''{quote(filename, safe='')}"
        super().__init__(b"", media_type=media_type, headers={"Content-Disposition": disposition})
        self._draw = draw

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Draw and send. What `draw` raises becomes an error page, since nothing was sent yet."""
        with DRAWING_SECONDS.labels(self.media_type).time():
            self.body = await anyio.to_thread.run_sync(self._draw, limiter=_AT_A_TIME)
        self.headers["Content-Length"] = str(len(self.body))
        await super().__call__(scope, receive, send)


def report_page(
    visit: Visit, report: Report, here: str, back: str, *, is_example: bool = False, actions: str = ""
) -> Response:
    """The report in the browser; `here` is its address, to which the endings of its files are added, and `actions`
    that of its list of actions."""
    language = language_of(visit.request)
    return page(
        visit.request,
        "report/page.html",
        document=report_context(report, translations(language), language),
        questionnaire=report.questionnaire,
        downloads={"pdf": f"{here}.pdf", "json": f"{here}.json", "actions": actions},
        back=back,
        is_example=is_example,
    )


def report_pdf(visit: Visit, report: Report) -> Response:
    """The report to be filed."""
    language = language_of(visit.request)
    return DrawnResponse(
        lambda: draw_pdf(report, translations(language), language), "application/pdf", _filename(report, "pdf")
    )


def redacted_page(visit: Visit, redacted: Redacted, here: str, back: str) -> Response:
    """The redacted report in the browser; `here` is its address."""
    language = language_of(visit.request)
    return page(
        visit.request,
        "report/redacted.html",
        document=redacted_context(redacted, translations(language), language),
        is_named=bool(redacted.organisation),
        here=here,
        back=back,
    )


def redacted_pdf(visit: Visit, redacted: Redacted) -> Response:
    """The redacted report to be handed on."""
    language = language_of(visit.request)
    return DrawnResponse(
        lambda: draw_redacted(redacted, translations(language), language),
        "application/pdf",
        f"plumbline-{redacted.questionnaire.id}-{redacted.date}-redacted.pdf",
    )


def blank_form(visit: Visit, questionnaire: Questionnaire) -> Response:
    """The form to mark by hand."""
    language = language_of(visit.request)
    return DrawnResponse(
        lambda: draw_blank_form(questionnaire, translations(language), language),
        "application/pdf",
        f"plumbline-{questionnaire.id}-{questionnaire.version}-form.pdf",
    )


def report_data(report: Report) -> Response:
    """Everything that is needed to recompute the report."""
    return DrawnResponse(lambda: report_json(report), "application/json", _filename(report, "json"))


def report_actions(visit: Visit, report: Report) -> Response:
    """The action plan for a spreadsheet."""
    language = language_of(visit.request)
    return DrawnResponse(
        lambda: draw_actions(report, translations(language), language),
        "text/csv",
        _filename(report, "csv", "-actions"),
    )


def _filename(report: Report, ending: str, part: str = "") -> str:
    draft = "-draft" if report.state == "draft" or report.questionnaire.draft else ""
    return f"plumbline-{report.questionnaire.id}-{report.about.date}{part}{draft}.{ending}"
