"""A posted form that may hold a file (multipart/form-data, RFC 7578), read in memory and never put on disk.

Pure: knows neither web nor database. The usual parsers write a file of more than a megabyte to the machine’s
temporary folder; a draft that nobody stores must not lie there either. The whole body is in memory already, and
bounded.
"""

import re

from app.errors import BadRequest, TooLarge

KIND = "multipart/form-data"
_BOUNDARY = re.compile(r';\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))', re.IGNORECASE)
_NAME = re.compile(rb'^content-disposition:\s*form-data\b[^\r\n]*?;\s*name="([^"\r\n]*)"', re.IGNORECASE | re.MULTILINE)
_UNREADABLE = "The form cannot be read: its parts do not hold together."


def read_parts(content_type: str, body: bytes, most: int) -> dict[str, str]:
    """The fields of a form, files among them, as text; of two with one name the last.

    What is not UTF-8 becomes U+FFFD. Raises BadRequest for what is no such form, TooLarge for more than `most` parts.
    """
    boundary = _BOUNDARY.search(content_type)
    if boundary is None:
        raise BadRequest(_UNREADABLE)
    mark = b"\r\n--" + (boundary[1] or boundary[2]).encode("latin-1", "replace")
    _, *parts = (b"\r\n" + body).split(mark, most + 2)
    if len(parts) > most + 1:
        raise TooLarge(f"At most {most} fields are taken in one form.")
    if not parts or not parts[-1].startswith(b"--"):
        raise BadRequest(_UNREADABLE)
    return dict(_field(part) for part in parts[:-1])


def _field(part: bytes) -> tuple[str, str]:
    head, blank, content = part.partition(b"\r\n\r\n")
    name = _NAME.search(head)
    if name is None or not blank:
        raise BadRequest(_UNREADABLE)
    return name[1].decode(errors="replace"), content.decode(errors="replace")
