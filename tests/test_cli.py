"""The command line does what the README says, and says what is wrong."""

import json
from pathlib import Path

import pytest
from sqlalchemy import text

from app.catalogue import load_catalogue
from app.cli import main
from app.connection import BoundedHead
from app.content.schema import write_schema
from app.database import Database
from app.migrations import migrate, open_keyring
from app.reports import draw_redacted, report_json
from app.retention import keep_for
from app.saving import start
from app.settings import Settings
from scoring.redacted import redacted
from tests import people
from tests.reports.samples import sample_report
from tests.serving import small
from tests.test_assessments import ABOUT
from tests.tiny import edit

BODY = {"questionnaire": "tiny", "answers": {"booth_pairs": "on_paper"}, "include": []}


@pytest.fixture
def folder(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PLUMBLINE_QUESTIONNAIRES", str(tiny))
    write_schema(tiny)
    return tiny


@pytest.fixture
def body(tmp_path: Path) -> Path:
    path = tmp_path / "answers.json"
    path.write_text(json.dumps(BODY), encoding="utf-8")
    return path


def test_check_counts_what_it_read(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check"]) == 0
    assert capsys.readouterr().out == (
        "No fault. agencies: 1, questions: 7, scenarios: 2, recommendations: 5, claims: 1, releases: 0\n"
    )


def test_check_prints_every_fault_and_fails(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    line = edit(folder, "agencies/tiny.yaml", "kind: signal", "kind: sign")
    assert main(["check"]) == 1
    assert f"tiny.yaml:{line}: sections.0.questions.3.kind:" in capsys.readouterr().err


def test_check_notices_a_stale_schema(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "schema.json").write_text("{}", encoding="utf-8")
    assert main(["check"]) == 1
    assert "Run `plumbline schema`." in capsys.readouterr().err
    assert main(["schema"]) == 0
    assert main(["check"]) == 0


def test_release_refuses_what_is_not_complete(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["release", "tiny"]) == 1
    assert "A release has 24 to 45." in capsys.readouterr().err
    assert not list(folder.glob("released/*/*"))


def test_release_of_an_unknown_agency_names_the_known_ones(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["release", "large"]) == 1
    assert "There is no agency “large”; there are tiny." in capsys.readouterr().err


def test_score_gives_what_the_api_gives(folder: Path, body: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["score", str(body)]) == 0
    reply = json.loads(capsys.readouterr().out)
    assert reply["questionnaire"]["version"] == "1.0.0-draft"
    assert reply["completeness"]["answered"] == 1
    assert "recommendations" not in reply


def test_score_names_each_problem_with_its_pointer(
    folder: Path, body: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    body.write_text(json.dumps(BODY | {"answers": {"booth_pairs": "evidenced", "nothing": "x"}}), encoding="utf-8")
    assert main(["score", str(body)]) == 1
    said = capsys.readouterr().err
    assert "/answers/booth_pairs/note: The top level needs a note." in said
    assert "/answers/nothing: This questionnaire has no question “nothing”." in said


def test_a_missing_file_is_told_in_one_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["score", "nowhere.json"]) == 1
    assert capsys.readouterr().err.startswith("plumbline: ")


@pytest.mark.parametrize("kind", ["pdf", "json", "html"])
def test_report_writes_each_format(folder: Path, body: Path, tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"report.{kind}"
    assert main(["report", str(body), "-o", str(path)]) == 0
    begins = {"pdf": b"%PDF-", "json": b"{", "html": b"<!doctype html>"}[kind]
    assert path.read_bytes().lower().startswith(begins.lower())


@pytest.mark.parametrize("kind", ["pdf", "json"])
def test_a_report_verifies_and_an_edited_one_does_not(
    folder: Path, body: Path, tmp_path: Path, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / f"report.{kind}"
    assert main(["report", str(body), "-o", str(path)]) == 0
    assert main(["verify", str(path)]) == 0
    said = capsys.readouterr().out
    assert "draft" in said
    if kind == "json":
        report = json.loads(path.read_text(encoding="utf-8"))
        report["result"]["overall"]["score"] -= 0.001
        path.write_text(json.dumps(report), encoding="utf-8")
        assert main(["verify", str(path)]) == 1
        assert "/result/overall/score" in capsys.readouterr().out


def test_another_format_is_refused_as_a_wrong_call(folder: Path, body: Path, tmp_path: Path) -> None:
    assert main(["report", str(body), "-o", str(tmp_path / "report.doc")]) == 2


def test_the_annex_on_an_instrument_is_written_in_both_formats(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PLUMBLINE_QUESTIONNAIRES", "questionnaires")
    for name in ("annex.md", "annex.pdf"):
        assert main(["audit-instrument", "parliament", "-o", str(tmp_path / name)]) == 0
    text = (tmp_path / "annex.md").read_text(encoding="utf-8")
    assert all(line in text for line in ("Effective weights", "in each band", "Sobol indices", "ladder of safeguards"))
    assert (tmp_path / "annex.pdf").read_bytes().startswith(b"%PDF-")
    assert main(["audit-instrument", "nowhere", "-o", str(tmp_path / "annex.md")]) == 1
    assert "nowhere" in capsys.readouterr().err


def test_the_annex_says_what_it_needs(
    folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert main(["audit-instrument", "tiny", "-o", str(tmp_path / "annex.md")]) == 2
    assert "pip install scipy" in capsys.readouterr().err


def test_keys_are_changed_and_trails_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    url = f"sqlite:///{tmp_path / 'plumbline.db'}"
    monkeypatch.setenv("PLUMBLINE_DATABASE_URL", url)
    keys, database = tmp_path / "plumbline.key", Database(url)
    keyring = open_keyring(Settings(), database)
    migrate(database, keyring)
    people.member(database, keyring, people.organisation(database, keyring))
    assert main(["verify-log"]) == 0
    assert "1 chains, 2 entries, 0 faults." in capsys.readouterr().out
    first = keys.read_text()
    assert main(["rotate-keys"]) == 0 and keys.read_text() == first
    assert main(["rotate-keys", "--go-on"]) == 0
    assert main(["rotate-keys", "--master"]) == 0
    assert keys.read_text().endswith(first) and len(keys.read_text().splitlines()) == 2
    people.organisation(database, keyring, "Made by a server that has the old key still")
    assert main(["rotate-keys", "--drop-old"]) == 0
    assert len(keys.read_text().splitlines()) == 1 and first not in keys.read_text()
    assert main(["verify-log"]) == 0
    with database.transaction(write=True) as session:
        session.connection().execute(text("UPDATE trail_entry SET account = 'somebody'"))
    capsys.readouterr()
    assert main(["verify-log"]) == 1
    assert "it was changed after it had been written" in capsys.readouterr().err
    database.close()


def test_redact_draws_what_may_be_shown_and_verify_says_that_it_cannot_be_recomputed(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report, drawn = tmp_path / "report.json", tmp_path / "redacted.pdf"
    report.write_bytes(report_json(sample_report()))
    assert main(["redact", str(report), "-o", str(drawn), "--scope", "post", "--without-name"]) == 0
    assert drawn.read_bytes() == draw_redacted(redacted(sample_report(), scope="post", named=False))
    assert main(["verify", str(drawn)]) == 1
    assert "This is a redacted report: it holds no answers" in capsys.readouterr().err


def test_redact_refuses_what_does_not_hold_what_is_a_draft_and_another_format(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report, drawn = tmp_path / "report.json", tmp_path / "redacted.pdf"
    data = json.loads(report_json(sample_report()))
    data["result"]["overall"]["score"] = 1.0
    report.write_text(json.dumps(data), encoding="utf-8")
    assert main(["redact", str(report), "-o", str(drawn)]) == 1
    assert "The report does not hold" in capsys.readouterr().err
    report.write_bytes(report_json(sample_report(state="draft")))
    assert main(["redact", str(report), "-o", str(drawn)]) == 1
    assert "A draft is not shown outside" in capsys.readouterr().err
    assert main(["redact", str(report), "-o", str(tmp_path / "redacted.json")]) == 2
    assert not drawn.exists()


@pytest.mark.parametrize("command", ["delete-expired", "serve"])
def test_what_is_over_its_time_is_deleted_by_the_command_and_when_the_server_starts(
    command: str,
    tmp_path: Path,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("uvicorn.run", lambda *arguments, **options: None)
    url = f"sqlite:///{tmp_path / 'plumbline.db'}"
    monkeypatch.setenv("PLUMBLINE_DATABASE_URL", url)
    settings, database = Settings(), Database(url)
    keyring = open_keyring(settings, database)
    migrate(database, keyring)
    token = people.member(database, keyring, people.organisation(database, keyring))
    reader = people.reader_of(database, keyring, token)
    with database.transaction(write=True) as session:
        start(session, reader, load_catalogue([small()]), "small", ABOUT)
        keep_for(session, reader, 1)
        session.connection().execute(text("UPDATE assessment SET changed_at = '2020-01-01 00:00:00'"))
    database.close()
    assert main([command]) == 0
    assert "Assessments whose time was over, deleted: 1." in capsys.readouterr().out
    assert main([command]) == 0
    assert "deleted: 1" not in capsys.readouterr().out
    assert main(["verify-log"]) == 0
    assert capsys.readouterr().out == "1 chains, 5 entries, 0 faults.\n"


def test_the_server_says_nothing_of_what_it_runs_on_and_bounds_heads(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: dict[str, object] = {}
    monkeypatch.setenv("PLUMBLINE_DATABASE_URL", f"sqlite:///{tmp_path / 'plumbline.db'}")
    monkeypatch.setattr("uvicorn.run", lambda app, **options: started.update(options))
    assert main(["serve"]) == 0
    assert (started["server_header"], started["http"], started["host"]) == (False, BoundedHead, "127.0.0.1")
    assert not started.get("reload")


EVIL = "\x1b[2J\nTHE REPORT HOLDS.\u202e"


def test_no_word_of_a_file_commands_the_terminal_or_makes_a_line_of_its_own(
    folder: Path, body: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", str(body), "-o", str(tmp_path / "report.json")]) == 0
    data = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    data["questionnaire"]["sections"][0]["questions"][0]["only_if"] = {EVIL: "x"}
    (tmp_path / "report.json").write_text(json.dumps(data), encoding="utf-8")
    body.write_text(json.dumps(BODY | {"answers": {EVIL: "x"}}), encoding="utf-8")
    (folder / "finder.yaml").write_text(f"- {json.dumps(EVIL)}: x\n", encoding="utf-8")
    for call in (["verify", str(tmp_path / "report.json")], ["score", str(body)], ["check"], ["score", EVIL]):
        assert main(call) == 1
        said = capsys.readouterr().err
        assert "THE REPORT HOLDS" in said
        for line in said.rstrip("\n").split("\n"):
            assert line.isprintable() and not line.startswith("THE REPORT"), call
