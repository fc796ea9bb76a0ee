"""A provider of sign-in by OpenID Connect: where it asks people, and who somebody is that comes back with its code.

Authorization code with PKCE. What comes back counts only if the ID token is signed with a key of the provider’s, was
made by it for this client and this sign-in, and is not too old. Slow, since it asks another server: never call it in a
transaction. authlib and httpx are imported where they are used, so that nobody else pays for them. Knows no tables.
"""

import hmac
import importlib.util
import secrets
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from app.errors import ProviderDown, ProviderUnsound, WrongSettings
from app.settings import Settings

if TYPE_CHECKING:
    from joserfc.jwk import KeySet

SIGNED_WITH = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
LEEWAY = 60  # seconds that clocks may differ
KEPT = 600  # seconds for which what the provider publishes is kept
TIMEOUT = 5.0  # seconds
_HERE = ("127.0.0.1", "localhost", "::1")


class Provider:
    """The provider of the settings. What it publishes is asked for when it is first needed, and kept for a while."""

    def __init__(self, issuer: str, client_id: str, client_secret: str) -> None:
        self.issuer = issuer
        self._client_id, self._client_secret = client_id, client_secret
        self._published: dict[str, tuple[float, dict[str, Any]]] = {}

    def address(self, back: str, state: str, nonce: str, verifier: str) -> str:
        """Where somebody is sent to sign in, to come `back` with a code. Raises ProviderDown and ProviderUnsound."""
        from authlib.oauth2.rfc7636 import create_s256_code_challenge

        asked = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": back,
            "scope": "openid",
            "state": state,
            "nonce": nonce,
            "code_challenge": create_s256_code_challenge(verifier),
            "code_challenge_method": "S256",
        }
        at = self._endpoint("authorization_endpoint")
        return f"{at}{'&' if urlsplit(at).query else '?'}{urlencode(asked)}"

    def subject(self, back: str, code: str, verifier: str, nonce: str, issuer: str | None) -> str:
        """Who came back with a code, by the name that the provider never gives to anybody else.

        `issuer`: who says that the code is of theirs (RFC 9207). Raises ProviderDown and ProviderUnsound.
        """
        about = self._about()
        if issuer is None and about.get("authorization_response_iss_parameter_supported") is True:
            raise ProviderUnsound("The answer does not say who it is of.")
        if issuer is not None and issuer != self.issuer:
            raise ProviderUnsound("The answer is of another provider.")
        sent = {"grant_type": "authorization_code", "code": code, "redirect_uri": back, "code_verifier": verifier}
        answer = self._asked(self._endpoint("token_endpoint"), sent)
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise ProviderUnsound("There is no ID token.")
        return self._subject_of(token, nonce)

    def _subject_of(self, token: str, nonce: str) -> str:
        from authlib.oidc.core import CodeIDToken
        from joserfc.errors import JoseError

        exactly = {"iss": self.issuer, "aud": self._client_id, "nonce": nonce}
        options: dict[str, Any] = {name: {"essential": True, "value": value} for name, value in exactly.items()}
        options |= {name: {"essential": True} for name in ("sub", "exp", "iat")}
        try:
            header, claims = self._opened(token)
            found = CodeIDToken(claims, header, options, {"nonce": nonce, "client_id": self._client_id})
            found.validate(leeway=LEEWAY)
        except (JoseError, ValueError, TypeError) as error:
            raise ProviderUnsound(f"The ID token does not hold: {type(error).__name__}.") from error
        subject = found["sub"]
        if not isinstance(subject, str) or not 0 < len(subject) <= 255:
            raise ProviderUnsound("The ID token names nobody.")
        return subject

    def _opened(self, token: str) -> tuple[dict[str, Any], dict[str, Any]]:
        """What a token says, once its signature holds; with keys fetched anew where none of the known ones made it."""
        from joserfc import jwt
        from joserfc.errors import JoseError

        offered = self._about().get("id_token_signing_alg_values_supported", ["RS256"])
        algorithms = [name for name in offered if name in SIGNED_WITH]
        try:
            opened = jwt.decode(token, self._keys(), algorithms=algorithms)
        except (JoseError, ValueError):
            self._published.pop("jwks_uri", None)
            opened = jwt.decode(token, self._keys(), algorithms=algorithms)
        return dict(opened.header), dict(opened.claims)

    def _keys(self) -> "KeySet":
        from joserfc.jwk import KeySet

        found = self._fetched("jwks_uri", self._endpoint("jwks_uri")).get("keys")
        usable = ("RSA", "EC", "OKP")
        keys = [k for k in found or () if k.get("kty") in usable and k.get("use", "sig") == "sig"]
        return KeySet.import_key_set({"keys": keys})

    def _endpoint(self, name: str) -> str:
        at = self._about().get(name)
        if not isinstance(at, str) or not _is_safe(at):
            raise ProviderUnsound(f"It publishes no {name} that can be used.")
        return at

    def _about(self) -> dict[str, Any]:
        found = self._fetched("about", f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
        if found.get("issuer") != self.issuer:
            self._published.pop("about", None)
            raise ProviderUnsound("What is published there is of another issuer.")
        return found

    def _fetched(self, name: str, address: str) -> dict[str, Any]:
        at, found = self._published.get(name, (0.0, {}))
        if not at or time.monotonic() - at > KEPT:
            found = self._asked(address)
            self._published[name] = (time.monotonic(), found)
        return found

    def _asked(self, address: str, fields: dict[str, str] | None = None) -> dict[str, Any]:
        import httpx

        try:
            with httpx.Client(timeout=TIMEOUT, headers={"Accept": "application/json"}) as client:
                if fields is None:
                    answer = client.get(address)
                else:
                    extra, auth = self._who()
                    answer = client.post(address, data=fields | extra, auth=auth)
        except httpx.HTTPError as error:
            raise ProviderDown(f"It cannot be reached: {type(error).__name__}.") from error
        if answer.status_code >= 500:
            raise ProviderDown(f"It answered {answer.status_code}.")
        try:
            found = answer.json()
        except ValueError:
            found = None
        if answer.status_code != 200 or not isinstance(found, dict):
            raise ProviderUnsound(f"It answered {answer.status_code}.")
        return found

    def _who(self) -> tuple[dict[str, str], Any]:
        """How this client shows who it is: fields to send, and what goes into a header."""
        from urllib.parse import quote

        ways = self._about().get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        if not self._client_secret:
            return {"client_id": self._client_id}, None
        if "client_secret_basic" not in ways and "client_secret_post" in ways:
            return {"client_id": self._client_id, "client_secret": self._client_secret}, None
        return {}, (quote(self._client_id, safe=""), quote(self._client_secret, safe=""))


def provider_of(settings: Settings) -> Provider | None:
    """The provider of the settings, None where they name none. Raises WrongSettings."""
    if not settings.oidc_issuer:
        return None
    if importlib.util.find_spec("authlib") is None:
        raise WrongSettings(
            "PLUMBLINE_OIDC_ISSUER is set, and authlib is not installed: pip install 'plumbline-assessment[oidc]'"
        )
    if not settings.oidc_client_id:
        raise WrongSettings("PLUMBLINE_OIDC_ISSUER is set, and PLUMBLINE_OIDC_CLIENT_ID is not.")
    if not _is_safe(settings.oidc_issuer):
        raise WrongSettings("PLUMBLINE_OIDC_ISSUER must begin with https://.")
    secret, file = settings.oidc_client_secret.get_secret_value(), settings.oidc_client_secret_file
    if file is not None:
        try:
            secret = file.read_text(encoding="utf-8").strip()
        except OSError:
            raise WrongSettings(f"The file {file} of PLUMBLINE_OIDC_CLIENT_SECRET_FILE cannot be read.") from None
    return Provider(settings.oidc_issuer, settings.oidc_client_id, secret)


def new_secrets() -> dict[str, str]:
    """A nonce and a PKCE verifier for one sign-in."""
    return {"nonce": secrets.token_urlsafe(24), "verifier": secrets.token_urlsafe(48)}


def is_same(one: str, other: str) -> bool:
    """Whether two words are the same, told in a time that says nothing of where they differ."""
    return hmac.compare_digest(one.encode(), other.encode())


def _is_safe(address: str) -> bool:
    """Whether nobody on the way can read or change what goes to an address: https, or this machine."""
    parts = urlsplit(address)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _HERE)
