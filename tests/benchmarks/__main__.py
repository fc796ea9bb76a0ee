"""`make bench`: every benchmark in one run, as one table; `--readme` writes it into the README as well."""

import importlib
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from tests.benchmarks.table import Row, markdown

BENCHMARKS = ("endpoint", "engine", "robustness", "save", "postgres", "pdf", "pages")
README = Path(__file__).parents[2] / "README.md"
MARK = "<!-- bench -->"


def main() -> int:
    """Run them all; exit status 1 where a figure misses its floor."""
    rows: list[Row] = []
    for name in BENCHMARKS:
        print(f"{name} …", file=sys.stderr, flush=True)
        rows += importlib.import_module(f"tests.benchmarks.bench_{name}").measure()
    table = markdown(rows)
    print(table)
    if "--readme" in sys.argv:
        text = README.read_text(encoding="utf-8")
        machine = f"{os.cpu_count()} cores shared with other work, Python {sys.version.split()[0]}"
        said = f"Last run {datetime.now(UTC):%d %B %Y}, {machine}."
        README.write_text(text[: text.index(MARK) + len(MARK)] + f"\n{table}\n\n{said}\n", encoding="utf-8")
    return int(any(row.holds is False for row in rows))


if __name__ == "__main__":
    sys.exit(main())
