"""What wants a second look in a set of answers, in words: for the page before submission and for the report."""

from dataclasses import dataclass
from typing import Protocol

from scoring.consistency import Severity
from scoring.questionnaire import Question, Questionnaire
from scoring.result import DoubtResult


class Words(Protocol):
    """What is needed of a gettext catalogue."""

    def gettext(self, message: str, /) -> str:
        """A message in the reader’s language."""

    def ngettext(self, singular: str, plural: str, number: int, /) -> str:
        """A message in the form that a number asks for."""


@dataclass(frozen=True)
class SecondLook:
    """One thing to look at again: how urgently, in a word; why, in a sentence or two; the answers concerned."""

    severity: Severity
    urgency: str
    reason: str
    questions: tuple[Question, ...]


def second_looks(found: list[DoubtResult], questionnaire: Questionnaire, words: Words) -> list[SecondLook]:
    """The doubts in words, in their order."""
    _ = words.gettext
    urgency: dict[Severity, str] = {
        "take_out": _("Take out"),
        "look_again": _("Look again"),
        "consider": _("Consider"),
    }
    return [
        SecondLook(
            doubt.severity,
            urgency[doubt.severity],
            _reason(doubt, questionnaire, words),
            tuple(questionnaire.question[name] for name in doubt.questions),
        )
        for doubt in found
    ]


def _reason(doubt: DoubtResult, questionnaire: Questionnaire, words: Words) -> str:
    _, n_ = words.gettext, words.ngettext
    count = len(doubt.questions)
    if doubt.code.startswith("note_with"):
        held = {
            "note_with_address": _("an e-mail address"),
            "note_with_number": _("a telephone number"),
            "note_with_plate": _("a number plate"),
            "note_with_place": _("coordinates of a place"),
            "note_with_name": _("a name"),
        }[doubt.code]
        return _(
            "The note seems to hold {what}. A report is read by many; say which record it is, and nothing else."
        ).format(what=held)
    if doubt.code == "thin_evidence":
        return _(
            "The note names no date or number, or hardly anything. A reviewer will ask what, when and where it is kept."
        )
    if doubt.code == "signal_beside_evidence":
        return n_(
            "Something was found, while a safeguard against the same scheme is said to work, with evidence. Both can "
            "be true: perhaps the safeguard found it. If not, one of the two answers is too good.",
            "Something was found, while safeguards against the same scheme are said to work, with evidence. Both can "
            "be true: perhaps the safeguards found it. If not, one of the answers is too good.",
            count - 1,
        )
    if doubt.code == "key_absent_and_low":
        title = questionnaire.scenario[doubt.scenario].title if doubt.scenario else ""
        return _(
            "“{scenario}” comes out in one of the lower bands although a key safeguard is absent. Look at how its "
            "exposures were answered."
        ).format(scenario=title)
    if doubt.code == "nothing_applies":
        stages = {stage.id: stage.title for chain in questionnaire.chains for stage in chain.stages}
        return _(
            "Under “{stage}” everything that can be called not applicable was. If the agency has no part in it, a fact "
            "of the profile should say so."
        ).format(stage=stages.get(doubt.stage or "", doubt.stage))
    if doubt.code == "operating_without_records":
        return n_(
            "{count} safeguard is said to operate, and no record is named. As far as shown it counts as on paper.",
            "{count} safeguards are said to operate, and no record is named. As far as shown they count as on paper.",
            count,
        ).format(count=count)
    if doubt.code == "looked_without_records":
        return n_(
            "{count} time somebody looked and found nothing, and no record of the look is named.",
            "{count} times somebody looked and found nothing, and no record of the look is named.",
            count,
        ).format(count=count)
    if doubt.code == "long_run":
        return _("The same answer was given {count} times running. Read these levels once more, one by one.").format(
            count=count
        )
    return _(
        "Nearly every safeguard operates or works, none is absent, and nothing is unknown. That is rare. Ask somebody "
        "from the counter or the night shift whether they would have answered in the same way."
    )
