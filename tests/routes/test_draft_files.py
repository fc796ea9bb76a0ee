"""Answering without an account: the pages from an agency’s to the report, the file, and that nothing is kept."""

import json
import logging
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlmodel import SQLModel

from app.catalogue import Catalogue, load_catalogue, open_catalogue
from app.reports.read import attached_data
from app.settings import PROJECT
from app.verification import verify
from scoring.report import read_report
from tests import people
from tests.drafts import ABOUT, WORK, Walker
from tests.routes import test_assessments as stored
from tests.serving import APPS, served, small

WORDS = "Zebra crossing book, cupboard 7"  # in a note, and nowhere else


@pytest.fixture
def visitor(address: str) -> Walker:
    """Nobody is signed in."""
    return Walker(address, token="")


@pytest.fixture
def manager(address: str) -> Walker:
    """A member of an organisation."""
    return Walker(address)


def test_a_visitor_walks_from_the_agency_to_the_report(visitor: Walker) -> None:
    visitor.begin()
    assert stored.states(visitor) == ["Not started", "Not started", "Not started", "Not complete"]
    visitor.press("About your work and your country")
    visitor.press("Continue", fact__runs_houses="yes")
    assert visitor.heading == "Work"
    visitor.press("Continue", **{name.replace(".", "__"): value for name, value in WORK.items()})
    assert visitor.heading == "Houses"
    visitor.press("Continue", answer__house_hidden="unknown")
    assert visitor.heading == "Check your answers" and "1 answer is missing" in visitor.text()
    visitor.press("5. names_recur?")
    visitor.press("Go back to checking", answer__names_recur="option_0")
    assert "missing" not in visitor.text()
    visitor.press("Read the report")
    assert visitor.heading.startswith("Corruption-risk self-assessment")
    assert "The assessment is not submitted" in visitor.text()


def test_no_page_has_an_address_with_anything_in_it_but_its_name(visitor: Walker) -> None:
    visitor.begin()
    actions = set(visitor.page.xpath("//main//@formaction | //main//form/@action"))
    visitor.press("Check your answers")
    actions |= set(visitor.page.xpath("//main//@formaction | //main//form/@action"))
    assert len(actions) > 8 and not any("?" in action for action in actions)
    assert visitor.client.cookies.get(people.COOKIE) == ""


def test_each_page_says_that_nothing_is_kept_and_has_a_button_that_saves_the_file(visitor: Walker) -> None:
    visitor.begin()
    for button in ("About your work", "Work", "Houses", "Check your answers", "Read it here"):
        visitor.press(button)
        assert "Nothing is kept here" in visitor.text()
        assert visitor.saved()["format"] == "plumbline-draft/1"
        visitor.press("Return to the list")


def test_the_file_can_be_read_by_people_and_opened_again(visitor: Walker) -> None:
    visitor.begin()
    visitor.press("Work")
    reply = visitor.reply(
        "Save the draft as a file", answer__roster_drawn="evidenced", note__roster_drawn=f"{WORDS}\r\n“α”"
    )
    name = reply.headers["content-disposition"].partition("''")[2]
    assert name.startswith("plumbline-draft-small-20") and name.endswith(".json")
    said = json.loads(reply.content)
    assert said["answers"] == {
        "roster_drawn": {
            "asked": "roster_drawn?", "answered": "Is evidenced.", "option": "evidenced", "note": f"{WORDS}\n“α”"
        }
    }  # fmt: skip
    assert (said["questionnaire"], said["version"], said["title"]) == ("small", small().version, "Small agency")
    assert "keep this file where nobody else reads it" in said["read_me"]
    assert "“α”" in reply.text
    again = Walker(str(visitor.client.base_url), token="")
    again.give(reply.content)
    assert again.heading == "Small agency" and stored.states(again)[1] == "1 of 3 answered"
    again.press("Work")
    assert again.marked("roster_drawn") == ("evidenced", f"{WORDS}\n“α”")


def test_what_is_wrong_on_a_page_comes_back_as_it_was_typed_whichever_button_was_pressed(visitor: Walker) -> None:
    visitor.begin()
    visitor.press("Work")
    before = visitor.draft
    for button in ("Continue", "Save the draft as a file", "Return to the list"):
        visitor.press(
            button, 422, answer__roster_drawn="evidenced", answer__papers_kept="absent", note__papers_kept="B 7"
        )
        assert visitor.heading == "Work" and [where for where, _ in visitor.errors] == ["#note-roster_drawn"]
        assert visitor.marked("papers_kept") == ("absent", "B 7")
        assert visitor.draft == before
    visitor.press("Continue", note__roster_drawn="Draw of May")
    assert visitor.draft["answers"] == {
        "roster_drawn": {"option": "evidenced", "note": "Draw of May"},
        "papers_kept": {"option": "absent", "note": "B 7"},
    }


def test_what_it_is_about_is_asked_first_and_can_be_changed(visitor: Walker) -> None:
    visitor.get("/agencies/small/draft")
    visitor.press("Continue", adviser="asked")
    visitor.press("Continue", 422, **{**ABOUT, "scope_words": ""})
    assert visitor.errors == [("#scope_words", "Say what kind of post or region it is, without its name")]
    visitor.press("Continue", scope_words="small harbour")
    assert "a legal adviser was asked" in visitor.text()
    visitor.press("Change")
    visitor.press("Continue", organisation="Coast Office")
    assert "Coast Office · one post: small harbour" in visitor.text()
    assert "a legal adviser was asked" in visitor.text()


def test_a_fact_closes_a_section_and_its_answers_stay_in_the_draft(visitor: Walker) -> None:
    visitor.begin()
    visitor.answer_everything()
    visitor.press("About your work")
    visitor.press("Return to the list", fact__runs_houses="no")
    assert stored.states(visitor)[2] == "Not asked"
    assert "house_hidden" in visitor.draft["answers"]
    sent = {"draft": json.dumps(visitor.draft), "page": "sections/houses", "answer.house_hidden": "absent"}
    visitor._arrive(visitor.post_form("/draft/sections/houses", sent), 200)
    assert stored.states(visitor)[2] == "Not asked", "A section that is not asked leads to the list, not to an error."


def test_an_answer_can_be_taken_back(visitor: Walker) -> None:
    visitor.begin()
    visitor.press("Work")
    visitor.press("Return to the list", answer__passage_alone="option_1")
    visitor.press("Work")
    visitor.press("Return to the list", answer__passage_alone="unanswered")
    assert visitor.draft["answers"] == {}


def test_the_report_is_that_of_a_stored_assessment_with_the_same_answers(visitor: Walker, manager: Walker) -> None:
    visitor.begin()
    visitor.answer_everything()
    visitor.press("Work")
    visitor.press("Return to the list", note__roster_drawn=WORDS)
    root = stored.begun(manager, "small")
    stored.answer_everything(manager, root)
    stored.save(manager, root, "work", note__roster_drawn=WORDS)
    kept = manager.client.get(f"{root}/report.json")
    reply = visitor.reply("As data (JSON)")
    assert reply.content == kept.content, "To the last byte: figures, answers, lines, state."
    assert reply.headers["content-disposition"] == kept.headers["content-disposition"]


def test_the_report_as_pdf_holds_and_says_that_it_is_a_draft(visitor: Walker, catalogue: Catalogue) -> None:
    visitor.begin()
    visitor.answer_everything()
    visitor.press("Read it here")
    reply = visitor.reply("PDF")
    assert reply.headers["content-type"] == "application/pdf"
    found = verify(reply.content, catalogue)
    assert found.holds and found.origin == "released" and found.redrawn == "identical"
    assert "State: a draft, not submitted." in found.words
    report, _ = read_report(attached_data(reply.content))
    assert report.about.organisation == "Harbour Office"


def test_the_data_of_a_report_go_on_as_a_draft(visitor: Walker) -> None:
    visitor.begin()
    visitor.answer_everything()
    answers = visitor.draft["answers"]
    data = visitor.reply("As data (JSON)").content
    visitor.give(data, 422)
    assert visitor.heading == "Look at this before you go on" and "Harbour Office" in visitor.text()
    visitor.press("Go on with everything else")
    assert visitor.heading == "What this assessment is about"
    visitor.press("Continue", **ABOUT)
    assert visitor.draft["answers"] == answers and stored.states(visitor)[:3] == ["Complete"] * 3


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"", "Choose the file that holds your draft"),
        (b"\xff\xfe{\x00}\x00", "not in UTF-8"),
        ('{"questionnaire": "small", "title": "caf\u00e9"}'.encode("latin-1"), "not in UTF-8"),
        (b'{\n "questionnaire": "small"\n "answers": {}}', "it breaks at line 3"),
        (b'{"a":' * 100_000, "cannot be read as a draft"),
        (b"[" * 100_000, "This file is not a draft"),
        (b'{"questionnaire": ' + b"1" * 5000 + b"}", "cannot be read as a draft"),
        (b"%PDF-1.7 \x00\xff", "This is a report as PDF; choose the draft"),
        (b"[]", "This file is not a draft"),
        (b'{"format": "plumbline-report/1"}', "This file is not a draft"),
        (b'{"format": "another/1", "questionnaire": "small"}', "This file is not a draft"),
        (b'{"questionnaire": "nobody"}', "not offered here"),
        (b'{"questionnaire": "small", "answers": {}, "answers": {}}', "stands in it twice"),
        (b'"' + b"x" * (1024 * 1024) + b'"', "more than one megabyte"),
    ],
)
def test_a_file_that_is_no_draft_is_refused_in_words(visitor: Walker, text: bytes, words: str) -> None:
    visitor.give(text, 422)
    assert words in visitor.text("//*[@id='errors']") and visitor.heading == "Go on with a draft"


def test_what_does_not_fit_is_named_and_the_rest_goes_on(visitor: Walker) -> None:
    visitor.begin()
    visitor.answer_everything()
    said = visitor.saved()
    said["answers"] |= {"nobody_asked": "absent", "papers_kept": {"option": "evidenced", "note": " "}}
    said["answers"]["roster_drawn"]["option"] = "nowhere"
    said["profile"] |= {"runs_houses": "yes", "runs_ships": True}
    said |= {"impacts": {"trip_sold": {"value": 4, "reason": WORDS}}, "surprise": 1}
    visitor.give(json.dumps(said), 422)
    told = [" ".join(e.text_content().split()) for e in visitor.page.xpath("//ul[@class='looks']/li")]
    assert len(told) == 7 and "7 things in this draft do not fit" in visitor.text()
    for start, words in {
        "profile → runs_houses": "true or false, without quotation marks",
        "profile → runs_ships": "no such fact",
        "answers → nobody_asked": "no such question",
        "Question 2: roster_drawn?": "one of: absent, on_paper, operating, evidenced, unknown, prefer_not_to_say.",
        "Question 3: papers_kept?": "only with a note",
        "impacts": WORDS,
        "surprise": "no such part",
    }.items():
        assert any(line.startswith(start) and words in line for line in told), (start, told)
    visitor.press("Go on with everything else")
    assert visitor.draft["answers"].keys() == {"passage_alone", "house_hidden", "names_recur"}
    assert stored.states(visitor)[:2] == ["Not started", "1 of 3 answered"]


def test_a_key_that_stands_twice_is_left_out_with_both_its_values(visitor: Walker) -> None:
    visitor.give('{"questionnaire": "small", "answers": {"papers_kept": "absent", "papers_kept": "unknown"}}', 422)
    assert '["absent", "unknown"]' in visitor.text() and "Say it once" in visitor.text()


def test_a_draft_under_an_older_version_goes_on_or_is_taken_over(tmp_path: Path) -> None:
    first, second = small().sections
    fewer = first.model_copy(update={"questions": first.questions[:2]})
    kept = tuple(r for r in small().recommendations if r.id != "draw_rosters")
    update = {"version": "1.1.0", "sections": (fewer, second), "recommendations": kept}
    newer = small().model_copy(update=update).sealed()
    with served(load_catalogue([small(), newer]), tmp_path) as address:
        visitor = Walker(address, token="")
        said = {"questionnaire": "small", "version": "1.0.0", "hash": small().hash, "about": about()}
        visitor.give(json.dumps(said | {"answers": {"papers_kept": "absent", "house_hidden": "absent"}}))
        assert "under version 1.0.0 of the questionnaire, and there is a newer one, 1.1.0" in visitor.text()
        visitor.press("Take the answers over to version 1.1.0", 422)
        assert "answers → papers_kept" in visitor.text()
        visitor.press("Go on with everything else")
        assert visitor.draft["version"] == "1.1.0" and visitor.draft["answers"] == {"house_hidden": "absent"}
        assert "there is a newer one" not in visitor.text()
        visitor.give(json.dumps(said | {"version": "0.9.0"}), 422)
        assert "under version 0.9.0 of the questionnaire, which is not offered here" in visitor.text()
        visitor.give(json.dumps(said | {"hash": "sha256:0"}), 422)
        assert "has been changed since the draft was saved" in visitor.text()
        visitor.press("Go on with everything else")
        assert visitor.draft["version"] == "1.0.0" and visitor.draft["hash"] == small().hash


def about() -> dict[str, Any]:
    return {"organisation": "Harbour Office", "scope_kind": "post", "scope_words": "small harbour", "alone": True}


def test_a_draft_that_was_tampered_with_is_an_error_in_words_on_every_page(visitor: Walker) -> None:
    targets = ["onwards", "list", "about", "profile", "sections/work", "check", "report", "report.pdf", "report.json"]
    for target in [*targets, "file", "newer"]:
        for draft in ("", "nonsense", "{}", '{"questionnaire": "small", "answers": []}'):
            reply = visitor.post_form(f"/draft/{target}", {"draft": draft, "page": "sections/nowhere", "at": "<b>"})
            assert reply.status_code == 422, (target, draft)


def test_a_page_of_a_draft_that_is_asked_for_by_its_address_leads_to_the_file(visitor: Walker) -> None:
    for path in ("/draft/list", "/draft/sections/work", "/draft/report.pdf", "/draft/nothing/at/all"):
        visitor.get(path)
        assert visitor.url == "/draft" and visitor.heading == "Go on with a draft"


def test_a_member_puts_a_draft_among_the_assessments_of_the_organisation(visitor: Walker, manager: Walker) -> None:
    visitor.begin()
    visitor.answer_everything()
    visitor.press("Work")
    visitor.press("Return to the list", note__roster_drawn=WORDS)
    assert not visitor.page.xpath("//button[contains(., 'Put it among')]") and "sign in" in visitor.text()
    said, data = visitor.saved(), visitor.reply("As data (JSON)").content
    manager.give(json.dumps(said))
    reply = manager.reply("Put it among our assessments")
    assert reply.status_code == 303
    root = reply.headers["location"]
    assert manager.client.get(f"{root}/report.json").content == data
    manager.get(f"{root}/trail")
    assert "Maria Sample" in manager.text()
    manager.get("/organisation/trail")


def test_only_a_form_of_the_own_session_puts_a_draft_among_the_assessments(manager: Walker) -> None:
    manager.give(json.dumps({"questionnaire": "small", "about": about()}))
    reply = manager.reply("Put it among our assessments", csrf="another")
    assert reply.status_code == 403 and "What you typed is not saved yet" in reply.text
    manager._arrive(reply, 403)
    assert manager.reply("Send it again").status_code == 303, "What was typed is sent again by a form without a file."


def test_whoever_is_signed_in_can_answer_without_anything_being_kept(manager: Walker) -> None:
    app = APPS[str(manager.client.base_url).rstrip("/")]
    manager.get("/")
    before = counted(app)
    manager.begin()
    manager.answer_everything()
    manager.press("Read it here")
    assert counted(app) == before


def counted(app: Any) -> dict[str, int]:
    """How many rows each table has."""
    with app.state.database.transaction(write=False) as session:
        tables = SQLModel.metadata.tables
        return {
            name: session.connection().execute(select(func.count()).select_from(table)).scalar_one()
            for name, table in tables.items()
        }


@pytest.fixture
def visitor_here(catalogue: Catalogue, tmp_path: Path) -> Iterator[Walker]:
    """Nobody is signed in, at a server in this process, where its log and its files can be looked at."""
    with served(catalogue, tmp_path, processes=0) as address:
        yield Walker(address, token="")


def test_the_server_keeps_no_row_no_line_in_a_log_and_no_file(
    visitor_here: Walker, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("A file is made.")

    visitor = visitor_here
    app = APPS[str(visitor.client.base_url).rstrip("/")]
    caplog.set_level(logging.DEBUG)
    for name in ("uvicorn", "uvicorn.access", "uvicorn.error", "sqlalchemy", "asyncio"):
        caplog.set_level(logging.DEBUG, name)
        monkeypatch.setattr(logging.getLogger(name), "propagate", True)
    before = counted(app)
    whole = app.state.database.transaction
    locks: list[bool] = []
    monkeypatch.setattr(app.state.database, "transaction", lambda write: (locks.append(write), whole(write=write))[1])
    for name in ("SpooledTemporaryFile", "TemporaryFile", "NamedTemporaryFile", "mkstemp", "mkdtemp"):
        monkeypatch.setattr(tempfile, name, refuse)
    visitor.begin()
    visitor.answer_everything()
    visitor.press("Work")
    visitor.press("Return to the list", note__roster_drawn=WORDS, answer__passage_alone="option_2")
    said = json.dumps(visitor.saved())
    visitor.give(said)
    visitor.give(said.replace("roster_drawn", WORDS), 422)
    visitor.give(b'{"questionnaire": "small", "x": "' + b"\xe4" * 2_200_000, 413)
    visitor.give(b'{"questionnaire": "small", "x": "' + b"y" * 1_500_000 + b'"}', 422)
    visitor.give(said)
    visitor.press("Check your answers")
    visitor.press("Read the report")
    assert visitor.reply("JSON").status_code == 200
    assert locks and not any(locks), "No transaction writes."
    assert counted(app) == before and {"signed_in", "attempt", "assessment", "answer"} <= before.keys()
    lines = [record.getMessage() for record in caplog.records]
    for word in (WORDS, "Zebra", "option_2", "Harbour", "small harbour", "roster_drawn", "runs_houses"):
        assert not [line for line in lines if word in line]


def test_the_largest_questionnaire_with_full_notes_of_the_widest_characters_fits(
    tmp_path: Path,
) -> None:
    catalogue = open_catalogue(PROJECT / "questionnaires", drafts=False)
    agency, instrument = max(catalogue.latest.items(), key=lambda pair: len(pair[1].questions))
    note = "\U0001f6a8" * 4000
    said = {q.id: {"option": q.options[-1].id, "note": note} for q in instrument.questionnaire.questions}
    with served(catalogue, tmp_path) as address:
        visitor = Walker(address, token="")
        visitor.give(json.dumps({"questionnaire": agency, "about": about(), "answers": said}, ensure_ascii=False))
        for section in instrument.questionnaire.sections:
            visitor.press(section.title)
            visitor.press("Return to the list")
        reply = visitor.reply("Save the draft as a file")
        assert reply.status_code == 200 and 700_000 < len(reply.content) < 900_000
        visitor.give(reply.content)
        assert visitor.draft["answers"] == said
        assert visitor.reply("As data (JSON)").status_code == 200
