"""A small provider of sign-in, real but for its people: discovery, authorization with PKCE, tokens, keys, on a port.

Whoever comes is signed in at once, as `subject`. What it says in a token, and how it signs it, can be set, so that each
thing that has to be refused can be tried.
"""

import base64
import hashlib
import json
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode

from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.serving import running

CLIENT, SECRET = "plumbline", "secret of the client & more"


class Provider:
    """What it knows of who signs in, and what it gets wrong on purpose."""

    def __init__(self) -> None:
        self.address, self.subject = "", "subject-1"
        self.key = RSAKey.generate_key(2048, parameters={"kid": "one"})
        self.signs_with: RSAKey = self.key
        self.algorithm = "RS256"
        self.claims: dict[str, Any] = {}  # instead of what is true; None leaves one out
        self.about: dict[str, Any] = {}
        self.back: dict[str, str] = {}  # sent back beside code and state
        self.status = 200  # of the endpoint of tokens
        self.given: dict[str, dict[str, str]] = {}  # what was asked for, by code
        self.asked: list[str] = []

    @property
    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self.publish),
                Route("/authorize", self.authorize),
                Route("/token", self.token, methods=["POST"]),
                Route("/keys", self.keys),
            ]
        )

    async def publish(self, request: Request) -> Response:
        self.asked.append("about")
        about = {
            "issuer": self.address,
            "authorization_endpoint": f"{self.address}/authorize",
            "token_endpoint": f"{self.address}/token",
            "jwks_uri": f"{self.address}/keys",
            "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
        }
        return JSONResponse(about | self.about)

    async def keys(self, request: Request) -> Response:
        self.asked.append("keys")
        public = self.key.as_dict(private=False) | {"use": "sig", "alg": "RS256"}
        return JSONResponse({"keys": [public, {"kty": "oct", "k": "AAAA", "kid": "shared"}]})

    async def authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        assert asked["response_type"] == "code" and asked["client_id"] == CLIENT and "openid" in asked["scope"].split()
        assert asked["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(12)
        self.given[code] = asked
        back = {"code": code, "state": asked["state"]} | self.back
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode(back)}", 302)

    async def token(self, request: Request) -> Response:
        sent = dict(parse_qsl((await request.body()).decode()))
        name, _, secret = base64.b64decode(request.headers["authorization"].split()[1]).decode().partition(":")
        assert (unquote(name), unquote(secret)) == (CLIENT, SECRET)
        if self.status != 200:
            return JSONResponse({"error": "server_error"}, self.status)
        asked = self.given.pop(sent["code"], None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(sent["code_verifier"].encode()).digest()).decode()
        if (
            asked is None
            or asked["redirect_uri"] != sent["redirect_uri"]
            or challenge.rstrip("=") != asked["code_challenge"]
        ):
            return JSONResponse({"error": "invalid_grant"}, 400)
        return JSONResponse({"access_token": "a", "token_type": "Bearer", "id_token": self.id_token(asked["nonce"])})

    def id_token(self, nonce: str) -> str:
        now = int(time.time())
        said = {"iss": self.address, "sub": self.subject, "aud": CLIENT, "exp": now + 300, "iat": now, "nonce": nonce}
        claims = {name: value for name, value in (said | self.claims).items() if value is not None}
        if self.algorithm == "none":
            parts = (json.dumps(part).encode() for part in ({"alg": "none"}, claims))
            return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts) + "."
        return jwt.encode({"alg": self.algorithm, "kid": self.signs_with.kid}, claims, self.signs_with)


@contextmanager
def provider() -> Iterator[Provider]:
    """One that listens on a port of its own."""
    made = Provider()
    with running(made.app) as made.address:
        yield made
