"""What a report is made of when it is read: headings, texts, tables and figures, in one order.

Page, PDF and stand-alone HTML draw the same blocks, so that none of them can say something that the others do not.
Every text is plain text in the reader's language; whatever draws it escapes it.
"""

from dataclasses import dataclass
from typing import Literal


class Part:
    """What a drawing tells apart by `kind`, the name of its class in lower case."""

    @property
    def kind(self) -> str:
        """`heading`, `text`, `table` …"""
        return type(self).__name__.lower()


@dataclass(frozen=True)
class Figure(Part):
    """A drawing as SVG, and the same in words for those who do not see it."""

    svg: str
    alt: str


@dataclass(frozen=True)
class Cell:
    """A cell of a table. `small` stands below the text; `swatch` is a figure that only repeats the text's band."""

    text: str = ""
    small: str = ""
    swatch: str = ""
    figure: Figure | None = None
    strong: bool = False
    href: str = ""


@dataclass(frozen=True)
class Column:
    """A column's title, its width relative to the others, and the side that its text is set to."""

    title: str
    share: float = 1.0
    align: Literal["left", "right"] = "left"


@dataclass(frozen=True)
class Row:
    """A row of a table; `anchor` is what links point to, empty where nothing does."""

    cells: tuple[Cell, ...]
    anchor: str = ""


@dataclass(frozen=True)
class Table(Part):
    """A table with its header.

    `titled` shows the caption, `blank` asks for empty cells that somebody can write in.
    """

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    titled: bool = False
    blank: bool = False


@dataclass(frozen=True)
class Heading(Part):
    """A heading: 1 a section, 2 a part of it, 3 one action. `fresh` begins a new page."""

    text: str
    anchor: str
    level: Literal[1, 2, 3]
    fresh: bool = False


@dataclass(frozen=True)
class Text(Part):
    """A paragraph."""

    text: str
    tone: Literal["plain", "lead", "small", "formula"] = "plain"


@dataclass(frozen=True)
class Points(Part):
    """A list of short statements."""

    items: tuple[str, ...]


@dataclass(frozen=True)
class Choices(Part):
    """Answers with a box before each, to be marked by hand."""

    items: tuple[str, ...]


@dataclass(frozen=True)
class Facts(Part):
    """Names with what belongs to them."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Notice(Part):
    """Something that nobody should miss."""

    title: str
    texts: tuple[str, ...]
    urgent: bool = False


@dataclass(frozen=True)
class Beside(Part):
    """A figure with the table behind it."""

    figure: Figure
    table: Table


Block = Heading | Text | Points | Choices | Facts | Notice | Table | Figure | Beside


@dataclass(frozen=True)
class Document:
    """A whole report, ready to be drawn.

    title, title_lines, subtitle: of the cover; running: what stands at the top of each page; marks: short words such as
    DRAFT that stand there too; marking: how it is to be handled, at the head and the foot of each page; control:
    document control; date: (year, month, day) or None; words: the few words that a drawing adds itself; is_short: has
    no list of contents and no page of its own for what stands before it.
    """

    language: str
    title: str
    title_lines: tuple[str, ...]
    subtitle: str
    description: str
    author: str
    running: str
    marks: tuple[str, ...]
    control: Facts
    notices: tuple[Notice, ...]
    date: tuple[int, int, int] | None
    words: dict[str, str]
    blocks: tuple[Block, ...]
    marking: str = ""
    is_short: bool = False

    @property
    def contents(self) -> list[Heading]:
        """The headings of the sections."""
        return [block for block in self.blocks if isinstance(block, Heading) and block.level == 1]


def row(*cells: Cell | str, anchor: str = "") -> Row:
    """A row of cells, some of them given as their text alone."""
    return Row(tuple(Cell(cell) if isinstance(cell, str) else cell for cell in cells), anchor)
