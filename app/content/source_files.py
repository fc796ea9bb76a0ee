"""Reads the YAML of questionnaires/ strictly, and remembers the line of every key.

YAML eats a yes/no questionnaire: plain `on`, `no` or `1.10` become something else, and of two equal keys the last wins
silently. Here a duplicate key, and a plain word that YAML 1.1 would turn into a boolean or a date, is a fault; so is
what makes a file larger than it looks: an alias, a number without end, lists within lists without end.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import yaml

from app.errors import ContentError, Fault

Data = str | int | float | bool | None | list["Data"] | dict[str, "Data"]
Where = tuple[str | int, ...]
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INTEGER = re.compile(r"-?(0|[1-9][0-9]*)$")
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]*)\.[0-9]+$")
_UNSEEN_BREAK = re.compile("\r(?!\n)|[\x85\u2028\u2029]")
_DEEPEST, _LONGEST_NUMBER = 50, 30
_STEPS_ON_ONE_LINE = re.compile(rf"(?:[-?] ){{{_DEEPEST}}}")
_EATEN = {"y", "n", "yes", "no", "on", "off"}


@dataclass(frozen=True)
class SourceFile:
    """One file's data, and the line on which each key or item begins."""

    path: Path
    data: Data
    lines: dict[Where, int]

    def line(self, where: Where) -> int:
        """The line of a key, or of the nearest thing around it that the file has."""
        while where and where not in self.lines:
            where = where[:-1]
        return self.lines.get(where, 1)

    def fault(self, where: Where, what: str, remedy: str) -> Fault:
        """A fault at a key of this file."""
        return Fault(self.path, self.line(where), ".".join(map(str, where)), what, remedy)


def read_source(path: Path) -> SourceFile:
    """Read one YAML file. Raises ContentError."""
    try:
        text = path.read_bytes().decode("utf-8")
        if unsound := _unsound(text):
            at, what, remedy = unsound
            raise ContentError([Fault(path, text.count("\n", 0, at) + 1, "", what, remedy)])
        root = yaml.compose(text, Loader=_Loader)
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise ContentError([Fault(path, line, "", "This is not UTF-8.", "Save the file as UTF-8.")]) from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or str(error)
        remedy = "Check indentation and colons; quote text that holds “: ” or “ #”."
        line = min(mark.line, text.count("\n")) + 1 if mark else 1  # at its end the parser stands on a line of its own
        raise ContentError([Fault(path, line, "", f"This is not YAML: {problem}.", remedy)]) from error
    reader = _Reader(path)
    data = reader.value(root, ()) if root is not None else None
    if reader.faults:
        raise ContentError(reader.faults)
    return SourceFile(path, data, reader.lines)


def _unsound(text: str) -> tuple[int, str, str] | None:
    """What must not come to the parser: a line break that no editor shows, by which lines would be counted wrong, and
    lists within lists, since deep ones end the process. Where, what, and how to mend it."""
    if found := _UNSEEN_BREAK.search(text):
        what = f"A line ends here with U+{ord(found[0]):04X}, which editors do not show."
        return found.start(), what, "End lines with a line feed."
    found, remedy = _STEPS_ON_ONE_LINE.search(text), "Write it flatter."
    if found:
        return found.start(), "Lists are nested too deeply here.", remedy
    depth, brackets = 0, re.finditer(r"[\[\]{}]", text)
    for bracket in brackets if text.count("[") + text.count("{") > _DEEPEST else ():
        depth = max(0, depth + (1 if bracket[0] in "[{" else -1))
        if depth > _DEEPEST:
            return bracket.start(), "Brackets are nested too deeply here.", remedy
    return None


class _Reader:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.lines: dict[Where, int] = {}
        self.faults: list[Fault] = []
        self.seen: set[int] = set()  # of nodes: one that comes again was named by an alias

    def fault(self, node: yaml.Node, where: Where, what: str, remedy: str) -> None:
        line = node.start_mark.line + 1
        self.faults.append(Fault(self.path, line, ".".join(map(str, where)), what, remedy))

    def value(self, node: yaml.Node, where: Where) -> Data:
        self.lines.setdefault(where, node.start_mark.line + 1)
        if id(node) in self.seen:
            self.fault(node, where, "This is taken up again by an alias (*).", "Write it out in both places.")
            return None
        self.seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, where)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*where, index)) for index, item in enumerate(node.value)]
        return self.scalar(node, where)

    def mapping(self, node: yaml.MappingNode, where: Where) -> Data:
        result: dict[str, Data] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            at = (*where, key)
            if key in result:
                first = self.lines[at]
                self.fault(key_node, at, f"The key “{key}” stands here twice (first on line {first}).", "Keep one.")
                continue
            if _is_plain(key_node) and key.lower() in _EATEN:
                self.fault(key_node, at, f"YAML reads the plain word “{key}” as true or false.", "Use another id.")
            self.lines[at] = key_node.start_mark.line + 1
            result[key] = self.value(value_node, at)
        return result

    def scalar(self, node: yaml.Node, where: Where) -> Data:
        text = str(node.value)
        if not _is_plain(node):
            return text
        if text.lower() in _EATEN:
            self.fault(
                node,
                where,
                f"YAML reads the plain word “{text}” as true or false.",
                "Quote it, or write true or false.",
            )
        if node.tag.endswith(":timestamp"):
            self.fault(node, where, f"YAML reads “{text}” as a date.", "Quote it.")
        if text in ("", "~", "null"):
            return None
        if text in ("true", "false"):
            return text == "true"
        if _INTEGER.match(text):
            if len(text) > _LONGEST_NUMBER:
                self.fault(node, where, "This number is too long.", "Quote it if it is text.")
                return None
            return int(text)
        return float(text) if _DECIMAL.match(text) else text


def _is_plain(node: yaml.Node) -> bool:
    return not getattr(node, "style", None)
