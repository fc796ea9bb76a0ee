"""A report’s files: their names and kinds, and the action plan for a spreadsheet, for every reader in every state."""

import csv
import io

import httpx
import pytest

from tests import people
from tests.page import Site
from tests.routes.test_assessments import answer_everything, begun
from tests.serving import APPS


@pytest.fixture
def site(address: str) -> Site:
    return Site(address)


@pytest.fixture
def root(site: Site) -> str:
    """The address of a new assessment of the small agency."""
    return begun(site, "small")


def listed(answer: httpx.Response) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


def test_the_report_s_page_leads_to_the_action_plan_for_a_spreadsheet(site: Site, root: str) -> None:
    answer_everything(site, root)
    site.get(f"{root}/report")
    (href,) = [a.get("href") for a in site.page.iter("a") if "action plan (CSV)" in a.text_content()]
    assert href == f"{root}/actions.csv"
    answer = site.client.get(href)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/csv; charset=utf-8")
    disposition = answer.headers["content-disposition"]
    assert disposition.startswith("attachment; filename*=UTF-8''plumbline-small-20")
    assert disposition.endswith("-actions-draft.csv")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    data = site.client.get(f"{root}/report.json").json()["result"]
    ranks = {each["id"]: each["rank"] for each in data["recommendations"]}
    assert {line["Id"]: line["Rank"] for line in listed(answer)} == {
        name: "" if rank is None else str(rank) for name, rank in ranks.items()
    }


def test_before_anything_is_answered_there_is_a_plan_already(site: Site, root: str) -> None:
    assert listed(site.client.get(f"{root}/actions.csv"))


def test_an_example_has_no_list_of_actions(site: Site) -> None:
    site.get("/agencies/border_guard/example")
    assert "CSV" not in site.text("//main")
    assert site.client.get("/agencies/border_guard/example.csv").status_code == 404


def test_another_organisation_s_list_is_not_there(address: str, root: str) -> None:
    state = APPS[address].state
    other = people.organisation(state.database, state.keyring, "Elsewhere")
    with httpx.Client(
        base_url=address, cookies={people.COOKIE: people.member(state.database, state.keyring, other)}
    ) as stranger:
        answer = stranger.get(f"{root}/actions.csv")
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")
