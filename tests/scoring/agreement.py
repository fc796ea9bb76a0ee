"""Compare a result with what it should be: numbers to nine decimals, everything else exactly."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

CLOSE = 1e-9


def disagreements(found: Any, wanted: Any, where: str = "") -> list[str]:
    """Where they differ, and how; keys that only one of them has count."""
    return list(_differ(found, wanted, where))


def _differ(found: Any, wanted: Any, where: str) -> Iterator[str]:
    if isinstance(found, dict) and isinstance(wanted, dict):
        for key in sorted({*found, *wanted}):
            if key not in found or key not in wanted:
                yield f"{where}/{key}: only {'wanted' if key in wanted else 'found'}"
            else:
                yield from _differ(found[key], wanted[key], f"{where}/{key}")
    elif isinstance(found, list) and isinstance(wanted, list) and len(found) == len(wanted):
        for place, pair in enumerate(zip(found, wanted, strict=True)):
            yield from _differ(*pair, f"{where}/{place}")
    elif isinstance(wanted, Fraction) and isinstance(found, int | float):
        if not abs(found - wanted) <= CLOSE:
            yield f"{where}: found {found}, wanted {float(wanted)}"
    elif found != wanted or type(found) is not type(wanted):
        yield f"{where}: found {found!r}, wanted {wanted!r}"
