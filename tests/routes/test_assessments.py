"""An assessment in the browser: its list, its pages, two people at once, checking, and submitting."""

from pathlib import Path

import pytest
from lxml import html

from app.catalogue import Catalogue
from tests.page import Site
from tests.serving import served

ALL = {
    "work": {"answer.passage_alone": "option_0", "answer.roster_drawn": "operating", "answer.papers_kept": "absent"},
    "houses": {"answer.house_hidden": "unknown", "answer.names_recur": "option_0"},
}


@pytest.fixture
def site(address: str) -> Site:
    return Site(address)


@pytest.fixture
def root(site: Site) -> str:
    """The address of a new assessment of the small agency."""
    return begun(site, "small")


def begun(site: Site, agency: str) -> str:
    site.get(f"/agencies/{agency}/start/about")
    site.send(organisation="Harbour Office", scope_kind="post", scope_words="small harbour", way="alone")
    return site.url


def save(site: Site, root: str, section: str, status: int = 200, **fields: str) -> html.HtmlElement:
    site.get(f"{root}/sections/{section}")
    return site.send(status=status, button=("then", "list"), **fields)


def answer_everything(site: Site, root: str) -> None:
    site.get(f"{root}/profile")
    site.send(fact__runs_houses="yes")
    for section, answers in ALL.items():
        save(site, root, section, **answers)


def marked(site: Site, question: str) -> tuple[str, str]:
    """The option and the note that the page shows for a question."""
    fields = dict(site.form("sections").form_values())
    return fields.get(f"answer.{question}", ""), fields[f"note.{question}"]


def states(site: Site) -> list[str]:
    return [
        " ".join(e.text_content().split())
        for e in site.page.xpath("//ol[@class='tasks']//*[starts-with(@class,'state')]")
    ]


def test_a_new_assessment_begins_with_the_facts(site: Site, root: str) -> None:
    assert states(site) == ["Not started", "Not started", "Not started", "Cannot be submitted yet"]
    site.follow("About your work and your country")
    site.send(fact__runs_houses="yes", button=("then", "continue"))
    assert site.url == f"{root}/sections/work"


def test_saving_and_continuing_leads_through_the_sections_to_the_check(site: Site, root: str) -> None:
    site.get(f"{root}/sections/work")
    site.send(button=("then", "continue"))
    assert site.url == f"{root}/sections/houses"
    site.send(button=("then", "continue"))
    assert site.url == f"{root}/check"


def test_the_list_counts_what_is_answered(site: Site, root: str) -> None:
    save(site, root, "work", answer__roster_drawn="on_paper")
    assert site.url == root
    assert states(site)[1:3] == ["1 of 3 answered", "Not started"]
    save(site, root, "work", answer__passage_alone="unknown", answer__papers_kept="prefer_not_to_say")
    assert states(site)[1] == "Complete"
    assert "3 of 5 questions are answered." in site.text()


def test_an_answer_and_its_note_come_back_as_they_were_given(site: Site, root: str) -> None:
    note = "Log of the gate, “May” <b>&amp;</b>\n  kept at the registry"
    save(site, root, "work", answer__roster_drawn="evidenced", note__roster_drawn=note)
    site.get(f"{root}/sections/work")
    assert marked(site, "roster_drawn") == ("evidenced", note)
    assert marked(site, "papers_kept") == ("", "")


def test_an_answer_can_be_left_open_again(site: Site, root: str) -> None:
    site.get(f"{root}/sections/work")
    leave_open = "//*[@id='q-roster_drawn']//*[@class='choice' and not(@hidden)]/input[@value='unanswered']"
    assert not site.page.xpath(leave_open)
    save(site, root, "work", answer__roster_drawn="absent")
    assert site.get(f"{root}/sections/work").xpath(leave_open)
    save(site, root, "work", answer__roster_drawn="unanswered")
    assert states(site)[1] == "Not started"


def test_don_t_know_prefer_not_to_say_and_not_applicable_are_told_apart(site: Site, root: str) -> None:
    site.get(f"{root}/sections/work")
    reserved = "//*[@id='q-{}']//div[@class='apart']/*[not(@hidden)]/input/@value"
    assert site.page.xpath(reserved.format("roster_drawn")) == ["unknown", "prefer_not_to_say"]
    assert site.page.xpath(reserved.format("papers_kept")) == ["unknown", "prefer_not_to_say", "not_applicable"]


def test_a_question_shows_why_it_is_asked_its_sources_and_who_could_confirm_it(site: Site, root: str) -> None:
    site.get(f"{root}/sections/work")
    why = site.text("//*[@id='q-passage_alone']//details")
    assert "Gates are sold. A study, 2011, Chapter 2 · the source itself speaks of corruption" in why
    assert "Who outside the agency would know: carriers." in site.text("//*[@id='q-roster_drawn']//details")


def test_the_note_asks_for_what_each_level_needs(site: Site, root: str) -> None:
    site.get(f"{root}/sections/work")
    control = site.text("//*[@id='hint-note-roster_drawn']")
    assert "Which record would show it? You may leave this empty." in control
    assert "Needed for this answer. Date of the last draw." in control
    assert "Why does it not apply to you?" in site.text("//*[@id='hint-note-papers_kept']")
    assert "Why does it not apply to you?" not in control


def test_the_highest_answer_without_a_note_is_refused_and_nothing_typed_is_lost(site: Site, root: str) -> None:
    save(site, root, "work", 422, answer__roster_drawn="evidenced", answer__papers_kept="absent", note__papers_kept="x")
    words = "Name the evidence: the highest answer counts only with a note on what shows it"
    assert site.errors == [("#note-roster_drawn", f"Question 2: {words}")]
    assert marked(site, "roster_drawn") == ("evidenced", "") and marked(site, "papers_kept") == ("absent", "x")
    field = site.page.get_element_by_id("note-roster_drawn")
    assert field.get("aria-invalid") == "true" and "error-note-roster_drawn" in field.get("aria-describedby")
    site.send(note__roster_drawn="Draw of 2 May, inspectorate", button=("then", "list"))
    assert states(site)[1] == "2 of 3 answered"


def test_not_applicable_without_a_reason_is_refused(site: Site, root: str) -> None:
    save(site, root, "work", 422, answer__papers_kept="not_applicable")
    assert site.errors == [("#note-papers_kept", "Question 3: Give the reason why this does not apply to you")]


def test_errors_stand_in_the_order_of_the_questions(site: Site, root: str) -> None:
    long = "x" * 4001
    save(site, root, "work", 422, note__passage_alone=long, answer__roster_drawn="evidenced", answer__papers_kept="no")
    assert [link for link, _ in site.errors] == ["#note-passage_alone", "#note-roster_drawn", "#answer-papers_kept-1"]
    assert "it has 4,001" in site.errors[0][1]
    assert marked(site, "passage_alone")[1] == long


def test_an_answer_that_calls_for_action_says_so_when_chosen_and_after_saving(site: Site, root: str) -> None:
    site.get(f"{root}/sections/work")
    option = site.page.get_element_by_id("answer-passage_alone-3")
    assert "Lock the gate today." in site.text(f"//*[@id='{option.get('aria-describedby')}']")
    assert not site.page.xpath("//*[@id='act-now']")
    save(site, root, "work", answer__passage_alone="option_2")
    for path in ("", "/sections/work", "/check"):
        site.get(root + path)
        assert "Lock the gate today." in site.text("//section[@aria-labelledby='act-now']")
    assert not site.get(f"{root}/sections/houses").xpath("//*[@id='act-now']")


def test_a_fact_closes_a_section_and_the_list_says_which(site: Site, root: str) -> None:
    site.get(f"{root}/profile")
    site.send(fact__runs_houses="no", button=("then", "list"))
    assert states(site) == ["Complete", "Not started", "Not asked", "Cannot be submitted yet"]
    assert "Not asked, because you answered “No” to “runs_houses?”" in site.text()
    site.get(f"{root}/sections/houses", status=404)
    site.get(f"{root}/check")
    assert "Houses – you answered “No” to “runs_houses?”" in site.text()


def test_answers_that_a_fact_hides_are_kept(site: Site, root: str) -> None:
    save(site, root, "houses", answer__house_hidden="on_paper")
    for fact in ("no", "yes"):
        site.get(f"{root}/profile")
        site.send(fact__runs_houses=fact)
    site.get(f"{root}/sections/houses")
    assert marked(site, "house_hidden")[0] == "on_paper"


@pytest.mark.parametrize("path", ["/sections/nothing", "/sections/passage_alone", "/reports", "/check/more"])
def test_an_address_off_the_path_answers_404(site: Site, root: str, path: str) -> None:
    site.get(root + path, status=404)


def test_two_pages_that_save_different_questions_lose_nothing(site: Site, root: str, address: str) -> None:
    other = Site(address)
    site.get(f"{root}/sections/work")
    other.get(f"{root}/sections/work")
    site.send(answer__roster_drawn="on_paper")
    other.send(answer__papers_kept="absent")
    site.get(f"{root}/sections/work")
    assert (marked(site, "roster_drawn")[0], marked(site, "papers_kept")[0]) == ("on_paper", "absent")


def contested(site: Site, root: str, address: str) -> None:
    """Two people answer the same question; the site’s reader comes second."""
    other = Site(address)
    site.get(f"{root}/sections/work")
    other.get(f"{root}/sections/work")
    other.send(answer__roster_drawn="on_paper", note__roster_drawn="Order of June")
    mine = {"answer__roster_drawn": "operating", "note__roster_drawn": "Log of May", "answer__papers_kept": "absent"}
    site.send(status=409, button=("then", "list"), **mine)


def test_two_answers_to_one_question_are_both_shown_and_the_rest_is_saved(site: Site, root: str, address: str) -> None:
    contested(site, root, address)
    assert site.errors == [
        ("#settle-roster_drawn-saved", "Question 2: Somebody else changed this answer; choose which should stand")
    ]
    assert "The one saved meanwhile: Is on_paper. Note: Order of June" in site.text("//*[@id='q-roster_drawn']")
    assert "Mine, as marked below: Is operating. Note: Log of May" in site.text("//*[@id='q-roster_drawn']")
    assert marked(site, "roster_drawn") == ("operating", "Log of May")
    assert not site.page.xpath("//*[@id='q-papers_kept']//*[contains(@id,'settle')]")
    fresh = Site(address)
    fresh.get(f"{root}/sections/work")
    assert (marked(fresh, "roster_drawn")[0], marked(fresh, "papers_kept")[0]) == ("on_paper", "absent")


def test_a_choice_between_two_answers_has_to_be_made(site: Site, root: str, address: str) -> None:
    contested(site, root, address)
    site.send(status=422)
    assert [link for link, _ in site.errors] == ["#settle-roster_drawn-saved"]
    assert marked(site, "roster_drawn") == ("operating", "Log of May")


@pytest.mark.parametrize(
    ("choice", "stands"), [("saved", ("on_paper", "Order of June")), ("mine", ("operating", "Log of May"))]
)
def test_the_chosen_answer_stands(site: Site, root: str, address: str, choice: str, stands: tuple[str, str]) -> None:
    contested(site, root, address)
    site.send(settle__roster_drawn=choice)
    site.get(f"{root}/sections/work")
    assert marked(site, "roster_drawn") == stands


def test_facts_that_two_people_set_differently_are_both_shown(site: Site, root: str, address: str) -> None:
    other = Site(address)
    site.get(f"{root}/profile")
    other.get(f"{root}/profile")
    other.send(fact__runs_houses="no")
    site.send(status=409, fact__runs_houses="yes")
    assert "Saved meanwhile by somebody else: No. Yours is marked below" in site.text("//*[@id='q-runs_houses']")
    assert site.page.get_element_by_id("fact-runs_houses-yes").checked
    site.send(button=("then", "list"))
    assert states(site)[2] == "Not started"


def test_the_check_page_lists_what_is_open_first_and_then_every_answer(site: Site, root: str) -> None:
    save(site, root, "work", answer__papers_kept="not_applicable", note__papers_kept="No papers at this gate")
    site.get(f"{root}/check")
    assert "5 answers are missing" in site.text()
    first = site.page.xpath("//main//h2/text()")[0]
    assert first == "Still open"
    line = site.text("//*[@id='q-papers_kept']")
    assert "Not applicable" in line and "No papers at this gate" in line


def test_change_leads_to_the_question_and_saving_back_to_the_same_line(site: Site, root: str) -> None:
    answer_everything(site, root)
    site.get(f"{root}/check")
    link = site.page.xpath("//*[@id='q-house_hidden']//a/@href")[0]
    assert link.endswith("/sections/houses?from=check&at=house_hidden#q-house_hidden")
    site.get(link)
    assert site.page.xpath("//a[@class='back']/@href") == [f"{root}/check#q-house_hidden"]
    site.send(answer__house_hidden="operating", button=("then", "continue"))
    assert site.url == f"{root}/check#q-house_hidden"
    assert "Is operating." in site.text("//*[@id='q-house_hidden']")


def test_an_error_on_the_way_back_to_the_check_keeps_the_way(site: Site, root: str) -> None:
    site.get(f"{root}/sections/work?from=check&at=roster_drawn")
    site.send(status=422, answer__roster_drawn="evidenced")
    site.send(note__roster_drawn="Draw of May", button=("then", "continue"))
    assert site.url == f"{root}/check#q-roster_drawn"


def test_a_foreign_line_in_the_address_is_not_taken_over(site: Site, root: str) -> None:
    page = site.get(f"{root}/sections/work?from=check&at=%22%3E%3Cb%3E")
    assert page.xpath("//a[@class='back']/@href") == [f"{root}/check"]


def test_nothing_can_be_submitted_while_something_is_open(site: Site, root: str) -> None:
    site.get(f"{root}/check")
    assert not site.page.xpath("//main//form")
    answer = site.client.post(f"{root}/submit", data={"declaration": "yes", "csrf": site.csrf})
    site._arrive(answer, 422)
    assert site.errors == [("#open", "Answer what is still open; “don’t know” is an answer")]


def test_nothing_is_submitted_without_the_declaration(site: Site, root: str) -> None:
    answer_everything(site, root)
    site.get(f"{root}/check")
    site.send(status=422)
    assert site.errors == [("#declaration", "Confirm the declaration before you submit")]
    assert site.get(f"{root}/submit") is not None and site.url == f"{root}/check"


def submitted(site: Site, root: str) -> None:
    answer_everything(site, root)
    site.get(f"{root}/check")
    site.send(declaration="yes")


def test_a_submitted_assessment_leads_to_its_report_and_can_be_read_only(site: Site, root: str) -> None:
    submitted(site, root)
    assert site.url == f"{root}/report"
    site.get(root)
    assert "Submitted on" in site.text() and states(site)[-1] == "Submitted"
    for path in ("/profile", "/sections/work", "/check"):
        site.get(root + path)
        assert site.url == f"{root}/check" and not site.page.xpath("//main//form") and "Change" not in site.text()
    site.get("/")
    assert "Submitted on" in site.text(f"//li[.//a[@href='{root}']]")


def test_what_was_typed_into_an_assessment_that_was_submitted_meanwhile_is_still_shown(
    site: Site, root: str, address: str
) -> None:
    answer_everything(site, root)
    site.get(f"{root}/sections/work")
    other = Site(address)
    submitted(other, root)
    site.send(status=409, answer__roster_drawn="evidenced", note__roster_drawn="Draw of May")
    assert "was submitted meanwhile" in site.errors[0][1]
    assert marked(site, "roster_drawn") == ("evidenced", "Draw of May")
    answer = site.client.post(f"{root}/submit", data={"declaration": "yes", "csrf": site.csrf})
    site._arrive(answer, 409)
    answer = site.client.post(f"{root}/profile", data={"fact.runs_houses": "no", "version": "1", "csrf": site.csrf})
    site._arrive(answer, 409)


def test_a_draft_questionnaire_cannot_be_submitted_and_says_so(catalogue: Catalogue, tmp_path: Path) -> None:
    with served(catalogue, tmp_path) as address:  # elsewhere its answers would be offered in those of other tests
        site = Site(address)
        root = begun(site, "unfinished")
        assert "A draft questionnaire cannot be submitted" in site.text()
        answer_everything(site, root)
        site.get(f"{root}/check")
        assert "This questionnaire is a draft" in site.text() and not site.page.xpath("//main//form")
        site._arrive(site.client.post(f"{root}/submit", data={"declaration": "yes", "csrf": site.csrf}), 409)
        assert site.errors == [("#main", "A draft questionnaire cannot be submitted")]


def test_reserved_words_and_names_in_the_form_are_not_trusted(site: Site, root: str) -> None:
    site.get(f"{root}/sections/work")
    extra = {
        "answer__nobody": "absent",
        "version__nobody": "0",
        "version__roster_drawn": "-1",
        "answer__roster_drawn": "",
    }
    site.send(button=("then", "list"), **extra)
    assert states(site)[1] == "Not started"


def test_what_wants_a_second_look_is_shown_before_submission_and_blocks_nothing(site: Site, root: str) -> None:
    answer_everything(site, root)
    save(site, root, "work", answer__roster_drawn="operating", note__roster_drawn="Ask anna@example.org")
    site.get(f"{root}/check")
    said = site.text("//ul[@class='looks']")
    assert "Take out: The note seems to hold an e-mail address." in said
    assert site.page.xpath("//ul[@class='looks']//a/@href")[0] == "#q-roster_drawn"
    assert "Submit the assessment" in site.text("//main")
    save(site, root, "work", answer__roster_drawn="operating", note__roster_drawn="Log of May, registry")
    site.get(f"{root}/check")
    assert "e-mail address" not in site.text("//main")
