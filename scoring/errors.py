"""What can be wrong with what is handed to the rules.

ScoringError
├── InvalidQuestionnaire   a questionnaire that contradicts itself
├── InvalidAnswers         answers that do not fit their questionnaire; holds every problem, each with a pointer
└── InvalidReport          a report that cannot be read at all (one whose figures are wrong can be read: see verify)
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, where (a JSON pointer into what was sent), and how to mend it."""

    pointer: str
    code: str
    message: str


class ScoringError(Exception):
    """The root of this package's errors."""


class InvalidQuestionnaire(ScoringError):
    """A questionnaire that cannot be compiled."""


class InvalidAnswers(ScoringError):
    """Answers that do not fit: all problems at once, in the order of the questionnaire."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(f"{p.pointer}: {p.message}" for p in problems))
        self.problems = problems


class InvalidReport(ScoringError):
    """A report that is not readable as one."""
