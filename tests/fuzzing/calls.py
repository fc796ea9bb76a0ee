"""Calls at random: of the scoring API, and of every route that authorisation.yaml names, by whoever may and may not."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any

from fastapi import FastAPI
from lxml import html

from app import assessments, saving
from app.accounts import signed_in
from app.authorisation import VISITOR, matrix
from app.links import make_link
from app.plans import save_plan
from app.reviews import begin_review
from app.saving import Change
from app.started_about import StartedAbout
from scoring.questionnaire import NOT_APPLICABLE, PREFER_NOT_TO_SAY, UNANSWERED, UNKNOWN, Questionnaire
from scoring.result import Include
from tests import people
from tests.fuzzing import mutations
from tests.fuzzing.caller import Call, Caller
from tests.test_assessments import ALL

ABOUT = StartedAbout(organisation="Harbour Office", scope_kind="post", scope_words="small harbour", alone=True)
FORM = (b"content-type", b"application/x-www-form-urlencoded")
JSON = (b"content-type", b"application/json")
ROLES = (VISITOR, "guest", "respondent", "manager", "manager", "manager", "reviewer", "administrator")

# Each of these takes as long as a hundred others: a hash of argon2, a PDF, a search for the cheapest way.
SLOW = ("POST /sign-in", "POST /account/password", "POST /links/{token}")
MORE = ("/organisation/keys", "/organisation/sharing", "/organisation/retention", "/account/second-factor")
PROGRAM = "program"
HASTE = 0.15  # the share of them that is called all the same


def body(random: Random, asked: Questionnaire, *, what_if: bool = False) -> dict[str, Any]:
    """A body that holds, with every kind of answer."""
    answers: dict[str, Any] = {}
    for question in asked.questions:
        options = [*question.level_of, UNKNOWN, PREFER_NOT_TO_SAY, UNANSWERED]
        option = random.choice(options + [NOT_APPLICABLE] * question.not_applicable)
        if option in (NOT_APPLICABLE, question.needs_note) or random.random() < 0.2:
            answers[question.id] = {"option": option, "note": "Log of May, registry"}
        elif random.random() < 0.9:
            answers[question.id] = option
    made: dict[str, Any] = {"questionnaire": asked.id, "answers": answers}
    made["profile"] = {fact.id: random.random() < 0.5 for fact in asked.profile if random.random() < 0.8}
    if random.random() < 0.5:
        made["version"] = asked.version
    if random.random() < 0.3:
        raised = random.choice(asked.scenarios)
        made["impacts"] = {raised.id: {"value": random.choice((4, 5)), "reason": "Two died here."}}
    if what_if:
        known = [recommendation.id for recommendation in asked.recommendations]
        made["actions"] = random.sample(known, random.randrange(min(4, len(known) + 1)))
        if random.random() < 0.3:
            made["target"] = random.choice(asked.risk_model.bands).id
    else:
        parts = list(Include.__args__)  # type: ignore[attr-defined]
        made["include"] = random.sample(parts, random.choice((0, 0, 1, 2)))
        made["about"] = {"organisation": "Harbour Office", "scope": "one post"}
    return made


def scoring_call(random: Random, questionnaires: list[Questionnaire]) -> Call:
    """A call of an endpoint that scores: one in eight holds."""
    asked, what_if = random.choice(questionnaires), random.random() < 0.3
    good = body(random, asked, what_if=what_if)
    sent = good if random.random() < 0.12 else mutations.spoiled(random, good, random.choice((1, 1, 1, 2, 5)))
    if random.random() < 0.05:
        sent = mutations.value(random, 5)
    headers = mutations.headers(random, JSON) if random.random() < 0.2 else (JSON,)
    target = "/api/v1/what-if" if what_if else "/api/v1/score"
    if random.random() < 0.05:
        target += mutations.query(random)
    return Call("POST", target, headers, mutations.written(random, sent))


@dataclass
class House:
    """Two organisations with people and assessments, and what stands in the forms that they are shown."""

    app: FastAPI
    caller: Caller
    tokens: dict[str, str] = field(default_factory=dict)
    marks: dict[str, str] = field(default_factory=dict)  # by role, what its forms carry
    known: dict[str, list[str]] = field(default_factory=dict)  # by parameter of a path, values that are there
    forms: dict[str, dict[str, str]] = field(default_factory=dict)  # by the address that they are sent to, their fields
    whose: dict[str, str] = field(default_factory=dict)  # by the same, the role that they were shown to
    founded: int = 0

    def __post_init__(self) -> None:
        self.found()

    def found(self) -> None:
        """Found both organisations, with whoever and whatever belongs to them."""
        self.founded += 1
        database, keyring = self.app.state.database, self.app.state.keyring
        catalogue = self.app.state.catalogue
        self.tokens = {"administrator": people.administrator(database)}
        names, plans, accounts, organisations = [], [], ["nobody"], []
        for whose in ("own", "other"):
            organisation = people.organisation(database, keyring, whose)
            organisations.append(organisation)
            for role in ("respondent", "manager", "reviewer"):
                name = f"{role.title()}{self.founded} {whose}"
                token = people.member(database, keyring, organisation, role, name)
                self.tokens.setdefault(role, token)
                accounts.append(people.reader_of(database, keyring, token).account)
                if role == "manager":
                    reader = people.reader_of(database, keyring, token)
            for state in ("draft", "draft", "submitted", "under_review"):
                with database.transaction(write=True) as session:
                    names.append(saving.start(session, reader, catalogue, "small", ABOUT))
                with database.transaction(write=True) as session:
                    opened = assessments.opened(session, reader, catalogue, names[-1])
                    saving.save_profile(session, reader, opened, {"runs_houses": True}, 0)
                    changes = [Change(question, *answer, 0) for question, answer in ALL.items()]
                    saving.save_answers(session, reader, opened, changes)
                    plans.append(save_plan(session, reader, opened, "A plan", ["draw_rosters"]))
                if state != "draft":
                    with database.transaction(write=True) as session:
                        opened = assessments.opened(session, reader, catalogue, names[-1])
                        saving.submit(session, reader, opened, True)
                if state == "under_review":
                    auditor = people.member(database, keyring, organisation, "reviewer", f"Rita{self.founded} {whose}")
                    auditor_reader = people.reader_of(database, keyring, auditor)
                    with database.transaction(write=True) as session:
                        opened = assessments.opened(session, auditor_reader, catalogue, names[-1])
                        begin_review(session, auditor_reader, opened)
        with database.transaction(write=True) as session:
            links = [
                make_link(session, "invitation", organisation=organisations[0], role="respondent") for _ in range(3)
            ]
        self.known = {
            "agency_id": ["small", "unfinished", "border_guard"],
            "questionnaire_id": ["small", "unfinished"],
            "assessment_id": names,
            "section_id": ["work", "houses"],
            "plan_id": plans,
            "token": links,
            "account_id": accounts,
            "organisation_id": organisations,
            "recommendation_id": ["draw_rosters", "hide_houses", "look_into_names"],
            "page": ["sections/work", "check", "about", "profile"],
            "path": ["plumbline.css", "report.css"],
        }
        self.forms = {}
        owner = people.reader_of(database, keyring, self.tokens["manager"])
        self.tokens[PROGRAM] = people.program(database, keyring, owner)
        self.marks = {
            role: people.csrf_of(database, keyring, token) for role, token in self.tokens.items() if role != PROGRAM
        }
        for page in ("/", "/sign-in", "/account", "/organisation", *MORE, f"/links/{links[0]}", *self._pages(names)):
            self.gather(page, "manager")
        self.gather("/service", "administrator")
        for name in names[2:4]:
            for page in ("review", "review/sections/work", "review/sections/houses"):
                self.gather(f"/assessments/{name}/{page}", "reviewer")
        for name in self.known["recommendation_id"]:
            self.gather(f"/assessments/{names[2]}/actions/{name}", "manager")
        self.gather("/agencies/small/draft", VISITOR)
        for _ in range(3):  # a draft is on pages alone, each of which is the answer to a form
            for address in [address for address in self.forms if address.startswith("/draft")]:
                if "pdf" not in address and "json" not in address and "file" not in address:
                    sent = mutations.written_form(self.forms[address])
                    self.keep(self.caller.reply(Call("POST", address, (FORM,), sent)).body, VISITOR)

    def _pages(self, names: list[str]) -> Iterator[str]:
        yield from ("/agencies/small/start", "/agencies/small/start/about")
        for name in names[:3]:
            for page in (
                "",
                "/sections/work",
                "/sections/houses",
                "/profile",
                "/check",
                "/delete",
                "/impacts",
                "/what-if?do.draw_rosters=yes",
            ):
                yield f"/assessments/{name}{page}"

    def cookie(self, role: str) -> tuple[tuple[bytes, bytes], ...]:
        token = self.tokens.get(role)
        if role == PROGRAM:
            return ((b"authorization", f"Bearer {token}".encode()),)
        return ((b"cookie", f"{people.COOKIE}={token}".encode()),) if token else ()

    def gather(self, page: str, role: str) -> None:
        """Fetch a page and keep its forms."""
        self.keep(self.caller.reply(Call("GET", page, self.cookie(role))).body, role)

    def keep(self, page: bytes, role: str) -> None:
        """Keep the fields of every form on a page, by the address that it is sent to, and whose it was."""
        if not page.startswith(b"<!doctype html>"):
            return
        for sent in html.fromstring(page.decode()).iter("form"):
            addresses = [sent.get("action", "")] if sent.get("method") == "post" else []
            for address in (*addresses, *sent.xpath(".//button/@formaction")):
                where = address.partition("?")[0].partition("#")[0]
                self.forms[where], self.whose[where] = _fields(sent), role

    def is_standing(self) -> bool:
        """Whether the manager still is one and has a draft: some of what is sent ends that."""
        with self.app.state.database.transaction(write=False) as session:
            signed = signed_in(session, self.app.state.keyring, self.tokens["manager"])
            if signed is None or signed.reader is None or "manager" not in signed.roles:
                return False
            return sum(one.state == "draft" for one in assessments.listed(session, signed.reader)) > 1

    def send(self, random: Random) -> bool:
        """Make a call of any route; whether one was made. A form that was taken is read again, as it is now."""
        call = self.call(random)
        if call is None:
            return False
        reply = self.caller.reply(call)
        if reply.status == 303 and call.method == "POST" and call.target.startswith("/assessments/"):
            page = call.target.partition("?")[0]
            self.gather(page, self.whose.get(page, "manager"))
        return True

    def call(self, random: Random) -> Call | None:
        """A call of any route; None where the draw fell on one that is slow, and is to be left out this time."""
        name = random.choice(self._names(random))
        if (name in SLOW or "pdf" in name) and random.random() > HASTE:
            return None
        method, path = name.split(" ", 1)
        role = random.choice(ROLES)
        if path.startswith("/api/v1/assessments") and random.random() < 0.8:
            role = PROGRAM
        target = re.sub(
            r"{(\w+)(?::\w+)?}", lambda found: mutations.segment(random, self.known.get(found[1], ())), path
        )
        own = [address for address in self.forms if matches(path, address)]
        if own and random.random() < 0.7:
            target = random.choice(own)
            role = self.whose[target] if random.random() < 0.7 else role
        if random.random() < 0.03:
            target = "/" + "/".join(mutations.segment(random, ("assessments", "api", "v1")) for _ in range(3))
        if random.random() < 0.02:
            method = random.choice(
                ("PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "HEAD", "POST", "GET", "CONNECT", "x" * 50)
            )
        headers = self.cookie(role)
        sent = b""
        if method == "POST":
            fields = self._filled(random, role, target)
            if target.startswith("/draft") and random.random() < 0.6:
                kind, sent = mutations.multipart(random, fields)
                headers = (*headers, (b"content-type", kind))
            else:
                headers, sent = (*headers, FORM), mutations.form(random, fields)
        if random.random() < 0.25:
            headers = mutations.headers(random, *headers)
        if random.random() < 0.3 or method != "POST":
            target += mutations.query(random)
        address = random.choice(("198.51.100.7", "2001:db8::1", "", f"198.51.100.{random.randrange(256)}"))
        return Call(method, target, headers, sent, address)

    def _names(self, random: Random) -> list[str]:
        """Half of the calls are forms, and half of those of an assessment."""
        way = random.random()
        method = "POST " if way < 0.55 else "GET "
        return [
            name
            for name in matrix()
            if name.startswith(method)
            and (way > 0.3 or "/assessments" in name or "start" in name)
            and not name.startswith("POST /api/")
        ]

    def _filled(self, random: Random, role: str, target: str) -> dict[str, str]:
        fields = dict(self.forms.get(target) or random.choice(list(self.forms.values())))
        for name in fields:
            if name.startswith(("answer.", "fact.", "value.")) and random.random() < 0.2:
                fields[name] = random.choice(("evidenced", "unknown", "on_paper", "option_1", "yes", "no", "5", "0"))
        if random.random() < 0.97:
            fields["csrf"] = self.marks.get(role, "")
        for name, held in fields.items():
            if held.startswith("{") and random.random() < 0.6:  # a draft, which each page carries
                fields[name] = mutations.spoiled_json(random, held)
        if target == "/draft":
            fields["file"] = next(
                (held for fields in self.forms.values() for held in fields.values() if held[:1] == "{"), ""
            )
        if "email" in fields:
            fields |= {"email": f"somebody{random.randrange(10**6)}@example.org", "password": "correct horse battery"}
        return fields


def matches(path: str, address: str) -> bool:
    """Whether an address is one of a route’s."""
    return re.fullmatch(re.sub(r"{[\w:]+}", "[^/]+", path), address) is not None


def _fields(sent: html.HtmlElement) -> dict[str, str]:
    """What a browser would send of a form, with something in each of its fields."""
    fields = {}
    for one in sent.xpath(".//input[@name] | .//textarea[@name] | .//select[@name] | .//button[@name]"):
        kind, name = one.get("type", one.tag), one.get("name")
        if kind in ("radio", "checkbox"):
            if one.get("checked") is not None or name not in fields:  # the first, where none is marked
                fields[name] = one.get("value", "on")
        elif kind == "select":
            fields[name] = one.xpath("string(.//option[last()]/@value)")
        elif kind != "submit":
            usual = "3" if one.get("inputmode") == "numeric" else "Something"
            fields[name] = one.text or one.get("value") or usual
    return fields
