"""A report's PDF from its value: the one of a whole agency, each drawn in a child process as the service does it."""

import statistics
import time
from io import BytesIO

import pikepdf

from app.catalogue import open_catalogue
from app.reports import draw_pdf
from app.settings import Settings
from scoring.report import About, make_report
from tests.benchmarks.generated import answered
from tests.benchmarks.table import Row

AGENCY, DRAWN = "border_guard", 7
SECONDS, PAGES = 0.5, 12


def measure() -> list[Row]:
    """Rows of the table."""
    settings = Settings()
    instrument = open_catalogue(settings.questionnaires, settings.drafts).instrument(AGENCY)
    about = About(organisation="Sample Border Service", scope="One post", answered_by="Two sittings", date="2026-11-21")
    answers = answered(instrument.questionnaire, gaps=True)
    report = make_report(instrument, {}, answers, about, state="submitted")
    drawn = draw_pdf(report)
    with pikepdf.open(BytesIO(drawn)) as pdf:
        pages = len(pdf.pages)
    taken = []
    for _ in range(DRAWN):
        began = time.perf_counter()
        draw_pdf(report)
        taken.append(time.perf_counter() - began)
    seconds = statistics.median(taken)
    return [
        Row(f"Report PDF from its value, {pages} pages", f"{seconds:.2f} s", f"< {SECONDS} s", seconds < SECONDS),
        Row("… at least so many pages", str(pages), f"≥ {PAGES}", pages >= PAGES),
    ]


if __name__ == "__main__":
    for row in measure():
        print(row)
