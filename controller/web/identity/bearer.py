"""JSON Web Tokens of an OpenID Connect provider: signature, issuer, audience and times, by PyJWT."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeGuard

import jwt

from controller.rules.rights import How, Identity
from controller.rules.roles import Oidc
from controller.web.identity.fetching import Fetch
from controller.web.identity.keys import Keys, UnavailableError, UntrustedError

ALGORITHMS = ("RS256", "ES256")  # no secret shared with anybody (HS…), and no "none"
LEEWAY = 30.0  # seconds by which two clocks may differ
LONGEST = 16_384  # characters
LONGEST_NAME = 200
_LATEST = 1e12  # seconds since the epoch: a whole number of any length, or infinity, is no moment to compare with
_REQUIRED = ("iss", "aud", "sub", "exp", "iat")


class Bearers:
    """Verifies tokens of one provider. ``clock`` gives seconds that only go forward, for the keys' age."""

    def __init__(self, oidc: Oidc, fetch: Fetch, clock: Callable[[], float]) -> None:
        self._oidc = oidc
        self._fetch = fetch
        self._keys = Keys(self._load, clock, together=True)

    def identity(self, token: str) -> Identity:
        """Who holds it. Raises ``UntrustedError`` or ``UnavailableError``."""
        header = header_of(token, ALGORITHMS)
        key = self._keys.key(str(header["kid"]))
        if key.algorithm_name != header["alg"]:
            raise UntrustedError("Its key is of another kind than it says.")
        wanted = Expected(header["alg"], _REQUIRED, self._oidc.issuer, self._oidc.audience)
        claims = verified(token, key.key, wanted)
        return Identity(name_of(claims, self._oidc.name_claim), How.OIDC, claims)

    def _load(self, _: str) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for each in _keys(self._fetch(self._oidc.jwks_url or self._discovered())):
            if isinstance(each.get("kid"), str) and each.get("use", "sig") == "sig":
                key = _key(each)
                if key is not None:
                    found[each["kid"]] = key
        return found

    def _discovered(self) -> str:
        """Where the provider says its keys are (OpenID Connect Discovery, 4)."""
        place = f"{self._oidc.issuer.rstrip('/')}/.well-known/openid-configuration"
        said = _json(self._fetch(place))
        address = said.get("jwks_uri")
        secure = str(address).startswith("https://") or self._oidc.issuer.startswith("http://")
        if said.get("issuer") != self._oidc.issuer or not isinstance(address, str) or not secure:
            raise UnavailableError(f"What is at {place} is not the configuration of {self._oidc.issuer}.")
        return address


def header_of(token: str, algorithms: tuple[str, ...]) -> Mapping[str, Any]:
    """A token's header, whose algorithm and key's id may be relied on to be there. Raises ``UntrustedError``."""
    if len(token) > LONGEST:
        raise UntrustedError("It is too long.")
    try:
        header = jwt.get_unverified_header(token)
    except (jwt.PyJWTError, ValueError, RecursionError):
        raise UntrustedError("It is no JSON Web Token.") from None
    if header.get("alg") not in algorithms:
        raise UntrustedError(f"It is not signed with {' or '.join(algorithms)}.")
    if not isinstance(header.get("kid"), str) or not header["kid"]:
        raise UntrustedError("It does not say which key signed it.")
    return header


@dataclass(frozen=True, slots=True)
class Expected:
    """What a token must be: signed so, with these claims, by and for whom; ``None`` where its body does not say."""

    algorithm: str
    required: tuple[str, ...]
    issuer: str | None = None
    audience: str | None = None


def verified(token: str, key: Any, expected: Expected) -> dict[str, Any]:
    """The claims of a token that is what it says. Raises ``UntrustedError``."""
    issuer, audience = expected.issuer, expected.audience
    options: Any = {
        "require": list(expected.required),
        "verify_aud": audience is not None,
        "verify_iss": issuer is not None,
    }
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=[expected.algorithm],
            issuer=issuer,
            audience=audience,
            leeway=LEEWAY,
            options=options,
        )
    except (jwt.PyJWTError, ValueError, TypeError, RecursionError) as error:
        raise UntrustedError(_WORDS.get(type(error), "It cannot be verified.")) from None
    if any(isinstance(each, int | float) and not is_moment(each) for each in map(claims.get, ("exp", "iat", "nbf"))):
        raise UntrustedError("One of its times is none.")
    return claims


def is_moment(said: Any) -> TypeGuard[float]:
    """Whether it is a number of seconds since the epoch that a clock may show."""
    return isinstance(said, int | float) and not isinstance(said, bool) and abs(said) < _LATEST


def name_of(claims: Mapping[str, Any], claim: str) -> str:
    """What somebody is called. Raises ``UntrustedError`` where the name, or the subject, is missing or empty."""
    for each in dict.fromkeys(("sub", claim)):
        said = claims.get(each)
        if not isinstance(said, str) or not said.strip() or not said.isprintable() or len(said) > LONGEST_NAME:
            raise UntrustedError(f"Its claim {each} is missing, empty, or no name.")
    return str(claims[claim]).strip()


def _key(jwk: dict[str, Any]) -> Any:
    """A key that one of the algorithms takes, or None: a provider has others, too."""
    try:
        key = jwt.PyJWK(jwk)
    except (jwt.PyJWTError, ValueError, TypeError):
        return None
    return key if key.algorithm_name in ALGORITHMS else None


def _keys(body: bytes) -> list[dict[str, Any]]:
    """The members of a JSON Web Key Set (RFC 7517, 5). Raises ``UnavailableError`` for what is none: that takes no key
    back.
    """
    keys = _json(body).get("keys")
    if not isinstance(keys, list) or not all(isinstance(each, dict) for each in keys):
        raise UnavailableError("What the provider answers are no keys.")
    return keys


def _json(body: bytes) -> Mapping[str, Any]:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        raise UnavailableError("What the provider answers is no JSON.") from None
    if not isinstance(said, Mapping):
        raise UnavailableError("What the provider answers are no keys.")
    return said


_WORDS: Mapping[type[Exception], str] = {
    jwt.ExpiredSignatureError: "It has expired.",
    jwt.ImmatureSignatureError: "It is not valid yet.",
    jwt.InvalidAudienceError: "It is meant for somebody else.",
    jwt.InvalidIssuerError: "It is from another issuer.",
    jwt.InvalidSignatureError: "Its signature is wrong.",
    jwt.MissingRequiredClaimError: "A claim that it must have is missing.",
}
