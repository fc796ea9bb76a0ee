"""The text of a PDF as a reader finds it, by the fonts' own tables, so that the tests need no other program."""

import re
from io import BytesIO

import pikepdf

_PAIR = re.compile(r"<([0-9A-F]{4})> <((?:[0-9A-F]{4})+)>")
_RANGE = re.compile(r"<([0-9A-F]{4})> <([0-9A-F]{4})> <((?:[0-9A-F]{4})+)>")


def pages_of(data: bytes) -> list[str]:
    """Each page's text, a line for each line that was set; cells that stand side by side are parted by a space."""
    with pikepdf.open(BytesIO(data)) as pdf:
        return ["".join(_runs(page, page.obj.get("/Resources", pikepdf.Dictionary()))) for page in pdf.pages]


def flat(text: str) -> str:
    """A text with all its spaces and line breaks made one space each."""
    return re.sub(r"\s+", " ", text)


def text_of(data: bytes) -> str:
    """The whole text, flat."""
    return flat(" ".join(pages_of(data)))


def _runs(stream: pikepdf.Page | pikepdf.Object, resources: pikepdf.Object) -> list[str]:
    matrix, saved = pikepdf.Matrix(), []
    font: dict[int, str] = {}
    fonts = {name: _table(value) for name, value in resources.get("/Font", {}).items()}
    found: list[str] = []
    at, actual = None, [""]
    for instruction in pikepdf.parse_content_stream(stream):
        operands, operator = instruction.operands, str(instruction.operator)
        if operator == "q":
            saved.append(matrix)
        elif operator == "Q":
            matrix = saved.pop()
        elif operator == "cm":
            matrix = pikepdf.Matrix(*map(float, operands)) @ matrix
        elif operator == "Tf":
            font = fonts[str(operands[0])]
        elif operator in ("BDC", "BMC"):
            marked = operands[1] if len(operands) > 1 and isinstance(operands[1], pikepdf.Dictionary) else {}
            actual.append(str(marked.get("/ActualText", "")))
            if actual[-1]:
                found.append(actual[-1])
        elif operator == "EMC":
            actual.pop()
        elif operator == "BT":
            line = round(matrix.f, 1)
            if not any(actual):
                found.append(" " if line == at else "\n")
            at = line
        elif operator in ("Tj", "TJ") and not any(actual):
            parts = operands if operator == "Tj" else operands[0]
            codes = b"".join(bytes(part) for part in parts if isinstance(part, pikepdf.String))
            found += [font[int.from_bytes(codes[i : i + 2])] for i in range(0, len(codes), 2)]
        elif operator == "Do":
            drawn = resources.XObject[str(operands[0])]
            if str(drawn.Subtype) == "/Form":
                found += _runs(drawn, drawn.get("/Resources", pikepdf.Dictionary()))
    return found


def _table(font: pikepdf.Object) -> dict[int, str]:
    """Code to text."""
    table = font.ToUnicode.read_bytes().decode("ascii", "replace")
    found = {}
    for part in re.findall(r"beginbfchar\n(.*?)endbfchar", table, re.DOTALL):
        found |= {int(code, 16): _text(text) for code, text in _PAIR.findall(part)}
    for part in re.findall(r"beginbfrange\n(.*?)endbfrange", table, re.DOTALL):
        for first, last, text in _RANGE.findall(part):
            for code in range(int(first, 16), int(last, 16) + 1):
                found[code] = chr(ord(_text(text)) + code - int(first, 16))
    return found


def _text(digits: str) -> str:
    return bytes.fromhex(digits).decode("utf-16-be")
