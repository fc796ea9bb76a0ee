"""What the service never does: run text as a program, unpack objects from outside, call out, draw guessable lots, or
take a weak method or a local time.

Read from the source of `app` and `scoring`, so that whoever adds such a thing has to come by here and say why.
"""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
FILES = sorted([*(ROOT / "app").rglob("*.py"), *(ROOT / "scoring").rglob("*.py")])
RUNS_TEXT = {"eval", "exec", "compile", "__import__", "input", "breakpoint"}
UNPACKS = {"pickle", "marshal", "shelve", "dill", "jsonpickle", "xml", "xmlrpc", "lxml", "xmltodict"}
CALLS_OUT = {
    "httpx",
    "requests",
    "urllib3",
    "aiohttp",
    "ftplib",
    "smtplib",
    "telnetlib",
    "socket",
    "urllib.request",
    "http.client",
}
GUESSED = {"random", "uuid"}
STARTS = {
    "subprocess": {"app/reports/pdf.py"}
}  # Typst, apart from the process that has the keys: no text in its arguments


@cache
def nodes() -> tuple[tuple[str, ast.AST], ...]:
    trees = ((str(path.relative_to(ROOT)), ast.parse(path.read_text(encoding="utf-8"))) for path in FILES)
    return tuple((path, node) for path, tree in trees for node in ast.walk(tree))


def imported() -> Iterator[tuple[str, str]]:
    """Every module that is imported, by file."""
    for path, node in nodes():
        if isinstance(node, ast.Import):
            yield from ((path, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield path, node.module
            yield from ((path, f"{node.module}.{alias.name}") for alias in node.names)


def users_of(modules: set[str]) -> set[tuple[str, str]]:
    return {(path, name) for path, name in imported() if name in modules or name.partition(".")[0] in modules}


def test_there_is_source_to_look_at() -> None:
    assert len(FILES) > 100
    assert ("app/reports/pdf.py", "subprocess") in set(imported())


def test_no_text_is_run_as_a_program() -> None:
    called = {(path, n.func.id) for path, n in nodes() if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)}
    assert not [(path, name) for path, name in called if name in RUNS_TEXT]


def test_no_object_and_no_xml_is_unpacked() -> None:
    assert users_of(UNPACKS) == set()


def test_yaml_is_read_by_the_loader_that_makes_plain_values_alone() -> None:
    loaders = [
        ast.unparse(keyword.value)
        for _, node in nodes()
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("yaml.load", "yaml.compose")
        for keyword in node.keywords
        if keyword.arg == "Loader"
    ]
    assert loaders and set(loaders) <= {"_Loader", "yaml.CSafeLoader", "yaml.SafeLoader"}


def test_the_service_calls_nobody_but_the_provider_and_the_mail_server_of_its_settings() -> None:
    assert users_of(CALLS_OUT) == {("app/provider.py", "httpx"), ("app/mail.py", "smtplib")}


def test_nothing_secret_is_drawn_from_lots_that_can_be_guessed() -> None:
    waits = {("app/again.py", "random")}  # how long until a transaction is tried again
    assert users_of(GUESSED) == waits
    assert users_of({"secrets"})


def test_only_methods_that_are_not_weak_encrypt_and_digest() -> None:
    """Passwords are hashed by argon2id (tests/test_passwords.py); codes of apps are HMAC-SHA-1 (RFC 6238)."""
    taken = {name for path, name in imported() if name.startswith("cryptography.")}
    assert taken == {
        "cryptography.exceptions",
        "cryptography.exceptions.InvalidTag",
        "cryptography.hazmat.primitives.ciphers.aead",
        "cryptography.hazmat.primitives.ciphers.aead.AESGCM",
    }
    assert not users_of({"Crypto", "Cryptodome", "nacl", "crypt"})
    assert not [name for _, name in imported() if name.startswith("hashlib.")]  # each is called by its module’s name
    called = {n.attr for _, n in nodes() if isinstance(n, ast.Attribute) and ast.unparse(n.value) == "hashlib"}
    assert called == {"sha256", "blake2s"}
    macs = [n.args[2] for _, n in nodes() if isinstance(n, ast.Call) and ast.unparse(n.func) == "hmac.digest"]
    assert macs and {ast.unparse(method) for method in macs} == {"'sha256'"}


def test_every_moment_is_taken_in_utc() -> None:
    calls = [(path, n) for path, n in nodes() if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute)]
    moments = [(path, n) for path, n in calls if n.func.attr in ("now", "today", "utcnow", "fromtimestamp")]
    assert len(moments) > 10
    local = [f"{path}:{n.lineno}" for path, n in moments if ast.unparse(n).rpartition(".")[2] != "now(UTC)"]
    assert local == []


def test_no_shell_is_started_and_programs_in_one_place_alone() -> None:
    assert {path for path, _ in users_of({"subprocess"})} == STARTS["subprocess"]
    shells = [path for path, n in nodes() if isinstance(n, ast.keyword) and n.arg == "shell"]
    system = [
        path for path, n in nodes() if isinstance(n, ast.Attribute) and n.attr in ("system", "popen", "spawnv", "execv")
    ]
    assert shells == system == []


def test_no_statement_for_the_database_is_put_together_from_text_of_others() -> None:
    """Values go by parameters. Names do not, and pragmas take none: where they are put in they are our own."""
    own = {"app/database_file.py"}
    takers = ("text", "execute", "exec_driver_sql", "executescript")
    for path, node in nodes():
        if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in takers:
            put_together = [part for part in node.args[:1] if isinstance(part, ast.JoinedStr | ast.BinOp)]
            assert not put_together or path in own or path.startswith("app/migrations/"), f"{path}:{node.lineno}"
