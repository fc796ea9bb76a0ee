"""A review and management’s answers on their pages, by the people whose part each is."""

import re
import secrets

import pytest

from tests import people
from tests.page import Site
from tests.routes.test_assessments import answer_everything, begun, save
from tests.serving import APPS, SESSIONS

SEEN = "Three draws of March, seen on 4 May"


@pytest.fixture
def site(address: str) -> Site:
    return Site(address)


def colleague(address: str, role: people.Role, name: str) -> Site:
    """Somebody else of the same organisation."""
    state = APPS[address].state
    reader = people.reader_of(state.database, state.keyring, SESSIONS[address])
    name = f"{name}{secrets.token_hex(6)}"
    return Site(address, token=people.member(state.database, state.keyring, reader.organisation, role, name))


@pytest.fixture
def auditor(address: str) -> Site:
    return colleague(address, "reviewer", "Rita")


@pytest.fixture
def root(site: Site) -> str:
    """The address of a submitted assessment of the small agency."""
    root = begun(site, "small")
    answer_everything(site, root)
    site.get(f"{root}/check")
    site.send(declaration="yes")
    return root


def begins(auditor: Site, root: str) -> None:
    auditor.get(root)
    auditor.follow("Review the answers")
    auditor.send(action="begin")


def test_a_reviewer_records_levels_section_by_section_and_signs_off(site: Site, auditor: Site, root: str) -> None:
    begins(auditor, root)
    assert "0 of 5 answers are looked at" in auditor.text()
    auditor.get(f"{root}/review/sections/work")
    assert "Which record" not in auditor.text()
    auditor.send(level__roster_drawn="on_paper", comment__roster_drawn=f"  {SEEN} ", level__papers_kept="absent")
    assert auditor.url.endswith("/review/sections/houses")
    auditor.get(f"{root}/review/sections/work")
    assert auditor.page.xpath("//input[@name='level.roster_drawn'][@checked]/@value") == ["on_paper"]
    assert auditor.page.xpath("string(//textarea[@name='comment.roster_drawn'])") == SEEN
    auditor.send(button=("then", "list"))
    assert "2 of 5 answers are looked at" in auditor.text()
    auditor.send(action="sign-off", status=422)
    assert auditor.errors == [("#declaration", "Confirm how you reviewed before you sign off")]
    auditor.send(action="sign-off", declaration="yes")
    assert "Signed off on" in auditor.text()
    site.get(f"{root}/report")
    assert "final: reviewed, and signed off by the reviewer" in site.text()
    assert SEEN in site.text()
    site.get("/")
    assert "Reviewed and signed off on" in site.text()
    site.get(f"{root}/trail")
    assert "Review signed off" in site.text() and "Review begun" in site.text() and SEEN in site.text()
    auditor.get(f"{root}/review/sections/work")
    assert auditor.url.endswith("/review")


def test_what_does_not_hold_comes_back_as_it_was_set(auditor: Site, root: str) -> None:
    begins(auditor, root)
    auditor.get(f"{root}/review/sections/work")
    auditor.send(status=422, level__passage_alone="option_9", comment__roster_drawn="x" * 4001)
    assert [where for where, _ in auditor.errors] == ["#level-passage_alone-0", "#comment-roster_drawn"]
    assert auditor.page.xpath("string(//textarea[@name='comment.roster_drawn'])") == "x" * 4001


def test_a_level_that_needs_a_note_asks_for_a_comment_where_the_answer_has_none(site: Site, auditor: Site) -> None:
    root = begun(site, "small")
    answer_everything(site, root)
    save(site, root, "work", answer__roster_drawn="absent", note__roster_drawn="")
    site.get(f"{root}/check")
    site.send(declaration="yes")
    begins(auditor, root)
    auditor.get(f"{root}/review/sections/work")
    auditor.send(status=422, level__roster_drawn="evidenced")
    assert auditor.errors[0][0] == "#comment-roster_drawn"
    auditor.send(level__roster_drawn="evidenced", comment__roster_drawn=SEEN)


def test_of_two_reviewers_the_second_sees_what_the_first_recorded(address: str, auditor: Site, root: str) -> None:
    second = colleague(address, "reviewer", "Second")
    begins(auditor, root)
    for one in (auditor, second):
        one.get(f"{root}/review/sections/work")
    auditor.send(level__roster_drawn="on_paper", comment__roster_drawn=SEEN)
    second.send(status=409, level__roster_drawn="absent", level__passage_alone="option_0")
    assert "Another reviewer recorded something here meanwhile" in second.text("//div[@id='errors']")
    assert SEEN in second.text("//div[@id='q-roster_drawn']")
    assert second.page.xpath("//input[@name='level.roster_drawn'][@checked]/@value") == ["absent"]
    second.send()
    second.get(f"{root}/review/sections/work")
    assert second.page.xpath("//input[@name='level.roster_drawn'][@checked]/@value") == ["absent"]


def test_given_back_it_says_why_and_can_be_corrected(site: Site, auditor: Site, root: str) -> None:
    begins(auditor, root)
    auditor.send(action="give-back", status=422)
    assert auditor.errors == [("#because", "Say what is to be corrected, and why")]
    auditor.send(action="give-back", because="The roster of May is not there")
    site.get(root)
    assert "The roster of May is not there" in site.text()
    save(site, root, "work", answer__roster_drawn="on_paper", note__roster_drawn="")
    site.get(f"{root}/check")
    site.send(declaration="yes")
    site.get(root)
    assert "The roster of May is not there" not in site.text()
    site.get(f"{root}/trail")
    assert "The roster of May is not there" in site.text()


def test_a_page_that_the_review_has_moved_on_from_says_so_and_keeps_what_was_set(
    address: str, auditor: Site, root: str
) -> None:
    begins(auditor, root)
    second = colleague(address, "reviewer", "Second")
    second.get(f"{root}/review/sections/work")
    auditor.get(f"{root}/review")
    auditor.send(action="sign-off", declaration="yes")
    second.send(status=409, level__roster_drawn="absent", comment__roster_drawn=SEEN)
    assert "The review has moved on" in second.text("//div[@id='errors']")
    assert second.page.xpath("string(//textarea[@name='comment.roster_drawn'])") == SEEN


def test_members_see_how_far_the_review_is_and_only_reviewers_get_buttons(
    address: str, site: Site, auditor: Site, root: str
) -> None:
    begins(auditor, root)
    for one in (site, colleague(address, "respondent", "Remy")):
        one.get(f"{root}/review")
        assert "0 of 5 answers are looked at" in one.text()
        assert not one.page.xpath("//main//form")


def test_a_manager_answers_one_action_after_the_other(site: Site, auditor: Site, root: str) -> None:
    site.get(root)
    site.follow("Answer the actions of the report")
    assert re.search("0 of [1-9] are answered", site.text())
    first = str(site.page.xpath("//ol[@class='tasks']//a/@href")[0])
    site.get(first)
    site.send(status=422, decision="refused", due="31.3.2027", post="p" * 201)
    assert [where for where, _ in site.errors] == ["#why", "#post", "#due"]
    site.send(decision="changed", why="By telephone", post="Head of shifts", due="2027-03-31", money="no")
    site.get(first)
    assert site.page.xpath("string(//input[@name='due']/@value)") == "2027-03-31"
    assert site.page.xpath("//input[@name='decision'][@checked]/@value") == ["changed"]
    site.send(button=("then", "list"), post="Deputy head")
    assert "1 of" in site.text()
    for words in ("By telephone", "Deputy head", "2027-03-31", "takes none"):
        site.get(f"{root}/report")
        assert words in site.text()
    site.get(f"{root}/trail")
    assert "By telephone" in site.text()
    auditor.get(first)
    assert "By telephone" in auditor.text() and not auditor.page.xpath("//main//form")


def test_of_two_managers_the_second_sees_what_the_first_saved(address: str, site: Site, root: str) -> None:
    second = colleague(address, "manager", "Max")
    site.get(f"{root}/actions")
    first = str(site.page.xpath("//ol[@class='tasks']//a/@href")[0])
    for one in (site, second):
        one.get(first)
    site.send(decision="accepted", post="Head of shifts")
    second.send(status=409, decision="refused", why="Nobody can")
    assert "Somebody else answered this action meanwhile" in second.text("//div[@id='errors']")
    assert "Head of shifts" in second.text() and "Nobody can" in second.text("//textarea[@name='why']")
    second.send(decision="refused", why="Nobody can")
    site.get(first)
    assert site.page.xpath("//input[@name='decision'][@checked]/@value") == ["refused"]


def test_a_draft_has_no_review_and_no_answers_to_actions_yet(site: Site) -> None:
    root = begun(site, "small")
    for path in ("review", "actions", "actions/draw_rosters"):
        site.get(f"{root}/{path}")
        assert site.url == root
    assert not site.page.xpath("//a[contains(@href, '/review')]")


def test_an_unknown_action_and_a_closed_section_are_not_there(site: Site, auditor: Site, root: str) -> None:
    site.get(f"{root}/actions/nothing_known", status=404)
    begins(auditor, root)
    auditor.get(f"{root}/review/sections/nothing", status=404)
