"""A questionnaire as a form to print and to mark by hand, drawn like a report."""

from app.i18n import SOURCE_LANGUAGE
from app.reports.blocks import Block, Choices, Column, Document, Facts, Heading, Notice, Points, Table, Text, row
from app.reports.reading import Translator
from scoring.questionnaire import Question, Questionnaire


def blank_form(q: Questionnaire, words: Translator, language: str = SOURCE_LANGUAGE) -> Document:
    """Every fact and question with its options and room for a note."""
    _ = words.gettext
    blocks: list[Block] = [
        Heading(_("How to answer"), "how", 1),
        Points(
            (
                _("Where an answer holds only in part, choose the one below it. Answer for the weakest post or hour."),
                _("Each marks alone first; talk goes where the marks differ. “Don’t know” is an honest answer."),
                _("Never write down an event, a name or a suspicion. The note names a record, no more."),
            )
        ),
        *_about(words),
        Heading(_("About your work and your country"), "profile", 1),
    ]
    for fact in q.profile:
        blocks.append(Heading(fact.ask, f"fact-{fact.id}", 2))
        if fact.hint:
            blocks.append(Text(fact.hint, "small"))
        blocks.append(Choices((_("Yes"), _("No"))))
    number = 0
    for section in q.sections:
        blocks.append(Heading(section.title, f"section-{section.id}", 1, fresh=True))
        if section.intro:
            blocks.append(Text(section.intro))
        for question in section.questions:
            number += 1
            blocks += _question(question, number, words)
    version = _("%(id)s %(version)s, a draft that is not released") if q.draft else _("%(id)s %(version)s")
    return Document(
        language=language,
        title=_("Form to mark by hand: %(agency)s") % {"agency": q.title},
        title_lines=(_("Form to mark by hand:"), q.title),
        subtitle=_("Corruption-risk self-assessment"),
        description=q.does,
        author="",
        running=" – ".join((q.title, q.version)),
        marks=(_("DRAFT"),) if q.draft else (),
        marking=_("Confidential once it is marked"),
        control=Facts(
            (
                (_("Questionnaire"), version % {"id": q.id, "version": q.version}),
                (_("Fingerprint of the questionnaire"), q.hash),
                (_("Time"), _("about %(minutes)d minutes, in one sitting or several") % {"minutes": q.sitting.minutes}),
                (_("Have in the room"), "; ".join(q.sitting.people)),
                (_("Have on the table"), "; ".join(q.sitting.papers)),
            )
        ),
        notices=(
            Notice(
                _("A marked form tells where an agency can be bent"),
                (_("Keep it locked away, and destroy it once its answers are entered."),),
                urgent=True,
            ),
        ),
        date=None,
        words={
            "contents": _("Contents"),
            "control": _("Before you begin"),
            "page": _("Page"),
            "of": _("of"),
            "data": "",
            "replaced": "",
        },
        blocks=tuple(blocks),
    )


def _about(words: Translator) -> list[Block]:
    """What the page asks before the first question, in lines to write on."""
    _ = words.gettext
    lines = (
        (_("Organisation"), _("Date")),
        (_("One post, one region or the whole service"), _("What kind of post or region, without its name")),
        (_("Sittings"), _("People"), _("From which levels"), _("Moderator from outside, legal adviser")),
    )
    rooms = [
        Table(", ".join(line), tuple(Column(title) for title in line), (row(*("" for _title in line)),), blank=True)
        for line in lines
    ]
    return [Heading(_("About this assessment"), "about", 1), *rooms]


def _question(question: Question, number: int, words: Translator) -> list[Block]:
    _ = words.gettext
    blocks: list[Block] = [Heading(f"{number}.  {question.ask}", f"question-{question.id}", 2)]
    if question.hint:
        blocks.append(Text(question.hint, "small"))
    reserved = [_("Don’t know"), _("Prefer not to say")]
    if question.not_applicable:
        reserved.append(_("Not applicable, because (see the note)"))
    blocks.append(Choices((*(option.label for option in question.options), *reserved)))
    asked = question.evidence_asked or _("Which record shows it?")
    note = Column(_("Note, without names and events. %(asked)s") % {"asked": asked})
    blocks.append(Table(_("Note on question %(number)d") % {"number": number}, (note,), (row(""),), blank=True))
    return blocks
