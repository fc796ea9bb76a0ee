"""Draws one PDF and ends: Typst keeps what it has drawn, so a process that draws many would grow.

Reads JSON from standard input: `template` (a file), `root` (its folder), `document` and `data` (strings handed to the
template), `alternative` (the sign for what no font covers), `archival` (which PDF/A: `a-2a` or
`a-3a`). Writes the PDF to standard output.
"""

import json
import re
import sys
from pathlib import Path

import typst

ATTEMPTS = 4  # a first one, one without what no font covers, and two for what only then comes to light
_REFUSED = re.compile(r'(?:the text|codepoint) `"((?:[^"\\]|\\.)+)"`')
_ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}|\\(.)")


def draw(order: dict[str, str]) -> bytes:
    """The PDF, with a sign in place of each character that Typst has no font for or may not write."""
    document, replaced = order["document"], False
    for _ in range(ATTEMPTS - 1):
        try:
            return _compile(order, document, replaced)
        except typst.TypstError as error:
            refused = _refused(error.diagnostic)
            if not refused:
                raise
            document = _without(document, refused, order["alternative"])
            replaced = True
    return _compile(order, document, replaced)


def _compile(order: dict[str, str], document: str, replaced: bool) -> bytes:
    inputs = {
        "document": document,
        "data": order["data"],
        "alternative": order["alternative"] if replaced else "",
        "keywords": order["keywords"],
    }
    drawn = typst.compile(
        Path(order["template"]),
        root=Path(order["root"]),
        ignore_system_fonts=True,
        sys_inputs=inputs,
        pdf_standards=["ua-1", "a-2a" if order["archival"] == "a-2a" else "a-3a"],
    )
    assert isinstance(drawn, bytes)
    return drawn


def _refused(diagnostic: str) -> set[str]:
    """The characters that Typst names as those it could not set."""
    texts = [_ESCAPED.sub(_unescaped, text) for text in _REFUSED.findall(diagnostic)]
    return {character for text in texts for character in text if not character.isascii() or not character.isprintable()}


def _unescaped(match: re.Match[str]) -> str:
    code, plain = match.groups()
    return chr(int(code, 16)) if code else {"n": "\n", "t": "\t", "r": "\r", "0": "\0"}.get(plain, plain)


def _without(document: str, refused: set[str], alternative: str) -> str:
    table = str.maketrans(dict.fromkeys(refused, alternative))

    def cleaned(value: object) -> object:
        if isinstance(value, str):
            return value.translate(table)
        if isinstance(value, list):
            return [cleaned(item) for item in value]
        if isinstance(value, dict):
            return {key: cleaned(item) for key, item in value.items()}
        return value

    return json.dumps(cleaned(json.loads(document)), ensure_ascii=False)


if __name__ == "__main__":
    try:
        sys.stdout.buffer.write(draw(json.load(sys.stdin)))
    except typst.TypstError as error:
        sys.exit(error.diagnostic)
