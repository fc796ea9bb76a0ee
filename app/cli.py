"""The command `plumbline`: serve, demo, check, release, score, report, redact, verify, verify-log, delete-expired,
rotate-keys, backup, restore, schema, audit-instrument.

Exit status: 0 it holds or is done, 1 the data or the report do not hold, 2 the call is wrong.
"""

import argparse
import gc
import importlib.util
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError
from pydantic_settings import SettingsError

from app.errors import ContentError, NotFound, PlumblineError, printable
from app.settings import Settings, wrong_settings
from scoring.errors import InvalidAnswers, InvalidReport
from scoring.report import Report

if TYPE_CHECKING:
    from app.database import Database
    from app.keyring import Keyring
    from app.verify_log import Found


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit status."""
    parser = _parser()
    call = parser.parse_args(arguments)
    command: Callable[[argparse.Namespace, Settings], int] = call.command
    try:
        settings = Settings()
    except (ValidationError, SettingsError) as error:
        print(f"plumbline: {wrong_settings(error)}", file=sys.stderr)
        return 2
    try:
        return command(call, settings)
    except ContentError as error:
        return _refused(*map(str, error.faults), f"{len(error.faults)} faults.")
    except InvalidAnswers as error:
        return _refused(*(f"{problem.pointer}: {problem.message}" for problem in error.problems))
    except (PlumblineError, InvalidReport, OSError) as error:
        return _refused(f"plumbline: {error}")


def _refused(*lines: str) -> int:
    print(*map(printable, lines), sep="\n", file=sys.stderr)
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="plumbline", description="Corruption-risk self-assessment, scored and reported."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(run: Callable[[argparse.Namespace, Settings], int], name: str, words: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=words, description=words[0].upper() + words[1:] + ".")
        added.set_defaults(command=run)
        return added

    command(_serve, "serve", "serve the pages and the API")
    check = command(_check, "check", "check every file of questionnaires/")
    check.add_argument("--coverage", action="store_true", help="print what is covered and what is left out as well")
    release = command(_release, "release", "freeze the draft of an agency’s questionnaire under its version")
    release.add_argument("agency", help="the agency’s id, as its file is named")
    command(_schema, "schema", "write questionnaires/schema.json anew")
    score = command(_score, "score", "score an answer set, the same body that POST /api/v1/score takes")
    score.add_argument("file", type=Path, help="a JSON file, or - for standard input")
    report = command(_report, "report", "draw the report of an answer set")
    report.add_argument("file", type=Path, help="a JSON file, or - for standard input")
    report.add_argument("-o", "--output", type=Path, required=True, help="where to: .pdf, .json or .html")
    redact = command(_redact, "redact", "draw what of a report may be shown outside")
    redact.add_argument("file", type=Path, help="a report, .pdf or .json")
    redact.add_argument("-o", "--output", type=Path, required=True, help="where to: .pdf")
    redact.add_argument("--scope", choices=("post", "region", "service"), help="what the report is about, in a word")
    redact.add_argument("--without-name", action="store_true", help="leave the organisation’s name out")
    verify = command(_verify, "verify", "recompute every figure of a report")
    verify.add_argument("file", type=Path, help="a report, .pdf or .json")
    command(_demo, "demo", "serve sample organisations with finished assessments, from a database of their own")
    log = command(_verify_log, "verify-log", "follow every trail and find any gap or edit")
    log.add_argument("--ends", type=Path, metavar="FILE", help="keep where the trails end, to be put elsewhere")
    log.add_argument("--against", type=Path, metavar="FILE", help="ends that were kept: what was put back since shows")
    command(_delete_expired, "delete-expired", "delete for good the assessments whose time is over")
    rotate = command(_rotate_keys, "rotate-keys", "new keys for organisations, and everything encrypted anew")
    which = rotate.add_mutually_exclusive_group()
    which.add_argument("--master", action="store_true", help="a new master key in the key file instead")
    which.add_argument("--drop-old", action="store_true", help="take older master keys out, once servers are restarted")
    which.add_argument("--go-on", action="store_true", help="no new keys: finish what was interrupted")
    backup = command(_backup, "backup", "copy the database to a file, also while the server runs")
    backup.add_argument("file", type=Path, help="where to; a file that exists is not written over")
    backup.add_argument("--replace", action="store_true", help="write over it all the same")
    restore = command(_restore, "restore", "put a backup in the place of the database, once the server is stopped")
    restore.add_argument("file", type=Path, help="a file that `plumbline backup` wrote")
    audit = command(_audit, "audit-instrument", "write the methodological annex on how questionnaires behave")
    audit.add_argument("agency", nargs="*", help="the agencies’ ids; all unless given")
    audit.add_argument("-o", "--output", type=Path, required=True, help="where to: .md or .pdf")
    return parser


def _serve(call: argparse.Namespace, settings: Settings) -> int:
    gc.disable()  # what is imported stays; looking through it again and again would slow the start
    from app.mail import mailer_of
    from app.provider import provider_of
    from app.server import serve

    _ = provider_of(settings), mailer_of(settings)  # what is set wrong is said here, and not by the server
    gc.freeze()
    gc.enable()
    print(f"Plumbline is served on {settings.address} (Ctrl+C stops it).", flush=True)
    if count := _expired(settings):
        print(f"Assessments whose time was over, deleted: {count}.", flush=True)
    if token := _first_link(settings):
        print(f"Nobody administers it yet. Open this once, within a day: {settings.address}/links/{token}", flush=True)
    serve(settings)
    return 0


def _demo(call: argparse.Namespace, settings: Settings) -> int:
    from app.catalogue import open_catalogue
    from app.demo import EMAIL, REVIEWER, furnish

    database = Path("var/demo.db")
    for ending in ("", "-wal", "-shm"):
        database.with_name(database.name + ending).unlink(missing_ok=True)
    database.with_suffix(".key").unlink(missing_ok=True)
    settings = settings.model_copy(update={"database_url": f"sqlite:///{database}", "key_file": None, "workers": 1})
    with _opened(settings) as (opened, keyring):
        catalogue = open_catalogue(settings.questionnaires, settings.drafts)
        password = furnish(opened, keyring, catalogue, settings.questionnaires)
    print(f"Sign in as {EMAIL} or as {REVIEWER}, with {password}.", flush=True)
    print("Everything in it is invented, and made anew each time.", flush=True)
    return _serve(call, settings)


def _first_link(settings: Settings) -> str | None:
    """The token of a link to the first account; None where somebody administers the service."""
    from app.accounts import has_administrator
    from app.links import make_link

    with _opened(settings) as (database, _), database.transaction(write=True) as session:
        return None if has_administrator(session) else make_link(session, "first")


def _expired(settings: Settings) -> int:
    from app.retention import delete_expired

    with _opened(settings) as (database, keyring):
        return delete_expired(database, keyring)


def _delete_expired(call: argparse.Namespace, settings: Settings) -> int:
    print(f"Assessments whose time was over, deleted: {_expired(settings)}.")
    return 0


@contextmanager
def _opened(settings: Settings) -> Iterator[tuple["Database", "Keyring"]]:
    """The database with its tables up to date, and the keys."""
    from app.database import Database
    from app.migrations import migrate, open_keyring

    database = Database(settings.database)
    try:
        keyring = open_keyring(settings, database)
        migrate(database, keyring)
        yield database, keyring
    finally:
        database.close()


def _verify_log(call: argparse.Namespace, settings: Settings) -> int:
    from app.verify_log import read_ends, verify_log, write_ends

    earlier = read_ends(call.against) if call.against else None
    with _opened(settings) as (database, keyring):
        found = verify_log(database, keyring, earlier)
    if call.ends:
        write_ends(found.ends, call.ends)
    return _told(found)


def _told(found: "Found") -> int:
    for fault in found.breaks:
        where = f", entry {fault.number}" if fault.number else ""
        print(f"{fault.chain}{where}: {fault.what}", file=sys.stderr)
    print(f"{len(found.ends)} chains, {found.entries} entries, {len(found.breaks)} faults.")
    return 1 if found.breaks else 0


def _rotate_keys(call: argparse.Namespace, settings: Settings) -> int:
    from app.keyring import Keyring, encrypt_anew, wrap_anew
    from app.keys import write_master_keys
    from app.rotation import new_organisation_keys

    with _opened(settings) as (database, keyring):
        if call.go_on:
            print(f"{encrypt_anew(database, keyring)} texts encrypted anew.")
            return 0
        if call.master:
            # The new key stands in the file before anything is wrapped with it, and the old one until no server, which
            # may go on wrapping and signing with it, can be left.
            masters = keyring.masters.with_new()
            write_master_keys(settings.keys_at, masters)
            print(f"{wrap_anew(database, masters)} keys and seals made anew.")
            print("Restart every server, which works with the old key still; then: plumbline rotate-keys --drop-old")
            return 0
        if call.drop_old:
            print(f"{wrap_anew(database, keyring.masters)} keys and seals made anew since.")
            write_master_keys(settings.keys_at, keyring.masters.without_old())
            print("The key file holds the new key alone. Keep a copy away from the database; backups need the old one.")
            return 0
        print(f"{new_organisation_keys(database, Keyring(keyring.masters))} texts encrypted anew.")
    return 0


def _check(call: argparse.Namespace, settings: Settings) -> int:
    from app.catalogue import read_releases
    from app.content.checks import check
    from app.content.schema import schema_faults
    from app.content.sources import read_sources

    sources = read_sources(settings.questionnaires)
    releases = read_releases(settings.questionnaires)
    if faults := [*check(sources, releases), *schema_faults(settings.questionnaires)]:
        raise ContentError(faults)
    questions = sum(len(section.questions) for agency in sources.agencies.values() for section in agency.sections)
    counts = {
        "agencies": len(sources.agencies),
        "questions": questions,
        "scenarios": len(sources.scenarios),
        "recommendations": len(sources.recommendations),
        "claims": len(sources.claims),
        "releases": len(releases),
    }
    if call.coverage:
        from app.content.coverage import coverage

        print(coverage(sources), end="\n\n")
    print("No fault. " + ", ".join(f"{noun}: {count}" for noun, count in counts.items()))
    return 0


def _release(call: argparse.Namespace, settings: Settings) -> int:
    from app.catalogue import read_releases, write_release
    from app.content.checks import check, release_faults
    from app.content.resolution import resolve
    from app.content.sources import read_sources

    sources = read_sources(settings.questionnaires)
    if call.agency not in sources.agencies:
        raise NotFound(f"There is no agency “{call.agency}”; there are {', '.join(sources.agencies)}.")
    if faults := check(sources, read_releases(settings.questionnaires)):
        raise ContentError(faults)
    draft = resolve(sources, call.agency)
    if faults := release_faults(sources, draft):
        raise ContentError(faults)
    print(f"Released as {write_release(settings.questionnaires, draft)}.")
    return 0


def _schema(call: argparse.Namespace, settings: Settings) -> int:
    from app.content.schema import write_schema

    print(f"Written to {write_schema(settings.questionnaires)}.")
    return 0


def _read(path: Path) -> bytes:
    return sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()


def _score(call: argparse.Namespace, settings: Settings) -> int:
    from app.answer_sets import scored
    from app.catalogue import open_catalogue
    from app.score_body import read_score_body

    request = read_score_body(_read(call.file))
    print(scored(open_catalogue(settings.questionnaires, settings.drafts), request).model_dump_json(indent=2))
    return 0


def _report(call: argparse.Namespace, settings: Settings) -> int:
    from app.answer_sets import reported
    from app.catalogue import open_catalogue
    from app.reports import draw_html, draw_pdf, report_json
    from app.score_body import read_score_body

    drawings: dict[str, Callable[[Report], bytes | str]] = {".pdf": draw_pdf, ".json": report_json, ".html": draw_html}
    draw = drawings.get(call.output.suffix)
    if draw is None:
        print("plumbline: the output must end in .pdf, .json or .html", file=sys.stderr)
        return 2
    request = read_score_body(_read(call.file))
    drawn = draw(reported(open_catalogue(settings.questionnaires, settings.drafts), request))
    call.output.write_bytes(drawn if isinstance(drawn, bytes) else drawn.encode())
    print(f"Written to {call.output}.")
    return 0


def _redact(call: argparse.Namespace, settings: Settings) -> int:
    from app.reports import draw_redacted
    from app.reports.read import attached_data, is_pdf
    from scoring.redacted import redacted
    from scoring.report import differences, read_report

    if call.output.suffix != ".pdf":
        print("plumbline: the output must end in .pdf", file=sys.stderr)
        return 2
    data = call.file.read_bytes()
    report, stated = read_report(attached_data(data) if is_pdf(data) else data)
    if differences(report, stated):
        print("plumbline: The report does not hold; `plumbline verify` says where.", file=sys.stderr)
        return 1
    call.output.write_bytes(draw_redacted(redacted(report, scope=call.scope, named=not call.without_name)))
    print(f"Written to {call.output}.")
    return 0


def _verify(call: argparse.Namespace, settings: Settings) -> int:
    from app.catalogue import open_catalogue
    from app.verification import verify

    verification = verify(call.file.read_bytes(), open_catalogue(settings.questionnaires, settings.drafts))
    print(verification.words)
    return 0 if verification.holds else 1


def _audit(call: argparse.Namespace, settings: Settings) -> int:
    if importlib.util.find_spec("scipy") is None:
        print("plumbline: This needs scipy: .venv/bin/pip install scipy", file=sys.stderr)
        return 2
    from app.audit import annex, write_annex
    from app.catalogue import open_catalogue

    catalogue = open_catalogue(settings.questionnaires, settings.drafts)
    write_annex(annex(catalogue, settings.questionnaires, call.agency or list(catalogue.latest)), call.output)
    print(f"Written to {call.output}.")
    return 0


def _backup(call: argparse.Namespace, settings: Settings) -> int:
    from app.backup import back_up
    from app.database_file import file_of

    database = file_of(settings.database_url)
    if database is None:
        return _not_a_file("pg_dump --format=custom --file=FILE DATABASE")
    contents = back_up(database, call.file, call.replace)
    print(f"Written to {call.file} and verified. {contents}")
    print(f"Its notes open only with {settings.keys_at}: keep a copy of that as well, somewhere else.")
    return 0


def _restore(call: argparse.Namespace, settings: Settings) -> int:
    from app.backup import restore
    from app.database_file import file_of
    from app.migrations import open_keyring
    from app.verify_log import verify_log

    database = file_of(settings.database_url)
    if database is None:
        return _not_a_file("pg_restore --clean --if-exists --exit-on-error --single-transaction --dbname=DATABASE FILE")
    restored = restore(call.file, database, lambda opened: open_keyring(settings, opened))
    print(f"Restored to {database} and verified. {restored.contents}")
    if restored.kept:
        print(f"What stood there is kept as {restored.kept}.")
    with _opened(settings) as (opened, keyring):
        return _told(verify_log(opened, keyring))


def _not_a_file(instead: str) -> int:
    print(f"plumbline: This copies SQLite’s file. With PostgreSQL use its own tool: {instead}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
