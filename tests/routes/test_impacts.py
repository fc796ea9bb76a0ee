"""Raising impacts on the page: with a reason, upwards only, and only while the assessment is a draft."""

import pytest

from tests.page import Site
from tests.routes.test_assessments import answer_everything, begun

WHY = "One post for the whole coast"


@pytest.fixture
def site(address: str) -> Site:
    return Site(address)


@pytest.fixture
def root(site: Site) -> str:
    """The address of a new assessment of the small agency."""
    return begun(site, "small")


def selects(site: Site) -> list[str]:
    return [str(name) for name in site.page.xpath("//select/@name")]


def first(site: Site, root: str) -> str:
    """The scenario of the first impact that can be raised."""
    site.get(f"{root}/impacts")
    return selects(site)[0].removeprefix("value.")


def test_the_list_leads_to_it_and_a_raised_impact_raises_the_report_s_score(site: Site, root: str) -> None:
    answer_everything(site, root)
    site.get(root)
    site.follow("Raise an impact that is higher here")
    before = site.client.get(f"{root}/report.json").json()
    name = first(site, root)
    site.send(**{f"value.{name}": "5", f"reason.{name}": f"  {WHY} "})
    after = site.client.get(f"{root}/report.json").json()
    assert after["impacts"] == {name: {"value": 5, "reason": WHY}}
    assert after["result"]["overall"]["score"] > before["result"]["overall"]["score"]
    site.get(f"{root}/report")
    assert WHY in site.text("//main")
    site.get(f"{root}/what-if")
    shown = site.text("//section[@id='outcome']")
    assert f"{after['result']['overall']['score']:.1f}" in shown


def test_it_can_be_set_back_and_every_change_is_kept(site: Site, root: str) -> None:
    name = first(site, root)
    site.send(**{f"value.{name}": "5", f"reason.{name}": WHY})
    site.get(f"{root}/impacts")
    assert site.page.xpath(f"//select[@name='value.{name}']/option[@selected]/@value") == ["5"]
    site.send(**{f"value.{name}": "", f"reason.{name}": ""})
    assert site.client.get(f"{root}/report.json").json()["impacts"] == {}
    site.get(f"{root}/impacts")
    assert site.page.xpath("//input[@name='version']/@value") == ["2"]


@pytest.mark.parametrize(
    ("value", "reason", "says"),
    [("5", "  ", "Say why the impact is higher here"), ("5", "x" * 4001, "Shorten the note to 4,000 characters")],
)
def test_a_raise_without_a_sound_reason_comes_back_as_it_was_typed(
    site: Site, root: str, value: str, reason: str, says: str
) -> None:
    name = first(site, root)
    site.send(status=422, **{f"value.{name}": value, f"reason.{name}": reason})
    assert says in site.text("//div[@id='errors']")
    assert site.page.xpath(f"//select[@name='value.{name}']/option[@selected]/@value") == [value]
    assert site.client.get(f"{root}/report.json").json()["impacts"] == {}


@pytest.mark.parametrize("value", ["1", "6", "-1", "five", "5.0"])
def test_no_other_value_is_taken(site: Site, root: str, value: str) -> None:
    name = first(site, root)
    site.send(**{f"value.{name}": value, f"reason.{name}": WHY})
    assert site.client.get(f"{root}/report.json").json()["impacts"] == {}


def test_two_readers_at_once_are_told_and_nothing_is_overwritten(site: Site, root: str, address: str) -> None:
    name = first(site, root)
    other = Site(address)
    other.get(f"{root}/impacts")
    other.send(**{f"value.{name}": "5", f"reason.{name}": "The other one"})
    site.send(status=409, **{f"value.{name}": "4", f"reason.{name}": WHY})
    assert "Somebody else raised impacts meanwhile" in site.text("//div[@id='errors']")
    assert "The other one" in site.text("//main")
    site.send(**{f"value.{name}": "4", f"reason.{name}": WHY})
    assert site.client.get(f"{root}/report.json").json()["impacts"][name]["value"] == 4
