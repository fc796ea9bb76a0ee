"""The redacted report as a document, drawn from scoring.redacted.Redacted, which holds only what may be shown."""

from dataclasses import dataclass
from datetime import date

from app.reports import charts, pictures
from app.reports.blocks import Block, Cell, Column, Document, Facts, Heading, Notice, Points, Row, Table, Text, row
from app.reports.reading import Translator, band_words
from scoring.redacted import FEW, OverallStanding, Redacted, Scope, ShownChain, Standing


@dataclass(frozen=True)
class _Shown:
    """A redacted report in one language."""

    redacted: Redacted
    translator: Translator

    def _(self, message: str, **values: object) -> str:
        text = self.translator.gettext(message)
        return text % values if values else text

    @property
    def titles(self) -> dict[str, str]:
        """Bands’ names by id."""
        return {band.id: band.title for band in self.redacted.bands}

    def band(self, standing: Standing) -> str:
        """A band as it is printed."""
        if isinstance(standing, OverallStanding):
            return band_words(self.translator, standing, self.titles, standing.too_little_known)
        title = self.titles[standing.band]
        return self._("up to %(band)s: too little known", band=title) if standing.too_little_known else title

    def swatch(self, band: str) -> str:
        """A sample of a band’s colour and pattern."""
        return charts.swatch([b.id for b in self.redacted.bands].index(band))

    def span(self, title: str, standing: Standing) -> pictures.Span:
        """The part of the scale that a band, or what it may be, takes up."""
        bands = self.redacted.bands
        places = {band.id: place for place, band in enumerate(bands)}
        lowest = standing.band_best if isinstance(standing, OverallStanding) else standing.band
        above = places[standing.band] + 1
        return pictures.Span(
            title,
            0 if standing.too_little_known else bands[places[lowest]].at_least,
            bands[above].at_least if above < len(bands) else 100,
        )

    @property
    def is_verified(self) -> bool:
        """Whether a reviewer’s levels are scored beside the answers."""
        return self.redacted.overall.verified is not None

    @property
    def day(self) -> tuple[int, int, int] | None:
        """The report’s date as year, month and day."""
        try:
            day = date.fromisoformat(self.redacted.date)
        except ValueError:
            return None
        return day.year, day.month, day.day


def redacted_context(redacted: Redacted, translator: Translator, language: str = "en") -> Document:
    """What page and PDF draw."""
    s = _Shown(redacted, translator)
    organisation = redacted.organisation or s._("An organisation that is not named here")
    blocks = [*_result(s), *_how_sure(s), *_to_do(s), *_what_it_is(s), *_left_out(s)]
    return Document(
        language=language,
        title=s._("Redacted report on corruption risk: %(agency)s", agency=redacted.agency),
        title_lines=(s._("Redacted report on corruption risk:"), redacted.agency),
        subtitle=organisation,
        description=s._("What of a corruption-risk self-assessment may be shown outside the organisation"),
        author=redacted.organisation,
        running=" – ".join(part for part in (redacted.organisation, redacted.agency, redacted.date) if part),
        marks=(s._("DRAFT"),) if redacted.questionnaire.draft else (),
        marking=s._("Redacted, to be shown outside"),
        control=_control(s),
        notices=(
            Notice(
                s._("This is a redacted report; it cannot be recomputed from itself"),
                (
                    s._(
                        "It was drawn anew from a full report, and no part of it was blacked out: no answer, note, "
                        "question, risk scenario or recommendation is in this file, nor the name of a post. Whoever "
                        "has to check its figures asks the organisation for the full report."
                    ),
                ),
            ),
        ),
        date=s.day,
        words={
            "contents": "",
            "control": s._("About this report"),
            "page": s._("Page"),
            "of": s._("of"),
            "data": "",
            "replaced": s._("The fonts of this PDF have no sign for some characters of this report."),
            "download_pdf": s._("Download as PDF"),
        },
        blocks=tuple(blocks),
        is_short=True,
    )


def _control(s: _Shown) -> Facts:
    redacted, q, not_given = s.redacted, s.redacted.questionnaire, s._("not given")
    scopes: dict[Scope, str] = {
        "post": s._("one post, not named here"),
        "region": s._("one region, not named here"),
        "service": s._("the whole service"),
    }
    states = {
        "submitted": s._("submitted, not reviewed"),
        "under_review": s._("submitted, under review"),
        "final": s._("final: reviewed, and signed off by the reviewer"),
    }
    version = s._("%(id)s %(version)s, a draft that is not released") if q.draft else s._("%(id)s %(version)s")
    return Facts(
        (
            (s._("Organisation"), redacted.organisation or s._("left out")),
            (s._("Kind of agency"), redacted.agency),
            (s._("What it is about"), scopes[redacted.scope] if redacted.scope else not_given),
            (s._("Date"), redacted.date or not_given),
            (s._("State"), states.get(redacted.state, redacted.state)),
            (s._("Questionnaire"), version % {"id": q.id, "version": q.version}),
            (s._("Fingerprint of the questionnaire"), q.hash),
            (
                s._("Risk model, engine"),
                s._("%(model)s, %(engine)s", model=redacted.risk_model, engine=redacted.engine),
            ),
        )
    )


def _result(s: _Shown) -> list[Block]:
    return [Heading(s._("The result"), "result", 1), Text(_headline(s), "lead"), _chains(s), *_picture(s)]


def _headline(s: _Shown) -> str:
    overall = s.redacted.overall
    return s._(
        "Overall residual risk at the worst end: %(band)s. As far as shown: %(shown)s.",
        band=s.band(overall),
        shown=s.titles[overall.shown_band],
    )


def _chains(s: _Shown) -> Table:
    columns: tuple[Column, ...] = (Column(s._("Chain"), 2.8), Column(s._("Band, worst end"), 2.6))
    if s.is_verified:
        columns += (Column(s._("With the reviewer’s levels"), 1.7),)
    overall = _standing(s, Cell(s._("Overall"), strong=True), s.redacted.overall)
    rows = (overall, *(_chain(s, chain) for chain in s.redacted.chains))
    return Table(s._("The chains that this agency is part of"), columns, rows, titled=True)


def _chain(s: _Shown, chain: ShownChain) -> Row:
    if chain.standing is None:
        few = s._("not shown: fewer than %(few)d risks", few=FEW)
        return row(Cell(chain.title), few, *(["–"] if s.is_verified else []))
    return _standing(s, Cell(chain.title), chain.standing)


def _standing(s: _Shown, title: Cell, standing: Standing) -> Row:
    beside = [Cell(s.titles[standing.verified], swatch=s.swatch(standing.verified))] if standing.verified else []
    return row(title, Cell(s.band(standing), swatch=s.swatch(standing.band)), *beside)


def _picture(s: _Shown) -> list[Block]:
    named = [(s._("Overall"), s.redacted.overall), *((chain.title, chain.standing) for chain in s.redacted.chains)]
    found = [(title, standing) for title, standing in named if standing]
    said = "; ".join(f"{title}: {s.band(standing)}" for title, standing in found)
    alt = s._("The bands on the scale from 0 to 100. %(bands)s.", bands=said)
    spans = [s.span(title, standing) for title, standing in found]
    return [pictures.ranges(spans, [(band.title, band.at_least) for band in s.redacted.bands[1:]], False, alt)]


def _how_sure(s: _Shown) -> list[Block]:
    redacted = s.redacted
    columns = (Column(s._("Questions"), 4), Column(s._("Number"), 1, "right"))
    answered = (
        s._("at least %(tenths)d in 10", tenths=redacted.tenths) if redacted.tenths else s._("fewer than 1 in 10")
    )
    rows = (
        row(s._("Asked"), Cell(str(redacted.asked), strong=True)),
        row(s._("Answered, or not applicable with a reason"), answered),
    )
    return [
        Heading(s._("How sure is this"), "how-sure", 1),
        Text(
            s._(
                "What is not known is counted twice, at its worst and at its best. Where the overall band differs, "
                "both are named; of a chain only the band at the worst end is. Whatever the unknown answers turn out "
                "to be, no band is higher than that. That says nothing about answers that are wrong."
            )
        ),
        Table(s._("How complete it is"), columns, rows, titled=True),
    ]


def _to_do(s: _Shown) -> list[Block]:
    words = s._(
        "The full report has an action for each weakness, with what it brings, who is to carry it out and by when. "
        "Here there is none, since an action names the weakness that it mends."
    )
    return [Heading(s._("What there is to do"), "to-do", 1), Text(words), *_accepted(s)]


def _accepted(s: _Shown) -> list[Block]:
    if s.redacted.accepted is None:
        return []
    said = (
        s._("Of the actions that it decided on, the management accepted less than a quarter, as they are or changed."),
        s._(
            "Of the actions that it decided on, the management accepted between a quarter and a half, as they are or "
            "changed."
        ),
        s._(
            "Of the actions that it decided on, the management accepted between a half and three quarters, as they are "
            "or changed."
        ),
        s._(
            "Of the actions that it decided on, the management accepted at least three quarters, as they are or "
            "changed."
        ),
    )
    return [Text(said[s.redacted.accepted])]


def _what_it_is(s: _Shown) -> list[Block]:
    return [
        Heading(s._("What this is, and what it is not"), "what-it-is", 1),
        Text(
            s._(
                "An agency has answered questions about exposure and safeguards, never about guilt. A published model "
                "makes risks of them along the chains of the Council of Europe: each risk has a likelihood and an "
                "impact, raised by exposure and by signals, lowered by safeguards. A chain’s score is the mean of its "
                "risks by weight, and its band lies at most %(steps)d step of the scale below that of its worst risk, "
                "because a mean hides what is worst. Scores run from 0 to 100: %(bands)s.",
                steps=s.redacted.floor_steps,
                bands=_scale(s),
            )
        ),
        Points(
            (
                s._("A risk score is not a probability of corruption, and it is not a finding about anybody."),
                s._("The absence of known cases is never evidence of low risk."),
                s._("Nobody outside the agency has confirmed the answers.")
                if not s.is_verified
                else s._("Only those answers are confirmed that a reviewer looked at."),
                s._("Scores are not comparable across countries or across kinds of agency."),
                s._("It is no certificate, and not for pay, discipline, funding, licences or ranking."),
                s._(
                    "“As far as shown” is the same band with only what is shown: a safeguard said to operate without "
                    "a record to show it counts as on paper."
                ),
            )
        ),
    ]


def _scale(s: _Shown) -> str:
    bands = s.redacted.bands
    parts = [s._("%(band)s from %(cut)s", band=band.title, cut=f"{band.at_least:g}") for band in bands[1:]]
    return ", ".join([s._("%(band)s below %(cut)s", band=bands[0].title, cut=f"{bands[1].at_least:g}"), *parts])


def _left_out(s: _Shown) -> list[Block]:
    return [
        Heading(s._("What was left out, and why"), "left-out", 1),
        Text(
            s._(
                "Answers tell where an agency can be bent. Left out are therefore all answers and notes, the "
                "questions, the risk scenarios, the recommendations, raised impacts and their reasons, what wanted a "
                "second look, and every name of a post or place. The questionnaire is public, so that figures would "
                "tell of single answers to somebody who knows the others: scores, intervals, stages and the number of "
                "actions are therefore left out as well, and chains with fewer than %(few)d risks; bands are shown, "
                "and of the questions answered the full tenths.",
                few=FEW,
            )
        ),
    ]
