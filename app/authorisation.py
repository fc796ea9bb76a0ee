"""Who may call what, as authorisation.yaml beside this module says it: the one list that is enforced and tested."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

MATRIX = Path(__file__).with_name("authorisation.yaml")
VISITOR = "visitor"


@dataclass(frozen=True)
class Rule:
    """The roles that may call a route, and the states of an assessment in which that does something (empty: none).

    `scope`: what a program’s key must be good for, where programs may call it.
    """

    who: frozenset[str]
    states: tuple[str, ...] = ()
    scope: str = ""


@cache
def _said() -> dict[str, Any]:
    read: dict[str, Any] = yaml.load(MATRIX.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return read


@cache
def matrix() -> Mapping[str, Rule]:
    """By “METHOD /path/{parameter}”."""
    said = _said()
    groups: dict[str, list[str]] = said["groups"]
    found = {}
    for name, line in said["routes"].items():
        rule = line if isinstance(line, dict) else {"who": line}
        found[name] = Rule(frozenset(groups[rule["who"]]), tuple(rule.get("states", ())), rule.get("scope", ""))
    return found


def may_without_second_factor(method: str, path: str) -> bool:
    """Whether a route is open to somebody who has to set up a second factor first."""
    return f"{'GET' if method == 'HEAD' else method} {path}" in _said()["without_second_factor"]


def may(method: str, path: str, roles: Iterable[str]) -> bool:
    """Whether somebody in one of these roles, or a visitor who has none, may call a route. HEAD is as GET."""
    rule = matrix().get(f"{'GET' if method == 'HEAD' else method} {path}")
    return rule is not None and not rule.who.isdisjoint({*roles} or {VISITOR})
