"""Answers posted one by one from a page that stays open: what is saved, what is said, and what is never overwritten."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from app.catalogue import Catalogue
from tests.page import Site
from tests.routes.test_assessments import answer_everything, begun, marked, save, states, submitted
from tests.serving import served

Outcome = dict[str, dict[str, str]]


@pytest.fixture
def site(catalogue: Catalogue, tmp_path: Path) -> Iterator[Site]:
    """A server of its own: what one assessment says would be offered in those of other tests."""
    with served(catalogue, tmp_path) as address:
        yield Site(address)


@pytest.fixture
def root(site: Site) -> str:
    """The address of a new assessment of the small agency."""
    return begun(site, "small")


class Tab:
    """A section’s page that stays open: it posts the fields of some questions and takes over their new versions."""

    def __init__(self, site: Site, root: str, section: str = "work") -> None:
        self.site, self.url = site, f"{root}/sections/{section}"
        site.get(self.url)
        self.fields, self.csrf = dict(site.form("sections").form_values()), site.csrf

    def post(self, *questions: str) -> httpx.Response:
        sent = {name: value for name, value in self.fields.items() if name.partition(".")[2] in questions}
        return self.site.client.post(self.url, data=sent | {"csrf": self.csrf}, headers={"Accept": "application/json"})

    def give(self, question: str, option: str, note: str | None = None, **more: str) -> dict[str, str]:
        """Mark an answer and post it; the outcome of that question."""
        self.fields[f"answer.{question}"] = option
        if note is not None:
            self.fields[f"note.{question}"] = note
        self.fields |= {f"{name}.{question}": value for name, value in more.items()}
        return self.take(self.post(question))[question]

    def take(self, answer: httpx.Response) -> Outcome:
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["cache-control"] == "no-store"
        outcome: Outcome = answer.json()["questions"]
        self.fields |= {f"version.{name}": said["version"] for name, said in outcome.items() if "version" in said}
        return outcome


def saved(site: Site, root: str, question: str) -> tuple[str, str]:
    site.get(f"{root}/sections/work")
    return marked(site, question)


def test_one_answer_is_saved_and_its_new_version_is_that_of_a_page_drawn_afterwards(site: Site, root: str) -> None:
    outcome = Tab(site, root).give("roster_drawn", "operating", "Log of May")
    assert saved(site, root, "roster_drawn") == ("operating", "Log of May")
    assert outcome == {"version": dict(site.form("sections").form_values())["version.roster_drawn"]}
    assert outcome["version"].startswith("1-")


def test_only_the_questions_that_are_sent_are_answered_for(site: Site, root: str) -> None:
    tab = Tab(site, root)
    assert tab.take(tab.post("roster_drawn", "papers_kept")).keys() == {"roster_drawn", "papers_kept"}
    assert tab.take(tab.post("nobody")) == {}
    assert states_of(site, root) == "Not started"


def states_of(site: Site, root: str) -> str:
    site.get(root)
    return states(site)[1]


def test_saving_the_page_after_its_answers_were_saved_one_by_one_is_no_conflict_with_itself(
    site: Site, root: str
) -> None:
    tab = Tab(site, root)
    for option in ("absent", "on_paper", "operating"):
        tab.give("roster_drawn", option)
    tab.fields["answer.roster_drawn"] = "absent"
    answer = site.client.post(tab.url, data=tab.fields | {"then": "list"})
    assert (answer.status_code, answer.headers["location"]) == (303, root)
    assert saved(site, root, "roster_drawn") == ("absent", "")


def test_an_answer_whose_outcome_was_lost_is_sent_again_and_saved_once(site: Site, root: str) -> None:
    tab = Tab(site, root)
    tab.fields["answer.roster_drawn"] = "operating"
    tab.post("roster_drawn")
    assert tab.take(tab.post("roster_drawn"))["roster_drawn"]["version"].startswith("1-")


@pytest.mark.parametrize(
    ("question", "option", "problem", "words"),
    [
        (
            "roster_drawn",
            "evidenced",
            "missing_note_evidenced",
            "Not saved yet. Name the evidence: the highest answer counts only with a note on what shows it.",
        ),
        (
            "papers_kept",
            "not_applicable",
            "missing_note_not_applicable",
            "Not saved yet. Give the reason why this does not apply to you.",
        ),
    ],
)
def test_an_answer_that_lacks_its_note_is_not_saved_yet_and_says_what_it_lacks(
    site: Site, root: str, question: str, option: str, problem: str, words: str
) -> None:
    tab = Tab(site, root)
    assert tab.give(question, option) == {"problem": problem, "words": words}
    assert saved(site, root, question) == ("", "")
    assert "version" in tab.give(question, option, "Draw of May")
    assert saved(site, root, question) == (option, "Draw of May")


def test_what_one_question_lacks_does_not_hold_up_another(site: Site, root: str) -> None:
    tab = Tab(site, root)
    tab.fields |= {"answer.roster_drawn": "evidenced", "answer.papers_kept": "absent"}
    outcome = tab.take(tab.post("roster_drawn", "papers_kept"))
    assert "problem" in outcome["roster_drawn"] and "version" in outcome["papers_kept"]
    assert states_of(site, root) == "1 of 3 answered"


def test_two_tabs_that_answer_different_questions_lose_nothing(site: Site, root: str) -> None:
    one, other = Tab(site, root), Tab(site, root)
    one.give("roster_drawn", "on_paper")
    other.give("papers_kept", "absent")
    one.give("passage_alone", "option_0")
    assert states_of(site, root) == "Complete"


def test_an_answer_that_somebody_else_changed_is_not_overwritten_and_the_page_says_so(site: Site, root: str) -> None:
    mine, other = Tab(site, root), Tab(site, root)
    other.give("roster_drawn", "on_paper", "Order of June")
    for _ in range(2):
        said = mine.give("roster_drawn", "operating", "Log of May")
        assert said["problem"] == "stale" and "Press Save to see both answers and choose" in said["words"]
    assert saved(site, root, "roster_drawn") == ("on_paper", "Order of June")
    answer = site.client.post(mine.url, data=mine.fields)
    site._arrive(answer, 409)
    assert "The one saved meanwhile: Is on_paper. Note: Order of June" in site.text("//*[@id='q-roster_drawn']")
    assert "Mine, as marked below: Is operating. Note: Log of May" in site.text("//*[@id='q-roster_drawn']")


def test_giving_the_answer_that_somebody_else_gave_settles_it(site: Site, root: str) -> None:
    mine, other = Tab(site, root), Tab(site, root)
    other.give("roster_drawn", "on_paper")
    mine.give("roster_drawn", "operating")
    assert mine.give("roster_drawn", "on_paper") == {"version": other.fields["version.roster_drawn"]}


def test_an_answer_put_back_to_what_the_page_showed_takes_no_version_of_somebody_else_s(site: Site, root: str) -> None:
    mine, other = Tab(site, root), Tab(site, root)
    before = mine.fields["version.roster_drawn"]
    other.give("roster_drawn", "on_paper")
    assert mine.take(mine.post("roster_drawn"))["roster_drawn"] == {"version": before}
    assert mine.give("roster_drawn", "operating")["problem"] == "stale"
    assert saved(site, root, "roster_drawn") == ("on_paper", "")


def test_of_two_answers_that_met_the_chosen_one_is_saved(site: Site, root: str) -> None:
    mine, other = Tab(site, root), Tab(site, root)
    other.give("roster_drawn", "on_paper")
    site.client.post(mine.url, data=mine.fields | {"answer.roster_drawn": "operating"})
    mine.fields["version.roster_drawn"] = other.fields["version.roster_drawn"]
    assert mine.give("roster_drawn", "operating", settle="")["problem"] == "unsettled"
    assert mine.give("roster_drawn", "operating", settle="mine")["version"].startswith("2-")


def test_the_words_for_a_note_that_is_too_long_are_plain_text(site: Site, root: str) -> None:
    said = Tab(site, root).give("roster_drawn", "operating", "x" * 4001)
    assert said["words"].startswith("Not saved yet. Shorten the note to 4,000 characters; it has 4,001")


def test_an_answer_carried_over_counts_once_it_is_confirmed_and_can_be_taken_back(site: Site, root: str) -> None:
    save(site, root, "work", answer__roster_drawn="operating", note__roster_drawn="Log of May")
    other = begun(site, "unfinished")
    tab = Tab(site, other)
    before = tab.fields["version.roster_drawn"]
    assert tab.take(tab.post("roster_drawn"))["roster_drawn"] == {"version": before}
    assert states_of(site, other) == "Not started"
    confirmed = tab.give("roster_drawn", "operating", confirmed="yes")
    assert confirmed["version"].startswith("1-") and states_of(site, other) == "1 of 3 answered"
    del tab.fields["confirmed.roster_drawn"]
    assert tab.take(tab.post("roster_drawn"))["roster_drawn"]["version"].startswith("2-")
    assert states_of(site, other) == "Not started"
    assert site.client.post(tab.url, data=tab.fields).status_code == 303
    assert states_of(site, other) == "Not started"
    tab.give("roster_drawn", "operating", confirmed="yes")
    assert states_of(site, other) == "1 of 3 answered"


def test_a_submitted_assessment_takes_no_more_answers(site: Site, root: str) -> None:
    answer_everything(site, root)
    tab = Tab(site, root)
    submitted(site, root)
    tab.fields["answer.roster_drawn"] = "absent"
    assert tab.post("roster_drawn").status_code == 409


def test_a_browser_s_own_request_is_answered_with_a_page(site: Site, root: str) -> None:
    tab = Tab(site, root)
    accept = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"
    assert site.client.post(tab.url, data=tab.fields, headers={"Accept": accept}).status_code == 303
