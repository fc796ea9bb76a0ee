"""Charts as SVG, drawn once for page and PDF.

Bands are told apart by pattern as well as by colour, and each chart comes with its words. The patterns are plain
paths: a pattern by reference needs an id, and a page holds many charts. Colours stand in the attributes, for the PDF
and for print; a page may override them by class.
"""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from app.reports.blocks import Figure
from app.templating import environment

FILLS = ("#d5e7e0", "#f2dc98", "#e9a765", "#cc6a5f")  # of the bands, from the lowest; the last also for any above
LINE = 27  # characters of a stage's title on one line of the chain's figure


@dataclass(frozen=True)
class ChainLink:
    """One stage in a chain's figure: its band's place, None where the agency has no part in it."""

    title: str
    words: str
    band: int | None


@dataclass(frozen=True)
class _Drawn:
    lines: list[str]
    words: str
    fill: str
    hatch: str
    y: int


def swatch(band: int) -> str:
    """A small sample of a band's colour and pattern. It only repeats a word that stands beside it."""
    return draw_chart("swatch", fill=_fill(band), hatch=_hatch(band, 1, 1, 14, 10))


def chain(links: Sequence[ChainLink], alt: str) -> Figure:
    """A chain's stages as links, from the first to the last."""
    drawn = [
        _Drawn(
            lines=textwrap.wrap(link.title, LINE)[:2],
            words=link.words,
            fill=_fill(link.band) if link.band is not None else "",
            hatch=_hatch(link.band, 20, 60 * place + 15, 24, 30) if link.band is not None else "",
            y=60 * place,
        )
        for place, link in enumerate(links)
    ]
    return Figure(draw_chart("chain", links=drawn, height=60 * len(links)), alt)


def bar(inherent: float, residual: tuple[float, float], band: int, cuts: Sequence[float], alt: str) -> Figure:
    """A scenario's inherent risk as an outline, its residual risk as a filled bar with its interval; 0 to 100."""
    return Figure(
        draw_chart(
            "bar",
            inherent=2 * inherent,
            low=2 * residual[0],
            high=2 * residual[1],
            cuts=[2 * cut for cut in cuts],
            fill=_fill(band),
            hatch=_hatch(band, 0, 6, 2 * residual[1], 10),
        ),
        alt,
    )


def draw_chart(chart: str, **values: object) -> str:
    """A chart’s template as SVG."""
    return environment().get_template(f"report/charts/{chart}.svg.j2").render(**values)


def _fill(band: int) -> str:
    return FILLS[min(band, len(FILLS) - 1)]


def _hatch(band: int, x: float, y: float, width: float, height: float) -> str:
    """The path of a band's pattern within a box: nothing, dots, strokes, crossed strokes, from the lowest band up."""
    if band == 0:
        return ""
    if band == 1:
        across, down = range(3, int(width), 5), range(2, int(height), 4)
        return "".join(f"M{x + i:g} {y + j:g}h1.2" for i in across for j in down)
    path = _strokes(x, y, width, height, rising=True)
    return path if band == 2 else path + _strokes(x, y, width, height, rising=False)


def _strokes(x: float, y: float, width: float, height: float, rising: bool) -> str:
    path = []
    for start in range(4, int(width + height), 5):
        left, right = max(0.0, start - height), min(float(start), width)
        ends = [(left, start - left), (right, start - right)]
        if not rising:
            ends = [(i, height - j) for i, j in ends]
        (x1, y1), (x2, y2) = ends
        path.append(f"M{x + x1:g} {y + y1:g}L{x + x2:g} {y + y2:g}")
    return "".join(path)
