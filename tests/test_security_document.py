"""SECURITY.md says nothing that nobody can look up: every test that it names is there, every row has its verdict, and
what holds has its test."""

import ast
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
STANDARD = TEXT.partition("## OWASP ASVS")[2]
VERDICTS = ("holds", "holds, no test", "does not apply", "does not hold")
TEST = re.compile(r"`tests/[\w/]+\.py(?:::\w+)?`")
AS_BEFORE = re.compile(r"(?:^|: )the same\b")  # the test of the row above
# The sections of ASVS 4.0.3 and how many requirements of levels 1 and 2 each has that was not deleted.
SECTIONS = {
    "1.1": 7, "1.2": 4, "1.4": 3, "1.5": 4, "1.6": 4, "1.7": 2, "1.8": 2, "1.9": 2, "1.10": 1, "1.11": 2, "1.12": 1,
    "1.14": 6, "2.1": 12, "2.2": 3, "2.3": 3, "2.4": 5, "2.5": 7, "2.6": 3, "2.7": 6, "2.8": 7, "2.9": 3, "2.10": 4,
    "3.1": 1, "3.2": 4, "3.3": 4, "3.4": 5, "3.5": 3, "3.7": 1, "4.1": 4, "4.2": 2, "4.3": 3, "5.1": 5, "5.2": 8,
    "5.3": 10, "5.4": 3, "5.5": 4, "6.1": 3, "6.2": 6, "6.3": 2, "6.4": 2, "7.1": 4, "7.2": 2, "7.3": 3, "7.4": 3,
    "8.1": 4, "8.2": 3, "8.3": 8, "9.1": 3, "9.2": 4, "10.2": 2, "10.3": 3, "11.1": 8, "12.1": 3, "12.2": 1, "12.3": 6,
    "12.4": 2, "12.5": 2, "12.6": 1, "13.1": 4, "13.2": 5, "13.3": 2, "13.4": 2, "14.1": 4, "14.2": 6, "14.3": 2,
    "14.4": 7, "14.5": 4,
}  # fmt: skip


@cache
def functions(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def rows() -> list[list[str]]:
    """The rows of the standard’s table: number, what it asks for, verdict, why."""
    lines = [line for line in STANDARD.split("\n") if re.match(r"\| [0-9]", line)]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_every_test_that_is_named_is_there() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", TEXT)
    assert len(named) > 100
    for path, name in named:
        assert (ROOT / path).is_file(), path
        assert not name or name in functions(path), f"{path}::{name}"


def test_no_row_is_named_twice_and_each_has_a_verdict() -> None:
    for row in rows():
        assert len(row) == 4, row
        assert row[2] in VERDICTS, row
        assert row[1] and row[3], row
    counted = Counter(row[0] for row in rows())
    assert not [number for number, times in counted.items() if times > 1]


@pytest.mark.parametrize("section", SECTIONS)
def test_every_requirement_of_a_section_has_its_row(section: str) -> None:
    found = [row[0] for row in rows() if row[0].rpartition(".")[0] == section]
    assert len(found) == SECTIONS[section], found


def test_what_holds_names_its_test_and_what_has_none_says_so() -> None:
    tests: list[str] = []
    for number, _, verdict, why in rows():
        tests = (tests if AS_BEFORE.search(why) else []) + TEST.findall(why)
        if verdict == "holds":
            assert tests, f"{number} holds, and names no test."
        elif verdict == "holds, no test":
            assert not tests, f"{number} names a test after all."


def test_every_module_says_what_it_is_for() -> None:
    modules = [path for folder in ("app", "scoring") for path in (ROOT / folder).rglob("*.py")]
    assert len(modules) > 100
    silent = [path.name for path in modules if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))]
    assert silent == []


def test_the_sum_is_that_of_the_rows() -> None:
    counted = Counter(row[2] for row in rows())
    said = re.search(
        r"Of (\d+) requirements (\d+) hold and a test shows it, (\d+) hold without a test, (\d+) do not apply, "
        r"(\d+) do not hold\.",
        STANDARD,
    )
    assert said
    assert [int(number) for number in said.groups()] == [sum(counted.values()), *(counted[each] for each in VERDICTS)]
