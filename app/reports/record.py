"""The part of a report that is the record: not applicable, what the profile closed, all answers, sources."""

from itertools import groupby

from app.reports import charts, review
from app.reports.blocks import Block, Cell, Column, Heading, Row, Table, Text, row
from app.reports.reading import Reading
from scoring.questionnaire import NOT_APPLICABLE, UNANSWERED, Evidence, Question
from scoring.result import Overall


def not_applicable(r: Reading) -> list[Block]:
    """What was said not to apply, with the reasons, and the stress test."""
    found = [q for q in r.answers.asked if r.answers.answer(q.id).option == NOT_APPLICABLE]
    blocks: list[Block] = [Heading(r._("Not applicable, and the stress test"), "not-applicable", 1)]
    if not found:
        return [*blocks, Text(r._("No question was answered “not applicable”, so the stress test changes nothing."))]
    columns = (Column(r._("Question"), 4), Column(r._("Reason given"), 4))
    rows = [
        row(Cell(f"{r.question_code[q.id]} {q.ask}", href=f"#question-{q.id}"), r.answers.answer(q.id).note)
        for q in found
    ]
    stress = (
        Column(r._("Chain"), 2.4),
        Column(r._("Score, worst end"), 1.4, "right"),
        Column(r._("Stress test"), 1.4, "right"),
        Column(r._("Band in the stress test"), 2.8),
    )
    scored: list[tuple[str, Overall]] = [("overall", r.result.overall), *((c.id, c) for c in r.result.chains)]
    return [
        *blocks,
        Table(r._("Answered “not applicable”"), columns, tuple(rows), titled=True),
        Text(
            r._(
                "The stress test asks what the scores would be if each of these applied after all and stood at its "
                "worst. Where its band differs, the band in this report is not certain."
            )
        ),
        Table(
            r._("Stress test"), stress, tuple(_stressed(r, chain, overall) for chain, overall in scored), titled=True
        ),
    ]


def _stressed(r: Reading, chain: str, overall: Overall) -> Row:
    band = r.band_title(overall.band_stressed)
    words = (
        band
        if overall.band_stressed == overall.band
        else r._("%(stressed)s, not %(band)s", stressed=band, band=r.band_title(overall.band))
    )
    cell = Cell(words, swatch=charts.swatch(r.band_place(overall.band_stressed)))
    return row(r.chain_title(chain), r.figure(overall.score), r.figure(overall.stressed), cell)


def closed(r: Reading) -> list[Block]:
    """The profile, what it closed, and answers that it made irrelevant."""
    q, given = r.questionnaire, r.report.profile
    words = {True: r._("yes"), False: r._("no"), None: r._("not given")}
    facts = [
        row(fact.ask, words[given.get(fact.id)], r._("country") if fact.country else r._("agency"))
        for fact in q.profile
    ]
    blocks: list[Block] = [
        Heading(r._("The profile, and what it closed"), "closed", 1),
    ]
    columns = (Column(r._("Fact"), 6), Column(r._("Answer"), 1), Column(r._("Of the"), 1))
    if facts:
        blocks.append(Table(r._("Profile"), columns, tuple(facts), titled=True))
    titles = {section.id: section.title for section in q.sections}
    if r.result.closed.sections:
        names = ", ".join(titles[section] for section in r.result.closed.sections)
        blocks.append(Text(r._("Sections not asked: %(sections)s.", sections=names)))
    hidden = [question for question in q.questions if question.id in r.answers.hidden]
    if hidden:
        rows = [row(f"{r.question_code[question.id]} {question.ask}") for question in hidden]
        blocks.append(Table(r._("Questions not asked"), (Column(r._("Question")),), tuple(rows), titled=True))
    if r.result.closed.scenarios:
        scenarios = [
            row(f"{r.scenario_code[s.id]} {q.scenario[s.id].title}", f"{s.baseline_risk:.1f}")
            for s in r.result.closed.scenarios
        ]
        closed_columns = (Column(r._("Scenario"), 6), Column(r._("Risk before anything is known"), 2, "right"))
        blocks.append(Table(r._("Scenarios that the profile closes"), closed_columns, tuple(scenarios), titled=True))
    if not (hidden or r.result.closed.scenarios):
        blocks.append(Text(r._("The profile closes nothing: every question was asked and every scenario counts.")))
    if r.result.ignored:
        names = ", ".join(r.question_code[question] for question in r.result.ignored)
        blocks.append(
            Text(r._("Answers kept but not scored, since the profile hides their questions: %(codes)s.", codes=names))
        )
    return blocks


def answers(r: Reading) -> list[Block]:
    """Every question with its answer and note, as they were given."""
    blocks: list[Block] = [
        Heading(r._("All answers"), "answers", 1, fresh=True),
        Text(
            r._(
                "In the order of the form, word for word. The level is what the answer counts as: for a safeguard 1 is "
                "the most protection, for an exposure or a signal 1 is the most risk."
            )
        ),
    ]
    columns: tuple[Column, ...] = (Column(r._("Question"), 4.2), Column(r._("Answer"), 3.2), Column(r._("Note"), 2.6))
    if r.report.review:
        columns = (
            Column(r._("Question"), 3.4),
            Column(r._("Answer"), 2.4),
            Column(r._("Note"), 2.0),
            Column(r._("The reviewer’s level"), 2.2),
        )
    for section in r.questionnaire.sections:
        blocks.append(Heading(section.title, f"section-{section.id}", 2))
        rows = tuple(_answer(r, question) for question in section.questions)
        blocks.append(Table(section.title, columns, rows))
    return blocks


def _answer(r: Reading, question: Question) -> Row:
    given = r.answers.answer(question.id)
    level = question.level_of.get(given.option)
    if question.id in r.answers.hidden:
        label = r._("Not asked") if given.option == UNANSWERED else r.option_label(question, given.option)
        small = r._("hidden by the profile, not scored")
    else:
        label = r.option_label(question, given.option)
        small = "" if level is None else r._("level %(level)s", level=f"{level:.2f}".rstrip("0").rstrip("."))
    asked = f"{r.question_code[question.id]} {question.ask}"
    about = r.kind(question)
    if question.evidence:
        about += ". " + r._("Sources: %(ids)s", ids=r.evidence(question.evidence))
    cells = [Cell(asked, about), Cell(label, small), Cell(given.note)]
    cells += [review.level_cell(r, question.id)] if r.report.review else []
    return row(*cells, anchor=f"question-{question.id}")


def sources(r: Reading) -> list[Block]:
    """The claims that questions, scenarios and recommendations rest on, by document."""
    blocks: list[Block] = [
        Heading(r._("Sources"), "sources", 1, fresh=True),
        Text(
            r._(
                "Each claim is in our words. Explicit: the passage itself speaks of corruption. Good practice: it "
                "speaks of good practice for other reasons, and the reading for integrity is ours. Other standard: a "
                "treaty or standard of the field, used where the other documents are silent."
            )
        ),
    ]
    columns = (
        Column(r._("No."), 1.6),
        Column(r._("Claim"), 6.0),
        Column(r._("Kind"), 1.6),
    )
    ordered = sorted(r.questionnaire.evidence, key=lambda e: (e.other_standard, e.document))
    for place, (document, members) in enumerate(groupby(ordered, key=lambda e: (e.document, e.year)), 1):
        title, year = document
        listed = list(members)
        heading = title if listed[0].other_standard else r._("%(title)s (year not stated)", title=title)
        heading = f"{title} ({year})" if year else heading
        blocks.append(Heading(heading, f"document-{place}", 2))
        rows = tuple(row(e.id, Cell(e.claim, e.section), _kind(r, e), anchor=f"source-{e.id}") for e in listed)
        blocks.append(Table(title, columns, rows))
    return blocks


def _kind(r: Reading, evidence: Evidence) -> str:
    if evidence.other_standard:
        return r._("other standard")
    return r._("explicit") if evidence.explicit else r._("good practice; the reading is ours")
