"""The lanes of recommendations and their efforts, in a reader’s language: for pages and reports alike."""

from typing import Protocol

from scoring.questionnaire import Effort
from scoring.recommendations import Lane


class Words(Protocol):
    """What is needed of a gettext catalogue."""

    def gettext(self, message: str, /) -> str:
        """A message in the reader’s language."""


def lanes(words: Words) -> dict[Lane, str]:
    """The lanes’ names, in the order of the report."""
    _ = words.gettext
    return {
        "duty": _("Duties"),
        "look_into": _("Look into"),
        "quick_win": _("Quick wins"),
        "major_project": _("Major projects"),
        "find_out": _("Find out"),
        "keep_and_watch": _("Keep and watch"),
        "covered": _("Covered by the actions before"),
        "no_gain_at_present": _("No gain at present"),
    }


def efforts(words: Words) -> dict[Effort, str]:
    """The effort classes’ names."""
    _ = words.gettext
    return {
        "XS": _("very small"),
        "S": _("small"),
        "M": _("medium"),
        "L": _("large"),
        "XL": _("very large"),
    }
