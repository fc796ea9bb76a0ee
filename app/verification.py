"""Verification of a report: every figure recomputed from the data inside it, and its pages drawn again.

It needs no database and no network: the report carries its questionnaire, its risk model and its answers.
"""

from dataclasses import dataclass
from typing import Literal

from app.catalogue import Catalogue
from app.errors import DrawingFailed, printable
from app.reports.pdf import draw_pdf
from app.reports.read import attached_data, drawn_here, is_pdf, pages
from scoring.report import Difference, Report, differences, read_report

Origin = Literal["released", "draft", "unknown"]
Redrawn = Literal["identical", "different", "not compared"]
LISTED = 20  # differences that are named one by one

_ORIGINS: dict[Origin, str] = {
    "released": "It is a released questionnaire, exactly as it was released.",
    "draft": "It is a draft: nobody has released it, and its questions and weights may have been changed.",
    "unknown": "It is NOT among the released questionnaires here: its questions and weights may be anybody’s.",
}
_PROVES = (
    "What this proves: that the report agrees with itself{released}. "
    "What it does not prove: who wrote it, or that its answers are true."
)


@dataclass(frozen=True)
class Verification:
    """What verifying a report found.

    differences: what does not follow from the answers; origin: where its questionnaire comes from; redrawn: whether
    a PDF's pages are those that belong to its data; pages: numbers of the pages whose drawing differs, from 1.
    """

    report: Report
    differences: tuple[Difference, ...]
    origin: Origin
    redrawn: Redrawn
    why_not_compared: str = ""
    pages: tuple[int, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether every figure follows from the answers, and no page says anything else."""
        return not self.differences and self.redrawn != "different"

    @property
    def words(self) -> str:
        """The finding for a reader, line by line."""
        questionnaire = self.report.questionnaire
        lines = [
            self._headline(),
            *self._figures(),
            f"Questionnaire: {questionnaire.id} {questionnaire.version}, {questionnaire.hash}. {_ORIGINS[self.origin]}",
            *self._pages(),
        ]
        if self.report.state == "draft":
            lines.append("State: a draft, not submitted.")
        released = " and with a released questionnaire" if self.origin == "released" else ""
        return "\n".join(map(printable, [*lines, _PROVES.format(released=released)]))

    def _headline(self) -> str:
        if not self.holds:
            return "THE REPORT DOES NOT HOLD."
        return "THE REPORT HOLDS." if self.redrawn == "identical" else "THE DATA HOLD. No pages were compared."

    def _figures(self) -> list[str]:
        if not self.differences:
            return ["Figures: each of them follows from the questionnaire and the answers inside (to 0.000001)."]
        lines = [f"Figures: {len(self.differences)} do not follow from the questionnaire and the answers inside:"]
        for found in self.differences[:LISTED]:
            stated = f"stated {found.stated}, recomputed " if found.stated else ""
            lines.append(f"  {found.pointer}: {stated}{found.recomputed}")
        if len(self.differences) > LISTED:
            lines.append(f"  and {len(self.differences) - LISTED} more")
        return lines

    def _pages(self) -> list[str]:
        if self.redrawn == "identical":
            return ["Pages: drawn again from the data inside, the file is the same to the last byte."]
        if self.redrawn == "not compared":
            return [f"Pages: not compared. {self.why_not_compared}"]
        if self.pages:
            numbers = ", ".join(map(str, self.pages))
            return [f"Pages: NOT those that belong to the data inside. They differ at page {numbers}. Trust the data."]
        return ["Pages: the file was changed or saved anew after it was drawn, though each page’s text is drawn alike."]


def verify(data: bytes, catalogue: Catalogue) -> Verification:
    """Verify a report, given as .pdf or .json. Raises InvalidReport for what cannot be read as a report."""
    pdf = is_pdf(data)
    report, stated = read_report(attached_data(data) if pdf else data)
    found = tuple(differences(report, stated))
    origin = _origin(report, catalogue)
    if not pdf:
        return Verification(report, found, origin, "not compared", "This is the data alone.")
    if found:
        reason = "The figures inside do not hold, so there is nothing sound to draw."
        return Verification(report, found, origin, "not compared", reason)
    return _compared(data, report, origin)


def _origin(report: Report, catalogue: Catalogue) -> Origin:
    questionnaire = report.questionnaire
    if questionnaire.hash == questionnaire.content_hash() and catalogue.is_released(questionnaire):
        return "released"
    return "draft" if questionnaire.draft else "unknown"


def _compared(data: bytes, report: Report, origin: Origin) -> Verification:
    before = pages(data)
    if not drawn_here(before):
        reason = f"The file says that it was drawn by “{before.drawn_by}”, which is not the version here."
        return Verification(report, (), origin, "not compared", reason)
    try:
        redrawn = draw_pdf(report, language=before.language)
    except DrawingFailed as error:
        return Verification(report, (), origin, "not compared", str(error))
    if redrawn == data:
        return Verification(report, (), origin, "identical")
    after = pages(redrawn).instructions
    count = max(len(before.instructions), len(after))
    padded = [(*each, *[None] * (count - len(each))) for each in (before.instructions, after)]
    changed = tuple(number for number, (a, b) in enumerate(zip(*padded, strict=True), 1) if a != b)
    return Verification(report, (), origin, "different", pages=changed)
