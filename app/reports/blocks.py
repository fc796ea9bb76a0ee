"""What a report is made of when it is read: headings, texts, tables and figures, in one order.

Page, PDF and stand-alone HTML draw the same blocks, so that none of them can say something that the others do not.
Every text is plain text in the reader's language; whatever draws it escapes it.
"""

from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True)
class Figure:
    """A drawing as SVG, and the same in words for those who do not see it."""

    svg: str
    alt: str
    kind: Literal["figure"] = field(default="figure", init=False)


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
class Table:
    """A table with its header. `blank` asks for empty cells that somebody can write in."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    blank: bool = False
    kind: Literal["table"] = field(default="table", init=False)


@dataclass(frozen=True)
class Heading:
    """A heading: 1 a section, 2 a part of it, 3 one scenario or action. `fresh` begins a new page where there are pages."""

    text: str
    anchor: str
    level: Literal[1, 2, 3]
    fresh: bool = False
    kind: Literal["heading"] = field(default="heading", init=False)


@dataclass(frozen=True)
class Text:
    """A paragraph."""

    text: str
    tone: Literal["plain", "lead", "small", "formula"] = "plain"
    kind: Literal["text"] = field(default="text", init=False)


@dataclass(frozen=True)
class Points:
    """A list of short statements."""

    items: tuple[str, ...]
    kind: Literal["points"] = field(default="points", init=False)


@dataclass(frozen=True)
class Facts:
    """Names with what belongs to them."""

    rows: tuple[tuple[str, str], ...]
    kind: Literal["facts"] = field(default="facts", init=False)


@dataclass(frozen=True)
class Notice:
    """Something that nobody should miss."""

    title: str
    texts: tuple[str, ...]
    urgent: bool = False
    kind: Literal["notice"] = field(default="notice", init=False)


@dataclass(frozen=True)
class Beside:
    """A figure with the table behind it."""

    figure: Figure
    table: Table
    kind: Literal["beside"] = field(default="beside", init=False)


Block = Heading | Text | Points | Facts | Notice | Table | Figure | Beside


@dataclass(frozen=True)
class Document:
    """A whole report, ready to be drawn.

    title, subtitle: of the cover; running: what stands at the top of each page; marks: short words such as DRAFT that
    stand there too; control: document control; date: (year, month, day) or None; words: the few words that a drawing
    adds itself.
    """

    language: str
    title: str
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

    @property
    def contents(self) -> list[Heading]:
        """The headings of the sections."""
        return [block for block in self.blocks if isinstance(block, Heading) and block.level == 1]


def row(*cells: Cell | str, anchor: str = "") -> Row:
    """A row of cells, some of them given as their text alone."""
    return Row(tuple(Cell(cell) if isinstance(cell, str) else cell for cell in cells), anchor)
