"""OpenID Connect, our end of it: the way to the provider, and what its answer proves. No account is touched here.

Authorization code flow with PKCE; the ID token is checked against the provider's published keys, by Authlib.
"""

from __future__ import annotations

import warnings
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from urllib.parse import quote

import httpx
from authlib.deprecate import AuthlibDeprecationWarning  # type: ignore[import-untyped]
from authlib.integrations.base_client import OAuthError  # type: ignore[import-untyped]
from authlib.oidc.core import CodeIDToken  # type: ignore[import-untyped]
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry
from pydantic import BaseModel, ValidationError

from server.db.types import blind_index
from server.errors import ServiceError
from server.staff.oidc_attempt import Attempt

with warnings.catch_warnings():
    # it would rather have httpx2, which nothing else of ours uses yet
    warnings.simplefilter("ignore", AuthlibDeprecationWarning)
    from authlib.integrations.httpx_client import AsyncOAuth2Client  # type: ignore[import-untyped]

SCOPE: Final = "openid email"
TIMEOUT: Final = httpx.Timeout(10, connect=5)
DESCRIPTION_LASTS: Final = timedelta(hours=1)
KEYS_REST: Final = timedelta(minutes=1)
"""Tokens that name an unknown key make us look for new keys no more often than this."""

CLOCKS_APART_SECONDS: Final = 60
LONGEST_SUBJECT: Final = 255
ALGORITHMS: Final = (
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
    "Ed25519",
    "EdDSA",
)
"""Signatures with a key of the provider's own: neither "none", nor those with a secret that is ours as well."""


class Why(StrEnum):
    """Why somebody is not signed in."""

    LOST = "lost"
    STOPPED = "stopped"
    AWAY = "away"
    FAULTY = "faulty"
    NOT_INVITED = "not-invited"
    NOT_SET_UP = "not-set-up"


class SignOnRefused(ServiceError):
    """Single sign-on did not work. The detail is for the log: it holds nothing personal."""

    status = 403
    public = "We could not sign you in this way."

    def __init__(self, why: Why, detail: str = "") -> None:
        super().__init__(f"{why}: {detail}")
        self.why = why
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Client:
    """What we are at the provider. `second_factor` is what it writes in `amr` or `acr` after one; empty: never believed."""

    issuer: str
    client_id: str
    secret: str = field(repr=False)
    return_url: str
    second_factor: str = ""


@dataclass(frozen=True, slots=True)
class Proven:
    """Who came back, by a token that was checked. `email` is only there when the provider has verified it."""

    subject: str = field(repr=False)
    subject_hash: bytes
    email: str | None = field(repr=False)
    has_second_factor: bool
    access_token: str = field(repr=False)


class Description(BaseModel):
    """What a provider publishes about itself."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str = ""
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)
    authorization_response_iss_parameter_supported: bool = False

    @property
    def way_in(self) -> str:
        """How we prove who we are: the standard's default unless the provider has only the other."""
        basic, post = "client_secret_basic", "client_secret_post"
        offered = self.token_endpoint_auth_methods_supported
        return post if post in offered and basic not in offered else basic

    def is_of(self, issuer: str) -> bool:
        """True when it is this issuer's, letter for letter, and none of its addresses is less safe than the issuer's own."""
        used = (self.authorization_endpoint, self.token_endpoint, self.jwks_uri, self.userinfo_endpoint or issuer)
        return self.issuer == issuer and (not issuer.startswith("https:") or all(x.startswith("https:") for x in used))


class Provider:
    """The provider of the settings. What it publishes is asked for when it is needed, and kept for a while."""

    def __init__(self, client: Client) -> None:
        self._us = client
        self._tls = httpx.create_ssl_context()
        self._description: Description | None = None
        self._described_at: datetime | None = None
        self._keys: KeySet | None = None
        self._keys_at: datetime | None = None

    async def way(self, attempt: Attempt, now: datetime) -> str:
        """Where to send the browser. Raises SignOnRefused."""
        told = await self._describe(now)
        async with self._client(told) as client:
            address, _ = client.create_authorization_url(
                told.authorization_endpoint, state=attempt.state, nonce=attempt.nonce, code_verifier=attempt.verifier
            )
        return str(address)

    async def prove(self, attempt: Attempt, code: str, issuer: str, now: datetime) -> Proven:
        """Who came back with this code; `issuer` is what the answer itself named. Raises SignOnRefused."""
        told = await self._describe(now)
        if issuer != told.issuer and (issuer or told.authorization_response_iss_parameter_supported):
            raise SignOnRefused(Why.FAULTY, "answer of another issuer")
        answer = await self._exchange(told, attempt, code)
        claims = await self._claims(told, answer, attempt.nonce, now)
        subject = claims["sub"]
        return Proven(
            subject=subject,
            subject_hash=blind_index(f"{told.issuer}\n{subject}", "staff.oidc_subject"),
            email=_verified_email(claims),
            has_second_factor=_has_second_factor(claims, self._us.second_factor),
            access_token=str(answer["access_token"]),
        )

    async def email(self, proven: Proven, now: datetime) -> str | None:
        """Their verified e-mail, asked for when the token did not hold it. Raises SignOnRefused."""
        told = await self._describe(now)
        if proven.email or not told.userinfo_endpoint:
            return proven.email
        said = await self._get(told.userinfo_endpoint, {"Authorization": f"Bearer {proven.access_token}"})
        if said.get("sub") != proven.subject:
            raise SignOnRefused(Why.FAULTY, "user info of somebody else")
        return _verified_email(said)

    async def _describe(self, now: datetime) -> Description:
        if self._description and self._described_at and now - self._described_at < DESCRIPTION_LASTS:
            return self._description
        said = await self._get(f"{self._us.issuer.rstrip('/')}/.well-known/openid-configuration")
        try:
            told = Description.model_validate(said)
        except ValidationError as error:
            raise SignOnRefused(Why.AWAY, "description is incomplete") from error
        if not told.is_of(self._us.issuer):
            raise SignOnRefused(
                Why.AWAY, "description is of another issuer: CONNEXIONS_OIDC_ISSUER has to be exactly it"
            )
        self._description, self._described_at = told, now
        return told

    async def _exchange(self, told: Description, attempt: Attempt, code: str) -> dict[str, Any]:
        """The code for tokens."""
        given = {"grant_type": "authorization_code", "code": code, "code_verifier": attempt.verifier}
        try:
            async with self._client(told) as client:
                answer = dict(await client.fetch_token(told.token_endpoint, **given))
        except OAuthError as error:
            raise SignOnRefused(Why.FAULTY, f"code refused: {str(error.error)[:60]}") from error
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            raise SignOnRefused(Why.AWAY, type(error).__name__) from error
        if not (isinstance(answer.get("id_token"), str) and isinstance(answer.get("access_token"), str)):
            raise SignOnRefused(Why.FAULTY, "a token is missing")
        return answer

    async def _claims(self, told: Description, answer: dict[str, Any], nonce: str, now: datetime) -> dict[str, Any]:
        """What the ID token says, once everything about it was found right."""
        try:
            try:
                return self._read(answer, nonce, await self._key_set(told, now), now)
            except InvalidKeyIdError:
                return self._read(answer, nonce, await self._key_set(told, now, is_anew=True), now)
        except (JoseError, ValueError, TypeError) as error:
            raise SignOnRefused(Why.FAULTY, f"ID token: {type(error).__name__}") from error

    def _read(self, answer: dict[str, Any], nonce: str, keys: KeySet, now: datetime) -> dict[str, Any]:
        registry = JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)
        token = jwt.decode(answer["id_token"], keys, registry=registry)
        options = {
            "iss": {"essential": True, "value": self._us.issuer},
            "aud": {"essential": True, "value": self._us.client_id},
            "nonce": {"essential": True, "value": nonce},
        }
        known = {"nonce": nonce, "client_id": self._us.client_id, "access_token": answer["access_token"]}
        claims = CodeIDToken(token.claims, token.header, options, known)
        claims.validate(now=int(now.timestamp()), leeway=CLOCKS_APART_SECONDS)
        if not _is_subject(claims["sub"]):
            raise ValueError("subject is no plain text")
        return dict(claims)

    async def _key_set(self, told: Description, now: datetime, *, is_anew: bool = False) -> KeySet:
        rests = self._keys_at is not None and now - self._keys_at < (KEYS_REST if is_anew else DESCRIPTION_LASTS)
        if self._keys is None or not rests:
            self._keys = KeySet.import_key_set({"keys": list((await self._get(told.jwks_uri)).get("keys", ()))})
            self._keys_at = now
        return self._keys

    async def _get(self, address: str, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
        """A JSON object from the provider; whatever else it answers, it is away."""
        try:
            async with httpx.AsyncClient(verify=self._tls, timeout=TIMEOUT) as client:
                said = (await client.get(address, headers=headers)).raise_for_status().json()
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            raise SignOnRefused(Why.AWAY, type(error).__name__) from error
        if not isinstance(said, dict):
            raise SignOnRefused(Why.AWAY, "no JSON object")
        return said

    def _client(self, told: Description) -> AsyncOAuth2Client:
        client = AsyncOAuth2Client(
            self._us.client_id,
            self._us.secret,
            scope=SCOPE,
            redirect_uri=self._us.return_url,
            token_endpoint_auth_method=told.way_in,
            code_challenge_method="S256",
            verify=self._tls,
            timeout=TIMEOUT,
        )
        client.register_client_auth_method(("client_secret_basic", _basic))
        return client


def _basic(client: Any, method: str, uri: str, headers: dict[str, str], body: Any) -> tuple[str, dict[str, str], Any]:
    """Id and secret are form-encoded first, as the standard has it (RFC 6749, 2.3.1); Authlib's own way leaves that out."""
    del method
    pair = f"{quote(client.client_id, safe='')}:{quote(client.client_secret, safe='')}"
    headers["Authorization"] = f"Basic {b64encode(pair.encode()).decode()}"
    return uri, headers, body


def _is_subject(subject: object) -> bool:
    return isinstance(subject, str) and 0 < len(subject) <= LONGEST_SUBJECT


def _verified_email(claims: Mapping[str, Any]) -> str | None:
    """The e-mail that the provider has verified. Letters outside ASCII could look like somebody else's: such a one is none."""
    email = claims.get("email")
    is_plain = isinstance(email, str) and email.isascii() and "@" in email
    return email if is_plain and claims.get("email_verified") is True else None


def _has_second_factor(claims: Mapping[str, Any], wanted: str) -> bool:
    methods = claims.get("amr")
    return bool(wanted) and (claims.get("acr") == wanted or (isinstance(methods, list) and wanted in methods))
