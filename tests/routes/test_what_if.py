"""What if: ticks, scores before and after, the path to a band, and plans; by links and forms alone."""

import pytest

from tests.page import Site
from tests.routes.test_assessments import answer_everything, begun, save


@pytest.fixture
def site(address: str) -> Site:
    return Site(address)


@pytest.fixture
def root(site: Site) -> str:
    """The address of an assessment of the small agency with every answer given."""
    started = begun(site, "small")
    answer_everything(site, started)
    return started


def boxes(site: Site) -> list[str]:
    return [str(name) for name in site.page.xpath("//input[@type='checkbox']/@name")]


def figures(site: Site) -> list[str]:
    """The scores in the row of the overall score."""
    return [cell.text_content().strip() for cell in site.page.xpath("//section[@id='outcome']/div[1]//tbody/tr[1]/td")]


def test_the_list_leads_to_it_and_nothing_ticked_is_as_answered(site: Site, root: str) -> None:
    site.get(root)
    site.follow("See what actions would change, and save plans")
    assert site.text("//h1") == "What if"
    before, after = figures(site)
    assert before == after
    assert boxes(site)


def test_a_tick_shows_the_scores_before_and_after_and_changes_no_answer(site: Site, root: str) -> None:
    site.get(f"{root}/what-if")
    name = boxes(site)[0]
    site.get(f"{root}/what-if?{name}=yes")
    before, after = figures(site)
    assert before != after
    assert site.page.xpath("//input[@checked]/@name") == [name]
    assert "With 1 action" in site.text("//section[@id='outcome']")
    site.get(f"{root}/what-if")
    assert figures(site) == [before, before]


def test_a_path_to_a_band_is_shown_with_its_effort(site: Site, root: str) -> None:
    save(site, root, "work", answer__roster_drawn="absent", note__roster_drawn="")
    for target, effort in (("low", 4), ("moderate", 2), ("high", 2)):
        site.get(f"{root}/what-if?target={target}")
        assert f"“{target}”: {effort} points of effort" in site.text("//div[@id='path']")
        assert "small 2, medium 3" in site.text("//div[@id='path']")
    site.get(f"{root}/what-if?target=splendid")
    assert not site.page.xpath("//div[@id='path']")


def test_a_plan_is_saved_opened_and_removed(site: Site, root: str) -> None:
    site.get(f"{root}/what-if")
    name = boxes(site)[0]
    site.post(f"{root}/plans", 200, {name: "yes", "name": "  Before the   summer "})
    assert site.page.xpath("//h2[@id='plans']/following-sibling::ul//a/text()") == ["Before the summer"]
    assert site.page.xpath("//input[@checked]/@name") == [name]
    (remove,) = site.page.xpath("//button[contains(@formaction, 'remove')]/@formaction")
    site.get(f"{root}/what-if")
    site.follow("Before the summer")
    assert site.page.xpath("//input[@checked]/@name") == [name]
    site.post(remove, 200, {})
    assert "None is saved yet" in site.text("//main")
    site.post(remove, 404, {})


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"name": ""}, "Give the plan a name"),
        ({"name": "x" * 201}, "Shorten this to 200 characters"),
        ({"name": "Empty"}, "Tick at least one action"),
        ({"name": "Of nothing", "do.nothing": "yes"}, "Tick at least one action"),
    ],
)
def test_a_plan_without_a_name_or_an_action_is_refused_and_keeps_what_was_typed(
    site: Site, root: str, fields: dict[str, str], says: str
) -> None:
    ticked = {} if says.startswith("Tick") else {"do.nothing": "yes"}
    site.get(f"{root}/what-if")
    if not says.startswith("Tick"):
        ticked = {boxes(site)[0]: "yes"}
    site.post(f"{root}/plans", 422, fields | ticked)
    assert says in site.text("//div[@id='errors']")
    assert site.page.xpath("//input[@id='name']/@value") == [fields["name"]]


def test_a_plan_of_another_assessment_is_not_found(site: Site, root: str) -> None:
    site.get(f"{root}/what-if")
    site.post(f"{root}/plans", 200, {boxes(site)[0]: "yes", "name": "Mine"})
    (remove,) = site.page.xpath("//button[contains(@formaction, 'remove')]/@formaction")
    other = begun(site, "small")
    site.post(remove.replace(root, other), 404, {})
    site.get(f"{root}/what-if")
    assert "Mine" in site.text("//main")
