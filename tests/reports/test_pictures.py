"""The pictures stand where their figures say, and each comes with words and with a table behind it."""

import re

from lxml import etree

from app.reports import pictures
from app.reports.blocks import Beside, Block, Document, Figure, Table
from app.reports.pictures import Span
from tests.reports.samples import sample_report
from tests.reports.test_document import drawn, section

SVG = "{http://www.w3.org/2000/svg}"
BANDS = [("moderate", 20.0), ("high", 40.0), ("critical", 60.0)]


def texts(figure: Figure) -> dict[str, tuple[float, float]]:
    """Where each text stands."""
    found = etree.fromstring(figure.svg).iter(f"{SVG}text")
    return {str(text.text): (float(text.get("x")), float(text.get("y"))) for text in found}


def paths(figure: Figure, role: str) -> list[str]:
    return [str(p.get("d")) for p in etree.fromstring(figure.svg).iter(f"{SVG}path") if p.get("class") == role]


def test_a_scenario_stands_in_the_field_of_its_likelihood_and_impact() -> None:
    figure = pictures.matrix([("S1", 4.4, 5), ("S2", 4.5, 5), ("S3", 1.0, 1), ("S4", 4.0, 5)], "x", "y", "said")
    places = texts(figure)
    assert places["S1, S4"][0] < places["S2"][0]
    assert places["S1, S4"][1] == places["S2"][1]
    assert places["S3"][0] < places["S1, S4"][0]
    assert places["S3"][1] > places["S1, S4"][1]
    assert figure.alt == "said"


def test_a_field_with_too_many_scenarios_says_that_there_are_more() -> None:
    many = [(f"S{n}", 4.0, 5) for n in range(1, 30)]
    assert "…" in texts(pictures.matrix(many, "x", "y", ""))


def test_the_score_falls_by_each_action_over_its_effort() -> None:
    figure = pictures.steps(60.0, [("A1", 2, 50.0), ("A2", 2, 30.0)], BANDS, "efforts", "said")
    (path,) = paths(figure, "steps")
    xs = [float(x) for x in re.findall(r"H([0-9.]+)", path)]
    ys = [float(y) for y in re.findall(r"V([0-9.]+)", path)]
    assert xs[1] - xs[0] == xs[0] - pictures._LEFT
    start = float(path.split()[1].split("H")[0])
    assert round((ys[1] - ys[0]) / (ys[0] - start), 6) == 2
    assert {"A1", "A2", "high"} <= texts(figure).keys()


def test_codes_that_would_cover_each_other_are_left_out_of_the_steps() -> None:
    many = [(f"A{n}", 1, 60.0 - n / 2) for n in range(1, 60)]
    shown = [name for name in texts(pictures.steps(60.0, many, BANDS, "", "")) if name.startswith("A")]
    assert 5 < len(shown) < 30


def test_what_brings_more_stands_higher_and_efforts_without_an_action_have_no_column() -> None:
    figure = pictures.gains([("small", [("A1", 4.0), ("A2", 1.0)]), ("large", [])], "points", "said")
    places = texts(figure)
    assert places["A1"][1] < places["A2"][1]
    assert "large" not in places
    assert len(paths(figure, "dot")) == 2


def test_ranges_begin_and_end_at_their_figures_and_those_of_trials_are_dashed() -> None:
    spans = [Span("Overall", 20.0, 40.0, 30.0)]
    for dashed in (False, True):
        figure = pictures.ranges(spans, BANDS, dashed, "said")
        (path,) = paths(figure, "range")
        low, high = (float(x) for x in re.findall(r"[MH]([0-9.]+)", path)[:2])
        (mark,) = paths(figure, "mark")
        assert float(re.findall(r"M([0-9.]+)", mark)[0]) == (low + high) / 2
        assert ("stroke-dasharray" in figure.svg) is dashed


def pictured(document: Document, anchor: str) -> list[Block]:
    return [block for block in section(document, anchor) if isinstance(block, Figure | Beside | Table)]


def test_each_picture_of_a_report_has_a_table_behind_it() -> None:
    document = drawn(sample_report())
    for anchor, count in (("matrix", 1), ("steps", 2), ("how-sure", 1), ("other-weights", 1)):
        found = pictured(document, anchor)
        assert sum(isinstance(block, Figure) for block in found) == count, anchor
        assert any(isinstance(block, Table) for block in found), anchor
        assert all(block.alt for block in found if isinstance(block, Figure))
