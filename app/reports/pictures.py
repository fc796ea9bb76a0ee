"""The report’s pictures of many things at once, as SVG: where scenarios stand, what actions bring, how ranges reach.

Legible in black and white: what differs, differs by place, shape or words. A table stands behind each.
"""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from app.reports.blocks import Figure
from app.reports.charts import draw_chart

WIDTH = 520
_CELL = 88  # of the matrix
_LEFT, _TOP, _HEIGHT = 44, 12, 220  # of a plot’s area: room for figures at the left, above, and its height
_SLOTS = 5  # codes side by side in one column before the next begins a line


@dataclass(frozen=True)
class _Words:
    words: str
    x: float
    y: float
    quiet: bool = False
    middle: bool = False


@dataclass(frozen=True)
class _Shape:
    role: str
    path: str
    width: float = 1.5
    dashed: bool = False
    fill: str = ""


@dataclass(frozen=True)
class Span:
    """A range on the scale of scores, and a mark in it; None: without one."""

    title: str
    low: float
    high: float
    mark: float | None = None


def matrix(scenarios: Sequence[tuple[str, float, int]], likelihood: str, impact: str, alt: str) -> Figure:
    """Codes of scenarios by likelihood (1 to 5, to the nearest whole) and impact (1 to 5), impact upwards."""
    left, side = 26, _CELL * 5
    lines = [f"M{left + _CELL * i} 4v{side * 0.55:g}" for i in range(6)]
    row = side * 0.55 / 5
    lines += [f"M{left} {4 + row * i:g}h{side}" for i in range(6)]
    cells: dict[tuple[int, int], list[str]] = {}
    for code, value, scale in scenarios:
        cells.setdefault((min(max(int(value + 0.5), 1), 5), scale), []).append(code)
    texts = []
    for (column, height), codes in cells.items():
        wrapped = textwrap.wrap(", ".join(codes), 15)
        for place, line in enumerate(wrapped[:3]):
            words = line if place < 2 or len(wrapped) <= 3 else "…"
            texts.append(_Words(words, left + _CELL * (column - 1) + 6, 4 + row * (5 - height) + 15 + 14 * place))
    bottom = 4 + side * 0.55
    texts += [_Words(str(i), left + _CELL * (i - 0.5), bottom + 16, quiet=True, middle=True) for i in range(1, 6)] + [
        _Words(str(i), 8, 4 + row * (5 - i + 0.6), quiet=True) for i in range(1, 6)
    ]
    texts += [
        _Words(likelihood, left + side / 2, bottom + 34, quiet=True, middle=True),
        _Words(f"↑ {impact}", left, bottom + 34, quiet=True),
    ]
    return Figure(draw_chart("matrix", width=left + side + 4, height=bottom + 42, lines=lines, texts=texts), alt)


def steps(
    start: float, taken: Sequence[tuple[str, float, float]], cuts: Sequence[tuple[str, float]], effort: str, alt: str
) -> Figure:
    """The score falling with each action: (code, its effort, the score after it); cuts: name of each band and where it
    begins."""
    total = max(sum(cost for _, cost, _ in taken), 1.0)
    across = (WIDTH - _LEFT - 8) / total
    x, path, texts, busy = float(_LEFT), f"M{_LEFT} {_y(start):g}", [], -100.0
    for code, cost, after in taken:
        x += cost * across
        path += f"H{x:.1f}V{_y(after):.1f}"
        if x - busy > 24:
            texts.append(_Words(code, min(x - 4, WIDTH - 24), _y(after) + 14))
            busy = x
    return _plot([_Shape("steps", path, 2)], [*texts, *_scale(cuts), *_along(effort)], cuts, alt)


def gains(columns: Sequence[tuple[str, Sequence[tuple[str, float]]]], points: str, alt: str) -> Figure:
    """Codes of actions by effort, (its words, (code, points) …), and by what each brings at its place."""
    columns = [column for column in columns if column[1]]
    most = max((gain for _, members in columns for _, gain in members), default=1.0) or 1.0
    step = (WIDTH - _LEFT - 8) / max(len(columns), 1)
    texts, shapes = [], []
    for place, (title, members) in enumerate(columns):
        left = _LEFT + step * place
        texts.append(_Words(title, left + step / 2, _TOP + _HEIGHT + 18, quiet=True, middle=True))
        for turn, (code, gain) in enumerate(sorted(members, key=lambda member: -member[1])):
            x, y = left + 10 + (turn % _SLOTS) * (step - 14) / _SLOTS, _TOP + _HEIGHT * (1 - gain / most)
            shapes.append(_Shape("dot", f"M{x - 2:.1f} {y:.1f}a2 2 0 1 0 4 0a2 2 0 1 0 -4 0z", 0.8, fill="#111418"))
            texts.append(_Words(code, x + 4, y - 3))
    texts += [_Words(f"{most:.1f}", 4, _TOP + 8, quiet=True), _Words("0", 4, _TOP + _HEIGHT, quiet=True)]
    texts.append(_Words(f"↑ {points}", _LEFT, _TOP + _HEIGHT + 36, quiet=True))
    return _plot(shapes, texts, [], alt)


def ranges(spans: Sequence[Span], cuts: Sequence[tuple[str, float]], dashed: bool, alt: str) -> Figure:
    """Ranges of scores from 0 to 100 below each other; an upright stroke marks the figure in this report."""
    left, row = 150, 34
    across = (WIDTH - left - 10) / 100
    height = row * len(spans)
    grid = [f"M{left + across * cut:.1f} 2v{height:g}" for _, cut in cuts]
    texts = [_Words(name, left + across * cut + 3, height + 14, quiet=True) for name, cut in cuts]
    shapes = []
    for place, span in enumerate(spans):
        middle = row * place + row / 2
        low, high = (left + across * value for value in (span.low, span.high))
        shapes.append(_Shape("range", f"M{low:.1f} {middle - 6:g}H{high:.1f}v12H{low:.1f}z", 1.2, dashed))
        if span.mark is not None:
            shapes.append(_Shape("mark", f"M{left + across * span.mark:.1f} {middle - 11:g}v22", 2.5))
        lines = textwrap.wrap(span.title, 22)[:2]
        texts += [_Words(line, 2, middle + 4 - 7 * (len(lines) - 1) + 14 * i) for i, line in enumerate(lines)]
    axis = f"M{left} 2v{height:g}h{100 * across:.1f}v-{height:g}"
    svg = draw_chart("plot", width=WIDTH, height=height + 20, grid=grid, axis=axis, shapes=shapes, texts=texts)
    return Figure(svg, alt)


def _y(score: float) -> float:
    return _TOP + _HEIGHT * (1 - score / 100)


def _scale(cuts: Sequence[tuple[str, float]]) -> list[_Words]:
    return [_Words(f"{cut:g}", 4, _y(cut) + 4, quiet=True) for _, cut in cuts] + [
        _Words(name, WIDTH - 64, _y(cut) - 4, quiet=True) for name, cut in cuts
    ]


def _along(words: str) -> list[_Words]:
    return [_Words(words, (WIDTH + _LEFT) / 2, _TOP + _HEIGHT + 18, quiet=True, middle=True)]


def _plot(shapes: Sequence[_Shape], texts: Sequence[_Words], cuts: Sequence[tuple[str, float]], alt: str) -> Figure:
    grid = [f"M{_LEFT} {_y(cut):g}H{WIDTH - 4}" for _, cut in cuts]
    axis = f"M{_LEFT} {_TOP}v{_HEIGHT}H{WIDTH - 4}"
    svg = draw_chart("plot", width=WIDTH, height=_TOP + _HEIGHT + 44, grid=grid, axis=axis, shapes=shapes, texts=texts)
    return Figure(svg, alt)
