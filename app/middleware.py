"""What every request passes on its way in and out, as plain ASGI classes (a decorated function costs 170 µs a request).

Host and origin are checked before anything else: a page on another site must not reach a server on this machine.
"""

import asyncio
import hashlib
import time
from collections.abc import Collection, Iterable, Mapping
from datetime import timedelta

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.errors import MustWait, TooLarge, TooSlow
from app.failures import failure

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
# With no-referrer a browser would send “Origin: null” along with our own forms, and they could not be told apart.
_HEADERS = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
)
BODY_SECONDS = 30.0
_HTTPS_ONLY = (b"strict-transport-security", b"max-age=31536000")
_STATIC = "/static/"
_FOR_EVER = b"public, max-age=31536000, immutable"
_SAFE = ("GET", "HEAD", "OPTIONS")
# Whoever watches comes by an address or a name of the network; there is nothing here for another site’s page.
_ANY_HOST = ("/health/live", "/health/ready", "/metrics")
_SCORING = ("/api/v1/score", "/api/v1/what-if", "/api/v1/questionnaires", "/api/v1/openapi.json")


def secure(headers: list[tuple[bytes, bytes]], scope: Scope, https: bool) -> None:
    """Add the headers that every answer has; by https also that browsers shall not come by anything else. Only static
    files are kept, those named by their content for ever."""
    headers.extend(_HEADERS)
    if https:
        headers.append(_HTTPS_ONLY)
    if not scope["path"].startswith(_STATIC):
        headers.append((b"cache-control", b"no-store"))
    else:
        kept = _FOR_EVER if scope["query_string"].startswith(b"v=") else b"no-cache"
        headers.append((b"cache-control", kept))


class SecurityHeaders:
    """Adds to every answer the headers of `secure`."""

    def __init__(self, app: ASGIApp, https: bool = False) -> None:
        self.app = app
        self.https = https

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)

        async def send_secured(message: Message) -> None:
            if message["type"] == "http.response.start":
                secure(message["headers"], scope, self.https)
            await send(message)

        return await self.app(scope, receive, send_secured)


class OwnSite:
    """Refuses a Host that is not ours, since DNS rebinding would make another site’s page look like one of ours; and
    unsafe requests that a browser sends on behalf of another site (programs say nothing of where they come from)."""

    def __init__(self, app: ASGIApp, hosts: Iterable[str], origins: Iterable[str] = ()) -> None:
        """`origins`: other sites, whose pages may call the scoring endpoints."""
        self.app = app
        self.hosts = frozenset(host.lower() for host in hosts)
        self.origins = frozenset(origin.encode() for origin in origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http" or scope["path"] in _ANY_HOST:
            return await self.app(scope, receive, send)
        headers = dict(scope["headers"])
        # Of two, one would be checked and the other stand in the links that are made.
        named = [value for name, value in scope["headers"] if name == b"host"]
        if len(named) != 1 or _without_port(named[0].decode("latin-1")) not in self.hosts:
            message = "This server does not answer to that name. Add it to PLUMBLINE_ALLOWED_HOSTS if it should."
            return await failure(Request(scope), 400, "Unknown host", message)(scope, receive, send)
        if scope["method"] not in _SAFE and not (_is_own(headers) or self._is_let_in(scope, headers)):
            message = "This was sent from another site. Open the form here and send it again."
            return await failure(Request(scope), 403, "Not accepted", message)(scope, receive, send)
        return await self.app(scope, receive, send)

    def _is_let_in(self, scope: Scope, headers: Mapping[bytes, bytes]) -> bool:
        return headers.get(b"origin") in self.origins and _is_scoring(scope["path"])


class BodyLimit:
    """Refuses a body of more than `limit` bytes, by its announced length or as soon as that much has come, and one that
    has not come within BODY_SECONDS."""

    def __init__(self, app: ASGIApp, limit: int) -> None:
        self.app = app
        self.limit = limit
        self.message = f"At most {limit // 1024} KiB are taken in one request."

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http" or scope["method"] in _SAFE:
            return await self.app(scope, receive, send)
        announced = Headers(scope=scope).get("content-length", "0")
        # Of more digits than that Python makes no number, and it would be over the limit anyhow.
        if announced.isdecimal() and (len(announced) > 20 or int(announced) > self.limit):
            return await failure(Request(scope), 413, TooLarge.title, self.message)(scope, receive, send)
        come, is_whole, until = 0, False, time.monotonic() + BODY_SECONDS

        async def receive_counted() -> Message:
            nonlocal come, is_whole
            if is_whole:
                return await receive()  # whether whoever asked is still there
            try:
                async with asyncio.timeout(until - time.monotonic()):
                    message = await receive()
            except TimeoutError:
                raise TooSlow(f"What was announced did not come within {BODY_SECONDS:g} seconds.") from None
            come, is_whole = come + len(message.get("body", b"")), not message.get("more_body", False)
            if come > self.limit:
                raise TooLarge(self.message)
            return message

        return await self.app(scope, receive_counted, send)


class RateLimit:
    """Refuses more than `limit` requests a minute from one session or key or, where there is none, from one address,
    and more than ten times as many from an address whatever sessions or keys it names; 0: no limit. Whoever finds out
    which account a session is of counts that as well, by `request.state.rate`: other browsers and addresses make it no
    larger.

    Counted in this process alone, since a count in the database would be what an attack wears out; a proxy before
    several processes limits them together. Static files are free. A count is kept for a minute, under a digest.
    """

    def __init__(self, app: ASGIApp, limit: int, cookie: str) -> None:
        self.app = app
        self.limit = limit
        self.cookie = f"{cookie}="
        self.minute = 0
        self.counts: dict[bytes, int] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http" or not self.limit or scope["path"].startswith(_STATIC):
            return await self.app(scope, receive, send)
        now = time.monotonic()
        if int(now // 60) != self.minute:
            self.minute, self.counts = int(now // 60), {}
        rate, (session, address) = Rate(self, 60 - int(now % 60)), self._who(scope)
        try:
            rate.count(session or address)
            if session:
                rate.count(address, 10)
        except MustWait as must:
            headers = rate.headers() | {"Retry-After": str(must.seconds)}
            refused = failure(Request(scope), must.status, must.title, str(must), headers=headers)
            return await refused(scope, receive, send)
        scope.setdefault("state", {})["rate"] = rate

        async def send_counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"].extend((name.encode(), value.encode()) for name, value in rate.headers().items())
            await send(message)

        return await self.app(scope, receive, send_counted)

    def counted(self, who: str) -> int:
        """One request more of somebody: how many these are within the minute."""
        digest = hashlib.blake2s(who.encode(errors="replace"), digest_size=12).digest()
        self.counts[digest] = count = self.counts.get(digest, 0) + 1
        return count

    def _who(self, scope: Scope) -> tuple[str, str]:
        headers = Headers(scope=scope)
        key, cookies = headers.get("authorization", ""), headers.get("cookie", "")
        token = key or next((part for part in cookies.split("; ") if part.startswith(self.cookie)), "")
        return token, (scope.get("client") or ("",))[0]


class Rate:
    """How often whoever makes this request has called within the minute, of whatever is known of them the most."""

    def __init__(self, limit: RateLimit, reset: int) -> None:
        self._limit = limit
        self._reset = reset
        self._most = 0

    def count(self, who: str, share: int = 1) -> None:
        """Count this request for a session, address or account, which may call `share` times the limit. Raises
        MustWait."""
        self._most = max(self._most, -(-self._limit.counted(who) // share))
        if self._most > self._limit.limit:
            message = f"At most {self._limit.limit} requests a minute are answered. Wait, and try again."
            raise MustWait(message, timedelta(seconds=self._reset))

    def headers(self) -> dict[str, str]:
        """What is left, for the answer."""
        numbers = {
            "limit": self._limit.limit,
            "remaining": max(0, self._limit.limit - self._most),
            "reset": self._reset,
        }
        return {f"ratelimit-{name}": str(number) for name, number in numbers.items()}


class ScoringOrigins:
    """Lets the pages of other sites call the scoring endpoints and read the replies, without cookies (CORS).

    No page is ever open to them, nor anything that is stored.
    """

    def __init__(self, app: ASGIApp, origins: Collection[str]) -> None:
        self.app = app
        told = ("Retry-After", "X-Request-Id", "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")
        self.open = CORSMiddleware(app, origins, ("GET", "POST"), ("Content-Type",), expose_headers=told)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        is_open = scope["type"] == "http" and _is_scoring(scope["path"])
        return await (self.open if is_open else self.app)(scope, receive, send)


def _is_scoring(path: str) -> bool:
    return any(path == each or path.startswith(f"{each}/") for each in _SCORING)


def _without_port(host: str) -> str:
    name, colon, port = host.lower().rpartition(":")
    return name if colon and port.isdecimal() else host.lower()


def _is_own(headers: Mapping[bytes, bytes]) -> bool:
    site = headers.get(b"sec-fetch-site")
    if site is not None:
        return site in (b"same-origin", b"none")
    origin = headers.get(b"origin")
    return origin is None or origin.lower().partition(b"://")[2] == headers[b"host"].lower()
