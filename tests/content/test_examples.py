"""Each agency has an example, whose figures for one scenario are worked out by hand."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from app.catalogue import Catalogue, load_catalogue, open_catalogue
from app.content.checks import check
from app.content.examples import example
from app.content.resolution import resolve
from app.content.sources import read_sources
from app.errors import NotFound
from app.examples import example_report, has_example
from app.reports import draw_blank_form, draw_html, draw_pdf
from scoring.answers import read_answers
from scoring.figures import assess
from tests.scoring.test_cases import unmet
from tests.tiny import QUESTIONNAIRES

AGENCIES = sorted(path.stem for path in (QUESTIONNAIRES / "agencies").glob("*.yaml"))
CASES = Path(__file__).parents[1] / "cases" / "agencies"


@pytest.fixture(scope="module")
def shipped() -> Catalogue:
    """Every agency as its file stands, whatever is released."""
    sources = read_sources(QUESTIONNAIRES)
    return load_catalogue([], [resolve(sources, agency) for agency in sources.agencies])


def worked(agency: str) -> dict[str, Any]:
    return yaml.safe_load((CASES / f"{agency}.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("agency", AGENCIES)
def test_the_example_of_an_agency_scores_as_worked_out_by_hand(shipped: Catalogue, agency: str) -> None:
    instrument, found = shipped.instrument(agency), example(QUESTIONNAIRES, agency)
    assert found is not None
    result = assess(instrument, read_answers(instrument.questionnaire, found.profile, found.given))
    expected = worked(agency)["expect"]
    assert expected["scenarios"]
    assert not unmet(result.model_dump(mode="json"), expected)


@pytest.mark.parametrize("agency", AGENCIES)
def test_an_agencys_report_and_blank_form_are_drawn_as_page_and_as_pdf(shipped: Catalogue, agency: str) -> None:
    report = example_report(shipped, QUESTIONNAIRES, agency)
    assert report.questionnaire.title in draw_html(report)
    assert draw_pdf(report).startswith(b"%PDF-")
    assert draw_blank_form(report.questionnaire).startswith(b"%PDF-")


def test_an_agency_without_an_example_shows_none(tiny: Path) -> None:
    catalogue = open_catalogue(tiny)
    assert has_example(catalogue, tiny, "tiny")
    example.cache_clear()
    (tiny / "examples" / "tiny.yaml").unlink()
    assert not has_example(catalogue, tiny, "tiny")
    with pytest.raises(NotFound, match="There is no example"):
        example_report(catalogue, tiny, "tiny")


def test_an_example_made_for_another_version_is_not_shown(tiny: Path) -> None:
    path = tiny / "agencies" / "tiny.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("spread:", "scattered:"), encoding="utf-8")
    assert not has_example(load_catalogue([], [resolve(read_sources(tiny), "tiny")]), tiny, "tiny")


def test_an_example_of_no_agency_is_a_fault(tiny: Path) -> None:
    (tiny / "examples" / "tiny.yaml").rename(tiny / "examples" / "large.yaml")
    assert any("There is no agency “large”." in str(fault) for fault in check(read_sources(tiny)))
