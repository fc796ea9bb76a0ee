"""A report as PDF: tagged (PDF/UA-1), archival (PDF/A-3a), and carrying its own data.

The same report gives the same bytes, so that a PDF can be checked by drawing it again.
"""

import hashlib
import json
import subprocess
import sys
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

import scoring
from app.errors import DrawingFailed
from app.i18n import LOCALES
from app.reports.blank_form import blank_form
from app.reports.blocks import Document
from app.reports.document import ALTERNATIVE, report_context, report_json
from app.reports.reading import Translator, translator
from app.reports.redacted import redacted_context
from app.templating import TEMPLATES
from scoring.questionnaire import Questionnaire
from scoring.redacted import Redacted
from scoring.report import Report

ATTACHMENT = "report.json"
TIME_LIMIT = 60  # seconds; drawing takes less than one
_CHILD = Path(__file__).parent / "typst_child.py"
_TEMPLATE = TEMPLATES / "report" / "report.typ"


@lru_cache
def drawing() -> str:
    """What a PDF is drawn by: Typst's version, and a fingerprint of templates, words and the modules at work."""
    files = [*sorted(_CHILD.parent.glob("*.py")), *sorted(Path(scoring.__file__).parent.glob("*.py"))]
    files += [_TEMPLATE, *sorted((_TEMPLATE.parent / "charts").glob("*.j2")), *sorted(LOCALES.rglob("*.po"))]
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.read_bytes())
    return f"typst {version('typst')}, drawing {digest.hexdigest()[:16]}"


def draw_pdf(report: Report, words: Translator | None = None, language: str = "en") -> bytes:
    """The report as PDF. Raises InvalidAnswers, and DrawingFailed where Typst refuses it."""
    document = report_context(report, words or translator(language), language)
    return _drawn(document, report_json(report).decode(), f"{report.format}; {language}; {drawing()}")


def draw_blank_form(questionnaire: Questionnaire, words: Translator | None = None, language: str = "en") -> bytes:
    """The form to mark by hand as PDF. Raises DrawingFailed where Typst refuses it."""
    document = blank_form(questionnaire, words or translator(language), language)
    return _drawn(document, "", f"{questionnaire.id} {questionnaire.version}; {language}")


def draw_redacted(redacted: Redacted, words: Translator | None = None, language: str = "en") -> bytes:
    """A redacted report as PDF/A-2a, which holds no attachment. Raises DrawingFailed where Typst refuses it."""
    document = redacted_context(redacted, words or translator(language), language)
    return _drawn(document, "", f"{redacted.format}; {language}; {drawing()}", "a-2a")


def draw_document(document: Document) -> bytes:
    """Any other document as PDF, without attachment. Raises DrawingFailed where Typst refuses it."""
    return _drawn(document, "", document.title)


def _drawn(document: Document, data: str, keywords: str, archival: str = "a-3a") -> bytes:
    order = {
        "template": str(_TEMPLATE),
        "root": str(TEMPLATES / "report"),
        "document": json.dumps(document, default=_plain, ensure_ascii=False),
        "data": data,
        "alternative": ALTERNATIVE,
        "keywords": keywords,
        "archival": archival,
    }
    try:
        drawn = subprocess.run(  # noqa: S603  this interpreter, and a file of ours
            [sys.executable, "-I", str(_CHILD)],
            input=json.dumps(order).encode(),
            capture_output=True,
            env={},  # the server’s holds passwords
            timeout=TIME_LIMIT,
            check=True,
            process_group=0,  # Ctrl+C is meant for the server, which finishes what it draws
        )
    except subprocess.TimeoutExpired as error:
        raise DrawingFailed(f"The PDF was not drawn within {TIME_LIMIT} seconds.") from error
    except subprocess.CalledProcessError as error:
        raise DrawingFailed("Typst could not draw the PDF.") from error
    return drawn.stdout


def _plain(part: object) -> dict[str, object]:
    return {"kind": type(part).__name__.lower(), **vars(part)}
