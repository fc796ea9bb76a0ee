"""Calls an application in this process as the server would, without a socket, and keeps count of every answer.

httpx costs a millisecond a call, and a hundred thousand calls are made. What holds for every answer is asserted here.
"""

import asyncio
import gzip
import json
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import unquote

from fastapi import FastAPI
from starlette.routing import Match

HOST = b"127.0.0.1:8000"
JSON = ("application/json", "application/problem+json")
ALWAYS = ("content-security-policy", "x-content-type-options", "referrer-policy", "cache-control")


@dataclass(frozen=True)
class Call:
    """One request; `target` is the path with its query as it stands in the first line, ASCII."""

    method: str
    target: str
    headers: tuple[tuple[bytes, bytes], ...] = ()
    body: bytes = b""
    address: str = "198.51.100.7"

    def __str__(self) -> str:
        body = f"\n{self.body[:2000]!r}" if self.body else ""
        headers = "".join(f"\n{name.decode()}: {value[:200]!r}" for name, value in self.headers)
        return f"{self.method} {self.target[:500]}{headers}{body}"


@dataclass
class Reply:
    """What came back, and what the application raised, if it did."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    raised: BaseException | None = None


@dataclass
class Tally:
    """How many calls each route had, and how each was answered."""

    routes: Counter[tuple[str, int]] = field(default_factory=Counter)
    began: float = field(default_factory=time.monotonic)

    @property
    def total(self) -> int:
        return sum(self.routes.values())

    def lines(self) -> Iterator[str]:
        """A table by route, and its sum."""
        kinds = ("2xx", "3xx", "4xx", "5xx")
        counted: dict[str, Counter[str]] = {}
        for (route, status), count in self.routes.items():
            counted.setdefault(route, Counter())[f"{status // 100}xx"] += count
        for route, by_kind in sorted(counted.items()):
            yield f"{by_kind.total():>7}  " + "  ".join(f"{by_kind[kind]:>6} {kind}" for kind in kinds) + f"  {route}"
        whole = sum(counted.values(), Counter())
        shown = ", ".join(f"{whole[kind]} {kind}" for kind in kinds)
        yield f"{self.total} calls in {time.monotonic() - self.began:.0f} seconds: {shown}."


class Caller:
    """Calls one application, whose lifespan is open for as long as the caller is."""

    def __init__(self, app: FastAPI, tally: Tally) -> None:
        self.app = app
        self.tally = tally
        self.loop = asyncio.new_event_loop()

    def reply(self, call: Call) -> Reply:
        """The answer to a call, which must be one that a service may give. Raises AssertionError with the call."""
        reply = self.loop.run_until_complete(self._answered(call))
        self.tally.routes[self._route(call), reply.status] += 1
        wrong = list(_wrong(call, reply))
        raised = "".join(traceback.format_exception(reply.raised)) if reply.raised else ""
        assert not wrong, f"{'; '.join(wrong)}\n{call}\n{reply.body[:500]!r}\n{raised}"
        return reply

    async def _answered(self, call: Call) -> Reply:
        reply, pieces = Reply(), [call.body[:1000], call.body[1000:]] if len(call.body) > 1000 else [call.body]

        async def receive() -> dict[str, object]:
            if not pieces:
                await asyncio.Event().wait()  # whoever called waits for the answer
            return {"type": "http.request", "body": pieces.pop(0), "more_body": bool(pieces)}

        async def send(message: dict[str, object]) -> None:
            if message["type"] == "http.response.start":
                reply.status = message["status"]
                for name, value in message["headers"]:
                    reply.headers[name.decode("latin-1").lower()] = value.decode("latin-1")
            else:
                reply.body += message.get("body", b"")

        try:
            await self.app(self._scope(call), receive, send)
        except Exception as error:  # the server logs it, after the page that says so went out
            reply.raised = error
        if reply.headers.get("content-encoding") == "gzip":
            reply.body = gzip.decompress(reply.body)
            reply.headers.pop("content-length", None)
        return reply

    def _scope(self, call: Call) -> dict[str, object]:
        raw, _, query = call.target.partition("?")
        names = {name for name, _ in call.headers}
        standard = ((b"host", HOST), (b"content-length", str(len(call.body)).encode()))
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": call.method,
            "scheme": "http",
            "path": unquote(raw),
            "raw_path": raw.encode("ascii"),
            "query_string": query.encode("ascii"),
            "root_path": "",
            "headers": [*(header for header in standard if header[0] not in names), *call.headers],
            "client": (call.address, 40000),
            "server": ("127.0.0.1", 8000),
            "state": {},
        }

    def _route(self, call: Call) -> str:
        scope = self._scope(call)
        for route in _flat(self.app.routes):
            match, found = route.matches(scope)
            if match is Match.FULL:
                return f"{call.method} {getattr(found.get('route', route), 'path', route.path)}"
        return "(no such route)"


def _flat(routes: list) -> Iterator:
    for route in routes:
        if hasattr(route, "original_router"):
            yield from _flat(route.original_router.routes)
        else:
            yield route


def _wrong(call: Call, reply: Reply) -> Iterator[str]:
    """What no answer may be."""
    if reply.raised or not 200 <= reply.status < 500:
        yield f"A defect is answered with {reply.status}"
    for name in ALWAYS:
        if name not in reply.headers:
            yield f"The answer {reply.status} has no {name}"
    for name, value in reply.headers.items():
        if any(ord(character) < 32 or ord(character) == 127 for character in value):
            yield f"The header {name} has a control character: {value!r}"
    length = reply.headers.get("content-length")
    if call.method != "HEAD" and length is not None and int(length) != len(reply.body):
        yield f"The answer says that it has {length} bytes and has {len(reply.body)}"
    kind = reply.headers.get("content-type", "").partition(";")[0]
    is_file = reply.status == 200 and call.target.partition("?")[0].endswith(".pdf")
    if call.target.startswith("/api/") and kind not in JSON and not is_file:
        yield f"A program is answered with {kind!r}"
    if kind in JSON and call.method != "HEAD":
        try:
            said = json.loads(reply.body, parse_constant=_refused)
        except ValueError as error:
            yield f"What is called JSON is not: {error}"
        else:
            if kind == JSON[1] and said.get("status") != reply.status:
                yield f"The problem says {said.get('status')} and the answer {reply.status}"


def _refused(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


@contextmanager
def calling(app: FastAPI, tally: Tally) -> Iterator[Caller]:
    """A caller of an application that has started."""
    caller = Caller(app, tally)
    lifespan = app.router.lifespan_context(app)
    caller.loop.run_until_complete(lifespan.__aenter__())
    try:
        yield caller
    finally:
        caller.loop.run_until_complete(lifespan.__aexit__(None, None, None))
        caller.loop.run_until_complete(caller.loop.shutdown_default_executor())
        caller.loop.close()
