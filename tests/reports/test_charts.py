"""Charts tell bands apart without colour, and their lengths are those of the figures."""

import re

import pytest
from lxml import etree

from app.reports import charts
from app.reports.charts import FILLS, ChainLink
from tests.builders import RISK_MODEL

SVG = "{http://www.w3.org/2000/svg}"
CUTS = [band.at_least for band in RISK_MODEL.bands[1:]]


def drawn(svg: str) -> etree._Element:
    return etree.fromstring(svg)


def hatch(svg: str) -> str:
    return "".join(path.get("d") for path in drawn(svg).iter(f"{SVG}path") if path.get("class") == "hatch")


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_each_band_has_a_colour_and_a_pattern_of_its_own() -> None:
    assert len({charts.swatch(band) for band in range(4)}) == 4
    patterns = [hatch(charts.swatch(band)) for band in range(4)]
    assert patterns[0] == ""
    assert len(set(patterns)) == 4


def test_in_black_and_white_a_higher_band_is_darker() -> None:
    shades = [luminance(fill) for fill in FILLS]
    assert shades == sorted(shades, reverse=True)


def test_patterns_stand_out_on_their_colour() -> None:
    ink = luminance("#2a2d33")
    assert all((luminance(fill) + 0.05) / (ink + 0.05) >= 3 for fill in FILLS)


def test_a_band_above_the_known_ones_is_drawn_as_the_highest() -> None:
    assert charts.swatch(7) == charts.swatch(3)


def test_a_bar_is_as_long_as_its_figures() -> None:
    figure = charts.bar(80.0, (44.4, 55.1), 2, CUTS, "said")
    outline, bar = drawn(figure.svg).iter(f"{SVG}rect")
    assert (float(outline.get("width")), float(bar.get("width"))) == (160.0, 110.2)
    (ends,) = [p.get("d") for p in drawn(figure.svg).iter(f"{SVG}path") if p.get("class") == "ends"]
    assert ends.startswith("M88.8 4v14M110.2 4v14")
    assert figure.alt == "said"


def test_a_bar_without_an_interval_has_no_whiskers() -> None:
    assert "ends" not in charts.bar(80.0, (55.1, 55.1), 2, CUTS, "said").svg


@pytest.mark.parametrize("band", [1, 2, 3])
def test_a_pattern_stays_inside_its_bar(band: int) -> None:
    path = hatch(charts.bar(90.0, (10.0, 61.5), band, CUTS, "said").svg)
    points = re.findall(r"[ML]([\d.]+) ([\d.]+)", path)
    assert points
    assert all(0 <= float(x) <= 123 and 6 <= float(y) <= 16 for x, y in points)


def test_a_chain_names_every_stage_and_its_words_in_order() -> None:
    links = [ChainLink("Recruitment", "no part in it", None), ChainLink("Border crossing", "high, 57.5", 2)]
    texts = [text.text for text in drawn(charts.chain(links, "said").svg).iter(f"{SVG}text")]
    assert texts == ["Recruitment", "no part in it", "Border crossing", "high, 57.5"]


def test_a_link_without_a_band_is_drawn_empty() -> None:
    first, second = drawn(
        charts.chain([ChainLink("Recruitment", "no part in it", None), ChainLink("Trial", "low, 3.0", 0)], "said").svg
    ).iter(f"{SVG}rect")
    assert first.get("stroke-dasharray")
    assert second.get("fill") == FILLS[0]


def test_a_long_title_is_broken_into_two_lines() -> None:
    link = ChainLink("Search, seizure and confiscation of what was earned", "low", 0)
    texts = [text.text for text in drawn(charts.chain([link], "said").svg).iter(f"{SVG}text")]
    assert texts[:2] == ["Search, seizure and", "confiscation of what was"]
    assert len(texts) == 3


def test_a_title_is_never_markup() -> None:
    svg = charts.chain([ChainLink("<b>Trial</b> & more", "low", 0)], "said").svg
    assert next(drawn(svg).iter(f"{SVG}text")).text == "<b>Trial</b> & more"
