"""A server with three organisations, for tests of who may call what: somebody in each role, assessments in each state,
and an id of everything that a path can name, fresh where a call is to change it.
"""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import select, text
from sqlmodel import SQLModel

from app import assessments, saving
from app.accounts import ROLES, Reader, begin_session, digest_of, make_account
from app.authorisation import VISITOR
from app.catalogue import Catalogue
from app.database import Database
from app.links import make_link
from app.passwords import hashed
from app.plans import save_plan
from app.saving import Change
from app.sharing import make_code
from app.started_about import StartedAbout
from tests import people
from tests.serving import APPS, served
from tests.test_assessments import ALL

PROGRAM = "program"
STATES = ("draft", "submitted", "under_review", "final")
OWNERS = ("own", "other", "granted")
ABOUT = StartedAbout(organisation="Harbour Office", scope_kind="post", scope_words="small harbour", alone=True)
CALLED_FOR = ("code", "email")  # by fields of forms
PASSWORD = "four quiet lamps at noon"
_numbers = count()


class House:
    """The own organisation, one that is `granted`, which shows its results to the own one, and the `other`, which does
    not; each has an assessment in each state. A program reads with a key of the own one.
    """

    def __init__(self, client: httpx.Client, catalogue: Catalogue) -> None:
        self.client, self.catalogue, self.app = client, catalogue, APPS[str(client.base_url).rstrip("/")]
        self.database, self.keyring = self.app.state.database, self.app.state.keyring
        self.readers, self.password = {}, hashed(PASSWORD)
        for whose in OWNERS:
            organisation = people.organisation(self.database, self.keyring, whose)
            token = people.member(self.database, self.keyring, organisation, "manager", f"Manager {whose}")
            self.readers[whose] = people.reader_of(self.database, self.keyring, token)
        people.grant(self.database, self.readers["granted"], self.readers["own"].organisation)
        self.program = people.program(self.database, self.keyring, self.readers["own"])
        self.tokens = {role: self.anew(role) for role in (VISITOR, "guest", "administrator", *ROLES, PROGRAM)}
        self.ids = {(whose, state): Ids(self, whose, state) for whose in self.readers for state in STATES}
        for ids in self.ids.values():
            ids.make("assessment_id", "plan_id")
        for whose in ("own", "other"):
            self.ids[whose, "draft"].make("account_id", "digest", "key_id", "body_id", "organisation_id", *CALLED_FOR)
        self._csrf: dict[str, str] = {}

    def anew(self, role: str) -> str:
        """What somebody new in a role shows: the token of a session, nothing, or the key of all programs."""
        if role in (VISITOR, PROGRAM):
            return self.program if role == PROGRAM else ""
        if role in ROLES:
            return people.member(self.database, self.keyring, self.readers["own"].organisation, role, name_of(role))
        with self.database.transaction(write=True) as session:
            email, is_administrator = f"{next(_numbers)}@example.org", role == "administrator"
            return begin_session(session, make_account(session, email, "Ada New", "", is_administrator))

    def call(
        self, method: str, path: str, role: str, fields: Mapping[str, str] | None = None, token: str | None = None
    ) -> httpx.Response:
        """Call a route as somebody in a role; with a token, as whose it is."""
        self.client.cookies.clear()
        token = self.tokens[role] if token is None else token
        headers = {"Authorization": f"Bearer {token}"} if role == PROGRAM else {}
        if token and role != PROGRAM:
            self.client.cookies.set(people.COOKIE, token)
        if method == "GET":
            return self.client.get(path, headers=headers)
        if path.startswith("/api/"):
            return self.client.post(path, json=dict(fields or {}), headers=headers)
        return self.client.post(path, data={"csrf": self._csrf_of(token)} | dict(fields or {}), headers=headers)

    def _csrf_of(self, token: str) -> str:
        if token not in self._csrf:
            self._csrf[token] = people.csrf_of(self.database, self.keyring, token)
        return self._csrf[token]

    def does(self, statement: str, ids: Mapping[str, str]) -> Any:
        """Carry a statement out, its parameters named as in a path; the number that it finds, where it reads."""
        said = {name: ids[name] for name in re.findall(r"(?<!\w):(\w+)", statement)}
        with self.database.transaction(write=True) as session:
            done = session.connection().execute(text(statement), said)
            return done.scalar_one() if done.returns_rows else None

    def contents(self) -> dict[str, list[str]]:
        """Every row of every table, but for the failures that are counted and the last use of a key."""
        found = {}
        with self.database.transaction(write=False) as session:
            for table in SQLModel.metadata.sorted_tables:
                if table.name != "attempt":
                    columns = [column for column in table.c if column.name != "used_at"]
                    found[table.name] = sorted(map(str, session.connection().execute(select(*columns))))
        return found

    def entries(self) -> list[tuple[str, int, str]]:
        """Every trail’s entries: the chain, the number, and the action."""
        with self.database.transaction(write=False) as session:
            rows = session.connection().execute(text("SELECT chain, number, action FROM trail_entry ORDER BY 1, 2"))
            return [tuple(row) for row in rows]


class Ids(dict[str, str]):
    """What parameters of paths and fields of forms name within an organisation, made when it is first asked for.

    `own` is the organisation itself, `organisation_id` one that is nobody’s yet.
    """

    def __init__(self, house: House, whose: str, state: str = "draft", **known: str) -> None:
        self.house, self.reader, self.state = house, house.readers[whose], state
        self.database, self.keyring = house.database, house.keyring
        fixed = {"agency_id": "border_guard", "questionnaire_id": "small", "section_id": "work"}
        fixed |= {"recommendation_id": "hide_houses", "path": "plumbline.css", "page": "check", "password": PASSWORD}
        super().__init__(fixed | {"own": self.reader.organisation, "number": str(next(_numbers))} | known)

    def __missing__(self, name: str) -> str:
        """Make it."""
        made: str = getattr(self, f"_{name}")()
        return self.setdefault(name, made)

    def make(self, *names: str) -> None:
        """Make some now, which a call will name."""
        for name in names:
            assert self[name]

    def _organisation_id(self) -> str:
        return people.organisation(self.database, self.keyring, name_of("Body"))

    _body = _organisation_id

    def _account_id(self) -> str:
        token = people.member(self.database, self.keyring, self["own"], "respondent", name_of("member"))
        return people.reader_of(self.database, self.keyring, token).account

    def _email(self) -> str:
        """Of somebody who signs in with `PASSWORD`."""
        email = f"{next(_numbers)}@example.org"
        with self.database.transaction(write=True) as session:
            make_account(session, email, "Rosa New", self.house.password)
        return email

    def _token(self) -> str:
        with self.database.transaction(write=True) as session:
            return make_link(session, "invitation", self.reader.account, self["own"], "respondent")

    def _digest(self) -> str:
        return digest_of(self["token"])

    def _key_id(self) -> str:
        digest = digest_of(people.program(self.database, self.keyring, self.reader))
        with self.database.transaction(write=False) as session:
            found = session.connection().execute(text("SELECT id FROM api_key WHERE digest = :d"), {"d": digest})
            return str(found.scalar_one())

    def _body_id(self) -> str:
        people.grant(self.database, self.reader, self["body"])
        return self["body"]

    def _code(self) -> str:
        """That of a body to which nothing is shown yet."""
        manager = people.member(self.database, self.keyring, self["body"], "manager", name_of("manager"))
        with self.database.transaction(write=True) as session:
            return make_code(session, people.reader_of(self.database, self.keyring, manager))

    def _draft(self) -> str:
        """One that its holder carries along."""
        asked = self.house.catalogue.instrument("small").questionnaire
        text = {"questionnaire": asked.id, "version": asked.version, "hash": asked.hash}
        said = {"about": ABOUT.model_dump(), "profile": {"runs_houses": True}, "answers": {"passage_alone": "option_0"}}
        return json.dumps(text | said)

    def _assessment_id(self) -> str:
        return assessment_in(self.state, self.database, self.reader, self.house.catalogue)

    def _plan_id(self) -> str:
        with self.database.transaction(write=True) as session:
            opened = assessments.opened(session, self.reader, self.house.catalogue, self["assessment_id"])
            return save_plan(session, self.reader, opened, "A", ["draw_rosters"])


def assessment_in(state: str, database: Database, reader: Reader, catalogue: Catalogue) -> str:
    """A new assessment in a state, with everything answered."""
    with database.transaction(write=True) as session:
        name = saving.start(session, reader, catalogue, "small", ABOUT)
        opened = assessments.opened(session, reader, catalogue, name)
        saving.save_profile(session, reader, opened, {"runs_houses": True}, 0)
        changes = [Change(question, *answer, 0) for question, answer in ALL.items()]
        saving.save_answers(session, reader, opened, changes)
        if state != "draft":
            saving.submit(session, reader, assessments.opened(session, reader, catalogue, name), True)
        this = text("UPDATE assessment SET state = :state WHERE id = :id")
        session.connection().execute(this, {"state": state, "id": name})
    return name


def name_of(whom: str) -> str:
    """A name that nobody has yet."""
    return f"{whom.title()}{next(_numbers)} New"


@contextmanager
def house_of(catalogue: Catalogue, folder: Path) -> Iterator[House]:
    """A house, on a server of its own."""
    with (
        served(catalogue, folder) as address,
        httpx.Client(base_url=address, headers={"Origin": address}, timeout=60) as client,
    ):
        yield House(client, catalogue)
