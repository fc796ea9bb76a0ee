"""What stands first in a report: document control, what it is and is not, and how complete it is."""

import hashlib

from app.reports.blocks import Block, Cell, Column, Facts, Heading, Notice, Points, Table, Text, row
from app.reports.reading import Reading


def control(r: Reading, data: bytes) -> Facts:
    """Document control; `data` is the report's JSON, whose fingerprint is printed."""
    about, q = r.report.about, r.questionnaire
    not_given = r._("not given")
    states = {
        "draft": r._("draft, not submitted"),
        "submitted": r._("submitted, not reviewed"),
        "under_review": r._("submitted, under review"),
        "final": r._("final: reviewed, and signed off by the reviewer"),
    }
    return Facts(
        (
            (r._("Organisation"), about.organisation or not_given),
            (r._("Kind of agency"), q.title),
            (r._("What it is about"), about.scope or not_given),
            (r._("How it was answered"), about.answered_by or not_given),
            (r._("Date"), about.date or not_given),
            (r._("Valid until"), _valid_until(r)),
            (r._("State"), states[r.report.state]),
            (r._("Handling"), marking(r)),
            (r._("Questionnaire"), _version(r)),
            (r._("Fingerprint of the questionnaire"), q.hash),
            (
                r._("Risk model, engine"),
                r._("%(model)s, %(engine)s", model=r.result.risk_model, engine=r.result.engine),
            ),
            (r._("Fingerprint of the data inside"), "sha256:" + hashlib.sha256(data).hexdigest()),
        )
    )


def _version(r: Reading) -> str:
    q = r.questionnaire
    if q.draft:
        return r._("%(id)s %(version)s, a draft that is not released", id=q.id, version=q.version)
    return r._("%(id)s %(version)s", id=q.id, version=q.version)


def _valid_until(r: Reading) -> str:
    day = r.day()
    if day is None:
        return r._("12 months from its date")
    year, month, of_month = day
    last = 28 if (month, of_month) == (2, 29) else of_month
    return f"{year + 1:04}-{month:02}-{last:02}"


def marks(r: Reading) -> tuple[str, ...]:
    """The word that every page carries while a report is a draft, or rests on one."""
    return (r._("DRAFT"),) if r.report.state == "draft" or r.questionnaire.draft else ()


def marking(r: Reading) -> str:
    """How the report is to be handled; one that nobody marked holds answers all the same."""
    return r.report.marking or r._("Handle as confidential")


def notices(r: Reading) -> tuple[Notice, ...]:
    """What stands on the cover."""
    use = Notice(
        r._("What this report may be used for"),
        (
            r._("Not a certificate. Not for pay, discipline, funding, licences or ranking posts. Valid for 12 months."),
            r._(
                "All answers and notes are inside this file, also if pages are removed or blacked out. "
                "Give it only to those who may read them all."
            ),
        ),
    )
    draft = []
    if r.report.state == "draft":
        draft.append(r._("The assessment is not submitted: answers may be missing and may still change."))
    if r.questionnaire.draft:
        draft.append(r._("The questionnaire is a draft: its questions and weights are not released and may change."))
    return (Notice(r._("This is a draft"), tuple(draft), urgent=True), use) if draft else (use,)


def what_it_is(r: Reading) -> list[Block]:
    """What the report is and is not."""
    return [
        Heading(r._("What this report is, and what it is not"), "what-it-is", 1),
        Text(
            r._(
                "It shows where this agency could be bent in the service of human trafficking, how sure that picture "
                "is, and what to do first. It rests on the agency’s own answers about exposure and safeguards, and on "
                "a published model that anybody can recompute."
            ),
            "lead",
        ),
        Points(
            (
                r._("A risk score is not a probability of corruption, and it is not a finding about anybody."),
                r._("The absence of known cases is never evidence of low risk."),
                r._("Scores are not comparable across countries or across kinds of agency."),
                _confirmed(r),
                r._("A signal has innocent causes too. It is a reason to look, not proof."),
                r._("What an action is worth is arithmetic on the model. It is no promise of an effect."),
            )
        ),
        Heading(r._("How to read the figures"), "how-to-read", 2),
        Text(
            r._(
                "Scores run from 0 to 100. A band is a range of scores: %(bands)s. What nobody knows is counted at its "
                "worst and at its best: the two ends of the interval. The headline and every order in this report use "
                "the worst end, since a safeguard that nobody knows of does not protect.",
                bands=_bands(r),
            )
        ),
        Text(
            r._(
                "A band is printed alone only where it is certain: where both ends and the stress test give the same "
                "one, and enough is known. No chain is more than one band below its worst scenario, because a mean "
                "hides what is worst."
            )
        ),
        Text(
            r._(
                "“As far as shown” is the same score with only what is shown. Without a record, a safeguard said to "
                "operate counts as on paper and “we looked and found none” as “don’t know”; one said to work counts as "
                "operating until a reviewer has confirmed it."
            )
        ),
    ]


def _confirmed(r: Reading) -> str:
    if r.report.review is None:
        return r._("Nobody outside the agency has confirmed the answers, unless a note says so.")
    return r._("Only those answers are confirmed that a reviewer looked at; see what the review found.")


def _bands(r: Reading) -> str:
    upper = [f"{band.at_least:g}" for band in r.model.bands[1:]]
    parts = []
    for place, band in enumerate(r.model.bands):
        if place == 0:
            parts.append(r._("%(band)s below %(cut)s", band=band.title, cut=upper[0] if upper else "100"))
        else:
            parts.append(r._("%(band)s from %(cut)s", band=band.title, cut=f"{band.at_least:g}"))
    return ", ".join(parts)


def completeness(r: Reading) -> list[Block]:
    """How many questions were asked and how they were answered."""
    c = r.result.completeness
    columns = (Column(r._("Questions"), 4), Column(r._("Number"), 1, "right"))
    rows = (
        row(r._("Asked"), Cell(str(c.questions), strong=True)),
        row(r._("Answered"), str(c.answered)),
        row(r._("Don’t know"), str(c.unknown)),
        row(r._("Prefer not to say"), str(c.prefer_not_to_say)),
        row(r._("Not applicable"), str(c.not_applicable)),
        row(r._("Not answered"), str(c.unanswered)),
    )
    share = [
        row(
            r.chain_title(chain.id),
            f"{100 * chain.unknown_share:.1f} %",
            r._("yes") if r.too_little_known(chain) else r._("no"),
        )
        for chain in r.result.chains
    ]
    limit = f"{100 * r.model.too_little_known.value:g} %"
    known = (
        Column(r._("Chain"), 3),
        Column(r._("Share unknown"), 1.2, "right"),
        Column(r._("Too little known (above %(limit)s)", limit=limit), 2),
    )
    missing = [f.ask for f in r.questionnaire.profile if f.id in r.answers.missing_facts]
    blocks: list[Block] = [
        Heading(r._("Completeness"), "completeness", 1, fresh=True),
        Table(r._("Questions that were asked"), columns, rows, titled=True),
        Text(r._("Nothing records who preferred not to say, or why."), "small"),
        Table(r._("How much of each chain is unknown"), known, tuple(share), titled=True),
        Text(
            r._("The share is of the strength with which unknown answers bear on the chain’s scenarios."),
            "small",
        ),
    ]
    if missing:
        blocks.append(
            Text(r._("Facts not given, so that whatever hangs on them stays open: %(facts)s", facts=" ".join(missing)))
        )
    return blocks
