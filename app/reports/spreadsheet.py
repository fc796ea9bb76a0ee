"""What a spreadsheet is given to open: rows as CSV, in which no text is taken for a formula.

A spreadsheet carries out a cell that begins with = + - or @, whoever wrote it: it may fetch addresses, send what stands
in other cells, or start a program on the machine of a manager who only wanted to sort a plan. Texts come from others
(authors of questionnaires, and whoever answers for the management), so each such text gets an apostrophe before its
first sign, as OWASP’s advice on CSV injection has it: it is then read as text. The same holds behind spaces, quotes and
signs that are not seen, for full-width forms, and behind whatever another spreadsheet may take for the end of a cell
(semicolon, tab, comma). Numbers stay numbers: they are ours and never text.

CSV as RFC 4180 has it, in UTF-8 with a byte order mark, without which spreadsheets read it as another encoding.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence

Cell = str | int | float | None
_BEFORE = r"[\s\"'“”‘’„«»\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]*"
_FORMULA = r"[=+\-@\u2212\ufe62\ufe63\ufe66\ufe6b\uff0b\uff0d\uff1d\uff20]"
_AT_ITS_START = re.compile(_BEFORE + _FORMULA)
_BEHIND_A_SEPARATOR = re.compile(rf"([;,\t|]{_BEFORE})(?={_FORMULA})")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff]")


def disarmed(text: str) -> str:
    """A text on one line that no spreadsheet takes for a formula, nor for the end of its cell and one behind it."""
    line = " ".join(_CONTROL.sub("", text).split())
    line = _BEHIND_A_SEPARATOR.sub(r"\1'", line)
    return f"'{line}" if _AT_ITS_START.match(line) else line


def as_csv(rows: Iterable[Sequence[Cell]]) -> bytes:
    """Rows, the first of them the headings, each text disarmed and between quotes, each number as it is."""
    written = io.StringIO()
    writer = csv.writer(written, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    for row in rows:
        writer.writerow([disarmed(cell) if isinstance(cell, str) else "" if cell is None else cell for cell in row])
    return written.getvalue().encode("utf-8-sig")
