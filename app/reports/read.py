"""The data that a report's PDF carries, taken out again."""

from dataclasses import dataclass
from io import BytesIO

import pikepdf

from app.reports.pdf import ATTACHMENT, drawing
from scoring.errors import InvalidReport
from scoring.redacted import FORMATS as REDACTED

SIZE_LIMIT = 50_000_000  # bytes of a file that is read at all; a report has about one million


@dataclass(frozen=True)
class Pages:
    """What a PDF says about itself: what it was drawn by, in which language, and each page's drawing instructions."""

    drawn_by: str
    language: str
    instructions: tuple[bytes, ...]


def is_pdf(data: bytes) -> bool:
    """Whether a file begins as a PDF does."""
    return data[:1024].lstrip().startswith(b"%PDF-")


def attached_data(data: bytes) -> bytes:
    """The JSON inside a report's PDF. Raises InvalidReport for a PDF that cannot be read or is not a report."""
    if len(data) > SIZE_LIMIT:
        raise InvalidReport(f"The file is too large to be a report: {len(data)} bytes.")
    try:
        with pikepdf.open(BytesIO(data)) as pdf:
            if ATTACHMENT not in pdf.attachments and str(pdf.docinfo.get("/Keywords", "")).startswith(REDACTED):
                raise InvalidReport(
                    "This is a redacted report: it holds no answers, so it cannot be recomputed from itself, and "
                    "nothing here says whether its figures hold. Ask its organisation for the full report, and verify "
                    "that."
                )
            if ATTACHMENT not in pdf.attachments:
                raise InvalidReport(f"This PDF has no attachment “{ATTACHMENT}”, so there is nothing to recompute.")
            return pdf.attachments[ATTACHMENT].get_file().read_bytes()
    except pikepdf.PasswordError as error:
        raise InvalidReport("This PDF is locked with a password.") from error
    except pikepdf.PdfError as error:
        raise InvalidReport("This PDF is damaged and cannot be read.") from error


def pages(data: bytes) -> Pages:
    """A PDF's pages. Raises InvalidReport for a PDF that cannot be read."""
    try:
        with pikepdf.open(BytesIO(data)) as pdf:
            keywords = [part.strip() for part in str(pdf.docinfo.get("/Keywords", "")).split(";")]
            language = str(pdf.Root.get("/Lang", ""))
            instructions = tuple(_instructions(page) for page in pdf.pages)
    except pikepdf.PdfError as error:
        raise InvalidReport("This PDF is damaged and cannot be read.") from error
    return Pages(keywords[-1], language, instructions)


def drawn_here(found: Pages) -> bool:
    """Whether a PDF was drawn by what would draw it now, so that drawing it again must give the same bytes."""
    return found.drawn_by == drawing()


def _instructions(page: pikepdf.Page) -> bytes:
    contents = page.obj.get("/Contents")
    streams = contents if isinstance(contents, pikepdf.Array) else [contents]
    return b"\n".join(stream.read_bytes() for stream in streams if isinstance(stream, pikepdf.Stream))
