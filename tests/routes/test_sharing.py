"""Sharing as its readers meet it: two organisations, a code, a grant, what the coordinator sees, and its end."""

from dataclasses import dataclass

import httpx
import pytest
from fastapi import FastAPI
from lxml import html

from app import assessments, saving
from app.catalogue import Catalogue
from app.organisations import acting, say_of_the_state
from app.saving import Change
from app.trail import entries
from tests import people
from tests.page import Site, unnumbered
from tests.routes.test_reviews import colleague
from tests.serving import APPS, SESSIONS, served
from tests.test_assessments import ABOUT, ALL


@dataclass
class House:
    """A shelter (the server’s own organisation) with a submitted assessment, and a ministry."""

    app: FastAPI
    shelter: str
    manager: Site
    ministry: Site
    coordinator: Site
    submitted: str
    draft: str

    def looks(self) -> int:
        database = self.app.state.database
        with database.transaction(write=False) as session:
            reader = acting(session, self.app.state.keyring, self.shelter, "")
            found = entries(session, reader.cipher, f"organisation:{self.shelter}")
        return len([entry for entry in found if entry.action == "looked"])


@pytest.fixture
def house(catalogue: Catalogue, tmp_path):
    with served(catalogue, tmp_path) as address:
        app = APPS[address]
        database, keyring = app.state.database, app.state.keyring
        manager = people.reader_of(database, keyring, SESSIONS[address])
        names = []
        for is_submitted in (False, True):
            with database.transaction(write=True) as session:
                name = saving.start(session, manager, catalogue, "small", ABOUT)
            with database.transaction(write=True) as session:
                found = assessments.opened(session, manager, catalogue, name)
                saving.save_profile(session, manager, found, {"runs_houses": True}, 0)
                saving.save_answers(session, manager, found, [Change(q, *a, 0) for q, a in ALL.items()])
            if is_submitted:
                with database.transaction(write=True) as session:
                    found = assessments.opened(session, manager, catalogue, name)
                    saving.submit(session, manager, found, True)
            names.append(name)
        ministry = people.organisation(database, keyring, "Ministry of Inner Affairs")
        boss, reads = (
            Site(address, token=people.member(database, keyring, ministry, role, f"{role.title()} M"))
            for role in ("manager", "coordinator")
        )
        yield House(app, manager.organisation, Site(address), boss, reads, names[1], names[0])


def pressed(site: Site, path: str, **fields: str) -> html.HtmlElement:
    """What a button answers that shows something once instead of leading on."""
    sent = {"csrf": site.csrf} | {name.replace("__", "."): value for name, value in fields.items()}
    return site._arrive(site.client.post(path, data=sent), 200)


def code_of(site: Site) -> str:
    site.get("/organisation/sharing")
    return str(pressed(site, "/organisation/sharing/code").xpath("string(//code)"))


def granted(house: House, extent: str = "results", relation: str = "none") -> None:
    code = code_of(house.ministry)
    house.manager.get("/organisation/sharing")
    pressed(house.manager, "/organisation/sharing/body", code=code)
    house.manager.send(action="sharing", extent=extent, **{f"relation__{relation}": "yes"})


def of_the_state(house: House, is_state: bool) -> None:
    with house.app.state.database.transaction(write=True) as session:
        say_of_the_state(session, acting(session, house.app.state.keyring, house.shelter, ""), is_state)


def test_a_body_s_name_is_shown_before_anything_is_shown_to_it(house: House) -> None:
    code = code_of(house.ministry)
    house.manager.get("/organisation/sharing")
    page = pressed(house.manager, "/organisation/sharing/body", code=f" {code} ")
    assert "Show results to Ministry of Inner Affairs" in page.text_content()
    assert "Nothing is shown to you" in house.coordinator.get("/shared").text_content()
    house.manager.send(action="sharing", extent="results", relation__none="yes")
    assert house.manager.url == "/organisation/sharing"
    assert "Ministry of Inner Affairs · results · neither refers people to us" in house.manager.text()
    assert "Sample Service" in house.coordinator.get("/shared").text_content()


@pytest.mark.parametrize("code", ["", "invented", "own"])
def test_a_code_that_is_none_is_said_beside_its_field_and_names_nobody(house: House, code: str) -> None:
    if code == "own":
        code = code_of(house.manager)
    house.manager.get("/organisation/sharing")
    house.manager.send(action="body", status=422, code=code)
    assert house.manager.errors == [
        ("#code", "This is no sharing code of another organisation, or it has expired; ask its manager for a new one")
    ]
    assert "Ministry" not in house.manager.text()
    house.manager.post("/organisation/sharing", 422, {"code": code, "extent": "results", "relation.none": "yes"})


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"extent": "redacted"}, "#relation-none", "Say what the other organisation is to yours"),
        (
            {"extent": "redacted", "relation.none": "yes", "relation.funds": "yes"},
            "#relation-none",
            "“none of these”, or one or more of the others",
        ),
        ({"relation.none": "yes"}, "#extent-results", "Choose how much it sees"),
        ({"relation.none": "yes", "extent": "everything"}, "#extent-results", "Choose how much it sees"),
        ({"relation.funds": "yes", "extent": "results"}, "#extent-redacted", "can be shown the redacted report only"),
    ],
)
def test_what_does_not_hold_in_a_grant_is_said_and_shows_nothing(
    house: House, fields: dict[str, str], field: str, words: str
) -> None:
    code = code_of(house.ministry)
    house.manager.get("/organisation/sharing")
    house.manager.post("/organisation/sharing", 422, {"code": code} | fields)
    assert [(where, words in said) for where, said in house.manager.errors] == [(field, True)]
    assert "Ministry of Inner Affairs" in house.manager.text("//h1")
    assert "Nothing is shown to you" in house.coordinator.get("/shared").text_content()


def test_results_hold_stages_and_actions_and_a_redacted_report_holds_chains_alone(house: House) -> None:
    granted(house)
    shown = house.coordinator.get(f"/shared/{house.submitted}").text_content()
    assert "border_crossing" in shown and "Recommendation hide_houses" in shown
    for secret in ("Draw of 3 May", "No papers", "small harbour", "Is evidenced", "roster_drawn", "Harbour Office"):
        assert secret not in shown
    house.manager.follow("Change")
    house.manager.send(action="sharing", extent="redacted", relation__none=None, relation__funds="yes")
    shown = house.coordinator.get(f"/shared/{house.submitted}").text_content()
    assert "Redacted, to be shown outside" in shown and "cannot be recomputed" in shown
    assert "trafficking" in shown and "border_crossing" not in shown and "Recommendation" not in shown


def test_results_that_were_reviewed_show_both_scores(house: House) -> None:
    granted(house)
    before = house.coordinator.get(f"/shared/{house.submitted}").text_content()
    assert "As verified" not in before
    auditor = colleague(str(house.manager.client.base_url).rstrip("/"), "reviewer", "Rita")
    auditor.get(f"/assessments/{house.submitted}/review")
    auditor.send(action="begin")
    auditor.get(f"/assessments/{house.submitted}/review/sections/work")
    auditor.send(level__roster_drawn="absent", comment__roster_drawn="Nobody draws")
    assert "As verified" not in house.coordinator.get(f"/shared/{house.submitted}").text_content()
    auditor.get(f"/assessments/{house.submitted}/review")
    auditor.send(action="sign-off", declaration="yes")
    page = house.coordinator.get(f"/shared/{house.submitted}")
    answered, _, verified, _ = (" ".join(cell.text_content().split()) for cell in page.xpath("//tbody/tr[1]/td"))
    assert float(verified.split()[0]) > float(answered.split()[0])
    assert "signed off by the organisation’s reviewer" in page.text_content()
    assert "Nobody draws" not in page.text_content() and "roster_drawn" not in page.text_content()


def test_a_grant_cannot_be_changed_to_more_than_the_relation_allows(house: House) -> None:
    granted(house, "redacted", "licenses")
    house.manager.follow("Change")
    assert house.manager.page.get_element_by_id("relation-licenses").get("checked") is not None
    house.manager.send(action="sharing", status=422, extent="results")
    assert "can be shown the redacted report only" in house.manager.errors[0][1]
    assert "border_crossing" not in house.coordinator.get(f"/shared/{house.submitted}").text_content()


def test_what_is_shown_shrinks_at_once_when_the_organisation_is_said_not_to_be_of_the_state(house: House) -> None:
    of_the_state(house, True)
    granted(house, "results", "funds")
    assert "border_crossing" in house.coordinator.get(f"/shared/{house.submitted}").text_content()
    house.manager.get("/organisation/sharing")
    house.manager.send(action="not-of-the-state")
    assert "redacted report · funds us" in house.manager.text()
    assert "border_crossing" not in house.coordinator.get(f"/shared/{house.submitted}").text_content()


def test_a_withdrawn_grant_is_as_if_it_had_never_been(house: House) -> None:
    never = house.coordinator.get("/shared").text_content()
    missing = house.coordinator.client.get("/shared/none")
    assert missing.status_code == 404
    granted(house)
    house.coordinator.get(f"/shared/{house.submitted}")
    house.manager.get("/organisation/sharing")
    house.manager.send(action="withdraw")
    assert house.coordinator.get("/shared").text_content() == never
    assert unnumbered(house.coordinator.client.get(f"/shared/{house.submitted}")) == unnumbered(missing)
    trail = house.ministry.get("/organisation/trail").text_content()
    assert "Sample Service" not in trail and "looked at an" not in trail


def test_a_draft_and_a_copied_address_show_nothing(house: House) -> None:
    granted(house)
    assert house.coordinator.client.get(f"/shared/{house.draft}").status_code == 404
    for ending in ("", "/report", "/report.pdf", "/report.json", "/trail", "/trail.json", "/check", "/what-if"):
        assert house.coordinator.client.get(f"/assessments/{house.submitted}{ending}").status_code == 403
        assert house.ministry.client.get(f"/assessments/{house.submitted}{ending}").status_code == 404
    assert house.ministry.client.get(f"/shared/{house.submitted}").status_code == 403


def test_whoever_shows_sees_who_looked_and_every_look_counts(house: House) -> None:
    granted(house)
    for _ in range(2):
        house.coordinator.client.get(f"/shared/{house.submitted}")
    house.coordinator.client.get("/shared")
    house.coordinator.client.get(f"/shared/{house.draft}")
    house.coordinator.client.head(f"/shared/{house.submitted}")
    assert house.looks() == 3
    trail = house.manager.get("/organisation/trail").text_content()
    assert "Coordinator M" in trail and "Of Ministry of Inner Affairs: looked at an assessment" in " ".join(
        trail.split()
    )


def test_a_coordinator_sees_nothing_of_the_own_organisation_s_assessments(house: House) -> None:
    database, keyring = house.app.state.database, house.app.state.keyring
    token = people.member(database, keyring, house.shelter, "coordinator", "Cora Coordinator")
    own = Site(str(house.manager.client.base_url), token=token)
    assert "Your assessments" not in own.get("/").text_content()
    assert "Your assessments" in house.manager.get("/").text_content()
    assert own.client.get(f"/assessments/{house.submitted}").status_code == 403
    assert own.client.get("/agencies/small/start").status_code == 403
    assert own.client.get(f"/shared/{house.submitted}").status_code == 404


def test_a_sharing_code_is_no_invitation(house: House) -> None:
    code = code_of(house.ministry)
    assert house.manager.client.get(f"/links/{code}").status_code == 404
    fields = {"name": "Eve", "email": "eve@example.org", "password": "four quiet lamps at noon"}
    assert httpx.post(f"{house.manager.client.base_url}/links/{code}", data=fields).status_code == 404
    assert "not taken up yet" not in house.ministry.get("/organisation").text_content()


def test_an_address_of_another_body_shows_nothing_and_names_nobody(house: House) -> None:
    granted(house)
    database, keyring = house.app.state.database, house.app.state.keyring
    ministry = people.reader_of(database, keyring, house.ministry.client.cookies[people.COOKIE]).organisation
    third = people.member(database, keyring, people.organisation(database, keyring, "Third"), "manager", "Theo Third")
    site = Site(str(house.manager.client.base_url), token=third)
    assert site.client.get(f"/organisation/sharing/{ministry}").status_code == 404
    site.get("/organisation/sharing")
    site.post(f"/organisation/sharing/{ministry}", 404, {"extent": "results", "relation.none": "yes"})
    site.get("/organisation/sharing")
    site.post(f"/organisation/sharing/{ministry}/withdraw", 404, {})
    assert "Sample Service" in house.coordinator.get("/shared").text_content()


def test_an_administrator_says_what_is_of_the_state_and_sees_nothing_shown(house: House) -> None:
    site = Site(str(house.manager.client.base_url), token=people.administrator(house.app.state.database))
    site.get("/service")
    site.send(action=f"{house.shelter}/state", button=("is_state", "yes"))
    assert "of the state" in house.manager.get("/organisation/sharing").text_content()
    assert (
        "It was said that the organisation is of the state" in house.manager.get("/organisation/trail").text_content()
    )
    for path in ("/shared", f"/shared/{house.submitted}", "/organisation/sharing", "/organisation/keys"):
        assert site.client.get(path).status_code == 403
    assert site.client.get("/api/v1/assessments").status_code == 401
