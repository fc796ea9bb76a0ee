"""Whatever a file holds, what reads it gives a value or refuses it in words: never a bare exception.

Files come from others: a report that is to be verified, a backup, a questionnaire that somebody edits, answers to be
scored. Each is tried as it should be with something spoiled in it, and as anything at all.
"""

import json
import sqlite3
from contextlib import suppress
from pathlib import Path
from random import Random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.answer_sets import reported, scored
from app.backup import restore
from app.catalogue import Catalogue, load_catalogue, read_releases
from app.content.checks import check
from app.content.sources import read_sources
from app.errors import BadRequest, ContentError, KeyFailure, NotFound, UnsoundFile
from app.keys import new_master_keys, read_master_keys
from app.migrations import HEAD
from app.reports import draw_pdf, report_json
from app.reports.read import pages
from app.score_body import read_score_body
from app.verification import verify
from scoring.errors import InvalidAnswers, InvalidReport
from tests.fuzzing.mutations import TEXTS, changed_bytes, places
from tests.reports.samples import sample_questionnaire, sample_report
from tests.revisions import at, keyring
from tests.serving import small
from tests.test_fuzzing import JSON, nearly_right

MANY = settings(max_examples=2000, derandomize=False)
REPORT = report_json(sample_report()).decode()


@pytest.fixture(scope="module")
def reports() -> Catalogue:
    return load_catalogue([sample_questionnaire()])


@pytest.fixture(scope="module")
def drawn() -> bytes:
    return draw_pdf(sample_report())


@st.composite
def spoiled_reports(draw: st.DrawFn) -> bytes:
    """A report with anything at one place or two, or with some of its bytes changed."""
    if draw(st.booleans()):
        return changed_bytes(Random(draw(st.integers(0, 2**32))), REPORT.encode())
    data = json.loads(REPORT)
    for _ in range(draw(st.integers(1, 2))):
        top = draw(st.sampled_from(["", *data]))  # a thousand of its places are within the questionnaire
        within = places(data[top]) if isinstance(data.get(top), dict) else []
        holder, key = draw(st.sampled_from(within or places(data)))
        holder[key] = draw(JSON)
    return json.dumps(data).encode()


def is_verified_or_refused(data: bytes, catalogue: Catalogue) -> None:
    with suppress(InvalidReport):
        assert all(line.isprintable() for line in verify(data, catalogue).words.split("\n"))


@given(spoiled_reports() | st.binary(max_size=80) | JSON.map(lambda value: json.dumps(value).encode()))
def test_any_data_are_verified_as_a_report_or_refused(reports: Catalogue, data: bytes) -> None:
    is_verified_or_refused(data, reports)


@pytest.mark.long
@MANY
@given(spoiled_reports())
def test_thousands_of_data_are_verified_as_a_report_or_refused(reports: Catalogue, data: bytes) -> None:
    is_verified_or_refused(data, reports)


def spoil_the_pdf(drawn: bytes, reports: Catalogue, times: int) -> None:
    for number in range(times):
        spoiled = changed_bytes(Random(number), drawn, 30)
        is_verified_or_refused(spoiled, reports)
        with suppress(InvalidReport):
            pages(spoiled)


def test_any_pdf_is_read_or_refused(drawn: bytes, reports: Catalogue) -> None:
    spoil_the_pdf(drawn, reports, 25)


@pytest.mark.long
def test_thousands_of_pdfs_are_read_or_refused(drawn: bytes, reports: Catalogue) -> None:
    spoil_the_pdf(drawn, reports, 1500)


def is_scored_or_refused(body: bytes) -> None:
    catalogue = load_catalogue([small()])
    with suppress(BadRequest, InvalidAnswers, NotFound):
        request = read_score_body(body)
        assert scored(catalogue, request).overall.score == reported(catalogue, request).result.overall.score


@given(nearly_right())
def test_any_answer_set_is_scored_and_reported_or_refused(body: bytes) -> None:
    is_scored_or_refused(body)


@pytest.mark.long
@MANY
@given(nearly_right() | st.binary())
def test_thousands_of_answer_sets_are_scored_and_reported_or_refused(body: bytes) -> None:
    is_scored_or_refused(body)


LINES = (
    r"""
id: x|- id: x|x: [|x: {|? [a, b] : c|<<: *a|x: &a [*a]|x: &a {b: *a}|x: !!python/object:os.system y
x: !!binary aGk=|x: !!set {a, b}|x: !unknown y|--- |...|%YAML 9.9|- \t- x|x: >-|x: 1e999|x: .nan|x: 0o17
x: 1_000|x: 12:30:45|x: 2026-11-21|x: ~|x:|'': ''|x: "\x00"|x: "\ud800"|x: *nothing|only_if: x|only_if: [x, x]
bears_on: {}|baseline: 9999|weight: -1|version: x|levels: []|options: {}|chain: nothing|lifts: {x: y}
use: nothing|1: 2|true: x|null: x|[a]: x|{a: b}: c|x: !!int y|x: !!float y
""".replace("\n", "|")
    .strip("|")
    .split("|")
)
LINES += [
    "x: " + "9" * 5000,
    "x: " + "[" * 2000,
    "x: " + "{a: " * 2000,
    "- " * 2000 + "x",
    f"x: -{'9' * 400}.{'9' * 400}",
]
LINES += ["# \u2028", "x: \u0085y", "\ufeffx: y", "x: |\n  y", "\t- x", "x: " + "[" * 60 + "]" * 60]


def spoiled_lines(random: Random, text: str) -> str:
    """A YAML file in which some lines were dropped, doubled, moved, indented, or have another value or another line."""
    lines = text.split("\n")
    for _ in range(random.choice((1, 1, 1, 2, 4))):
        at_line, way = random.randrange(len(lines)), random.randrange(8)
        line = lines[at_line]
        indent = line[: len(line) - len(line.lstrip())]
        if way == 0:
            lines.pop(at_line)
        elif way == 1:
            lines.insert(random.randrange(len(lines) + 1), line)
        elif way == 2:
            lines[at_line] = random.choice((" ", "  ", "\t", "- ")) + line
        elif way == 3:
            lines[at_line] = line.lstrip()
        elif way == 4 and ":" in line:
            lines[at_line] = (
                line.partition(":")[0]
                + ": "
                + random.choice((*TEXTS, "[]", "{}", "yes", "5", "1.5", "[a, b]", "{a: b}"))
            )
        elif way == 5:
            lines.insert(at_line, indent + random.choice(LINES))
        elif way == 6:
            lines[at_line] = indent + random.choice(LINES)
        else:
            lines[at_line] = line[: random.randrange(len(line) + 1)]
        if not lines:
            return ""
    return "\n".join(lines)


def spoil_the_content(folder: Path, seeds: range) -> None:
    files = {path: path.read_bytes() for path in sorted(folder.rglob("*.yaml"))}
    for seed in seeds:
        random = Random(seed)
        path = random.choice(list(files))
        if random.random() < 0.2:
            spoiled = changed_bytes(random, files[path])
        else:
            spoiled = spoiled_lines(random, files[path].decode()).encode("utf-8", "surrogatepass")
        path.write_bytes(spoiled)
        try:
            faults = check(read_sources(folder))
        except ContentError as error:
            faults = error.faults
            assert faults
        except Exception as error:
            raise AssertionError(f"{seed}: {error!r}") from error
        for fault in faults:
            assert fault.file.is_relative_to(folder), f"{seed}: {fault}"
            assert 1 <= fault.line <= max(1, spoiled.count(b"\n") + 1) or fault.file != path, f"{seed}: {fault}"
            assert fault.what.endswith("."), f"{seed}: {fault}"
            assert fault.remedy.endswith("."), f"{seed}: {fault}"
        path.write_bytes(files[path])


def test_any_content_is_read_or_refused_with_file_and_line(tiny: Path) -> None:
    spoil_the_content(tiny, range(150))


@pytest.mark.long
def test_thousands_of_contents_are_read_or_refused_with_file_and_line(tiny: Path) -> None:
    spoil_the_content(tiny, range(150, 8000))


@pytest.mark.parametrize(
    "content", ["", "null", "[]", "{}", '{"id": 1}', "[" * 5000, "x" * 9, '{"a": 1, "a": 2}', "\ud800"]
)
def test_a_release_that_holds_something_else_is_a_fault(tiny: Path, content: str) -> None:
    path = tiny / "released" / "tiny" / "1.0.0.json"
    path.parent.mkdir(parents=True)
    path.write_bytes(content.encode("utf-8", "surrogatepass"))
    with pytest.raises(ContentError, match=r"1\.0\.0\.json"):
        read_releases(tiny)


@given(st.binary(max_size=120) | st.text(max_size=120).map(lambda text: text.encode("utf-8", "replace")))
@example(new_master_keys().lines().encode().replace(b" ", b" \n"))
@example(b"a " + b"A" * 43 + b"\nb AAAA")
@example(b"\xe2\x80\xa8 A")
def test_any_key_file_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "spoiled.key"
    path.write_bytes(content)
    with pytest.raises(KeyFailure, match=r"spoiled\.key"):
        read_master_keys(path)


def spoil_the_backup(folder: Path, revision: str, seeds: range) -> None:
    at(folder / "good.db", revision).close()
    (folder / "standing").mkdir()
    at(folder / "standing" / "live.db", HEAD).close()
    good, standing = (folder / "good.db").read_bytes(), folder / "standing" / "live.db"
    before = {path.name: path.read_bytes() for path in standing.parent.iterdir()}
    refused = 0
    for seed in seeds:
        random = Random(seed)
        spoiled = bytearray(good)
        for _ in range(random.choice((1, 3, 20))):
            where = random.randrange(len(spoiled)) if random.random() < 0.6 else random.randrange(200)
            spoiled[where : where + random.choice((1, 16, 600))] = random.randbytes(random.choice((1, 16, 600)))
        (folder / "spoiled.db").write_bytes(
            spoiled[: random.randrange(len(spoiled))] if random.random() < 0.2 else spoiled
        )
        try:
            restore(folder / "spoiled.db", standing, lambda _: keyring())
        except (UnsoundFile, KeyFailure):
            refused += 1
            assert {path.name: path.read_bytes() for path in standing.parent.iterdir()} == before, seed
        except Exception as error:
            raise AssertionError(f"{seed}: {error!r}") from error
        else:  # what SQLite cannot tell, it does not: the text of a note with another byte in it
            with sqlite3.connect(standing) as there:
                assert there.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            there.close()
            for path in standing.parent.iterdir():
                path.unlink()
            for name, content in before.items():
                (standing.parent / name).write_bytes(content)
    assert refused > len(seeds) / 3


@pytest.mark.parametrize("revision", [HEAD, "0003"])
def test_any_backup_is_restored_or_refused_and_the_standing_database_stays(tmp_path: Path, revision: str) -> None:
    spoil_the_backup(tmp_path, revision, range(20))


@pytest.mark.long
@pytest.mark.parametrize("revision", [HEAD, "0003"])
def test_hundreds_of_backups_are_restored_or_refused(tmp_path: Path, revision: str) -> None:
    spoil_the_backup(tmp_path, revision, range(20, 400))
