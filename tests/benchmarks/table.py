"""One line of the table that `make bench` prints: the figure, the floor it is held to, and whether it holds."""

from dataclasses import dataclass

_SAID = {True: "yes", False: "**no**", None: "not judged here"}


@dataclass(frozen=True)
class Row:
    """A figure beside its floor; `holds`: None where this machine cannot tell, or no floor is set."""

    what: str
    figure: str
    floor: str
    holds: bool | None


def markdown(rows: list[Row]) -> str:
    """The rows as a Markdown table."""
    lines = ["| measured | figure | floor | holds |", "| --- | --- | --- | --- |"]
    lines += [f"| {row.what} | {row.figure} | {row.floor} | {_SAID[row.holds]} |" for row in rows]
    return "\n".join(lines)
