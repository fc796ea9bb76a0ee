"""A saved section of ten answers, posted by wrk to the page that saves it, against the same rows by raw sqlite3.

Each of the 16 connections fills in an assessment of its own, half of which is answered already, and every request
changes all ten answers. Both servers are measured in turns.
"""

import statistics
import tempfile
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import quote_plus

from app.forms import fingerprint
from scoring.answers import NO_ANSWER, Answer
from tests import people
from tests.benchmarks.load import REPORT, load, server
from tests.benchmarks.save_app import prepare, questionnaire
from tests.benchmarks.table import Row

ROUNDS, SECONDS, CONNECTIONS = 5, 3, 16
NOTE = "Register of May, registry"
SHARE = 0.5  # of the requests a second of raw sqlite3


def measure() -> list[Row]:
    """Rows of the table."""
    rounds = [[_saves(factory) for factory in ("service", "raw")] for _ in range(ROUNDS)]
    share = statistics.median(ours[0] / theirs[0] for ours, theirs in rounds)
    rate, p99, cpu = ([statistics.median(pair[side][i] for pair in rounds) for side in (0, 1)] for i in (0, 1, 2))
    figure = f"{share:.2f} ({rate[0]:.0f} of {rate[1]:.0f}; p99 {p99[0]:.0f} and {p99[1]:.0f} ms)"
    return [
        Row("Saved section, share of raw sqlite3’s saves a second", figure, f"≥ {SHARE}", share >= SHARE),
        Row("… processor time of a save, and of a raw one", f"{cpu[0]:.2f} and {cpu[1]:.2f} ms", "none set", None),
    ]


def _saves(factory: str) -> tuple[float, float, float]:
    """Saves a second, their p99 in ms, and ms of the server’s processor for each."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ids, token, csrf = prepare(folder, CONNECTIONS)
        script = folder / "save.lua"
        script.write_text(save_script(ids, token, csrf), encoding="utf-8")
        with server(f"tests.benchmarks.save_app:{factory}", folder) as address:
            before = address.cpu
            rate, p99, requests = load(address, script, SECONDS, CONNECTIONS, threads=CONNECTIONS)
            return rate, p99, 1000 * (address.cpu - before) / requests


def save_script(ids: list[str], token: str, csrf: str) -> str:
    """A thread, and so a connection, for each assessment; versions rise by one with each request."""
    section = questionnaire().sections[0]
    fields = "".join(f"&answer.{q.id}=%s&note.{q.id}=%s&version.{q.id}=%d-%s" for q in section.questions)
    answers = [[Answer(option.id, NOTE) for option in question.options[1:3]] for question in section.questions]
    return (
        f"local ids = {_table(map(_quoted, ids))}\n"
        f"local note = {_quoted(quote_plus(NOTE))}\n"
        f"local empty = {_quoted(fingerprint(NO_ANSWER))}\n"
        f"local options = {_table(_table(_quoted(a.option) for a in pair) for pair in answers)}\n"
        f"local shown = {_table(_table(_quoted(fingerprint(a)) for a in pair) for pair in answers)}\n"
        f"local fields = {_quoted(f'then=list&csrf={csrf}' + fields)}\n"
        "local threads = 0\n"
        "function setup(thread) threads = threads + 1; thread:set('own', threads) end\n"
        "local version\n"
        "function init() version = own == 1 and -1 or 0 end  -- wrk takes one request of the first thread to look at\n"
        "function request()\n"
        "  local values = {}\n"
        "  for i, pair in ipairs(options) do\n"
        "    values[#values + 1] = pair[version % 2 + 1]\n"
        "    values[#values + 1] = note\n"
        "    values[#values + 1] = version\n"
        "    values[#values + 1] = version == 0 and empty or shown[i][(version - 1) % 2 + 1]\n"
        "  end\n"
        "  version = version + 1\n"
        f"  local path = '/assessments/' .. ids[own] .. '/sections/{section.id}'\n"
        "  local headers = {['Content-Type'] = 'application/x-www-form-urlencoded', "
        f"['Cookie'] = '{people.COOKIE}={token}'}}\n"
        "  return wrk.format('POST', path, headers, string.format(fields, unpack(values)))\n"
        "end\n"
    ) + REPORT


def _quoted(text: str) -> str:
    return f"'{text}'"


def _table(values: Iterable[str]) -> str:
    return f"{{{', '.join(values)}}}"


if __name__ == "__main__":
    for row in measure():
        print(row.what, "|", row.figure, "|", row.floor, "|", row.holds)
