"""One line of the table that `make bench` prints: the figure, the floor it is held to, and whether it holds."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """A figure beside its floor."""

    what: str
    figure: str
    floor: str
    holds: bool


def markdown(rows: list[Row]) -> str:
    """The rows as a Markdown table."""
    lines = ["| measured | figure | floor | holds |", "| --- | --- | --- | --- |"]
    lines += [f"| {row.what} | {row.figure} | {row.floor} | {'yes' if row.holds else '**no**'} |" for row in rows]
    return "\n".join(lines)
