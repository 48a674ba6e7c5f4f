"""Bearers are whom their provider says, or nobody."""

import base64
import json
import time
from typing import Any

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.rules.rights import How
from controller.rules.roles import Oidc
from controller.web.identity.bearer import LONGEST, Bearers
from controller.web.identity.keys import UnavailableError, UntrustedError
from tests.controller.web.identity.signing import (
    AUDIENCE,
    EC,
    ISSUER,
    JWKS,
    OTHER_RSA,
    RSA,
    Places,
    bearer,
    claims,
    jwk,
    pem,
)

NOW = time.time()  # PyJWT looks at the host's clock; every moment here is far from where it would matter


class Provider:
    """A provider with two keys, and whoever verifies its tokens."""

    def __init__(self, **more: Any) -> None:
        self.now = 0.0
        self.places = Places()
        self.places.put(JWKS, {"keys": [jwk(RSA, "k1"), jwk(EC, "k2"), {"kty": "oct", "k": "c2VjcmV0", "kid": "k3"}]})
        said = {"issuer": ISSUER, "audience": AUDIENCE, "jwksUrl": JWKS, "nameClaim": "email", **more}
        self.bearers = Bearers(Oidc.model_validate(said), self.places, lambda: self.now)

    def knows(self, token: str) -> bool:
        return self.bearers.identity(token).name == "ann@example.com"

    def refuses(self, token: str) -> str:
        with pytest.raises(UntrustedError) as refused:
            self.bearers.identity(token)
        return str(refused.value)


def test_a_good_token_names_its_holder_and_brings_its_claims() -> None:
    found = Provider().bearers.identity(bearer(claims(NOW, groups=["platform"])))
    assert (found.name, found.how, found.claims["groups"]) == ("ann@example.com", How.OIDC, ["platform"])


def test_an_elliptic_key_is_as_good() -> None:
    assert Provider().bearers.identity(bearer(claims(NOW), EC, "ES256", kid="k2")).name == "ann@example.com"


def test_an_audience_may_be_one_of_several() -> None:
    assert Provider().bearers.identity(bearer(claims(NOW, aud=["other", AUDIENCE]))).name == "ann@example.com"


def test_clocks_may_differ_a_little() -> None:
    provider, now = Provider(), time.time()
    assert provider.knows(bearer(claims(now, exp=now - 1)))
    assert provider.knows(bearer(claims(now, iat=now + 10, nbf=now + 10)))


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"exp": NOW - 86_400}, "It has expired."),
        ({"nbf": NOW + 86_400}, "It is not valid yet."),
        ({"iat": NOW + 86_400}, "It is not valid yet."),
        ({"aud": "another"}, "It is meant for somebody else."),
        ({"aud": []}, "A claim that it must have is missing."),
        ({"iss": "https://evil.example"}, "It is from another issuer."),
        ({"iss": f"{ISSUER}/"}, "It is from another issuer."),
        ({"exp": None}, "A claim that it must have is missing."),
        ({"iat": None}, "A claim that it must have is missing."),
        ({"iss": None}, "A claim that it must have is missing."),
        ({"aud": None}, "A claim that it must have is missing."),
        ({"sub": None}, "A claim that it must have is missing."),
        ({"sub": ""}, "Its claim sub is missing, empty, or no name."),
        ({"sub": "  "}, "Its claim sub is missing, empty, or no name."),
        ({"email": None}, "Its claim email is missing, empty, or no name."),
        ({"email": ""}, "Its claim email is missing, empty, or no name."),
        ({"email": ["ann"]}, "Its claim email is missing, empty, or no name."),
        ({"email": "ann\nroot"}, "Its claim email is missing, empty, or no name."),
        ({"email": "a" * 201}, "Its claim email is missing, empty, or no name."),
    ],
)
def test_a_token_with_wrong_missing_or_empty_claims_is_nobodys(more: dict[str, Any], why: str) -> None:
    assert Provider().refuses(bearer(claims(NOW, **more))) == why


@pytest.mark.parametrize(
    "moment", [10**400, -(10**400), 1e300, float("inf"), float("nan")], ids=lambda each: f"{each!s:.6}"
)
@pytest.mark.parametrize("name", ["exp", "iat", "nbf"])
def test_a_token_with_a_moment_that_no_clock_shows_is_nobodys(name: str, moment: float) -> None:
    assert Provider().refuses(bearer(claims(NOW, **{name: moment})))


def test_a_token_that_somebody_else_signed_is_nobodys() -> None:
    assert Provider().refuses(bearer(claims(NOW), OTHER_RSA)) == "Its signature is wrong."


def test_a_token_that_was_changed_is_nobodys() -> None:
    head, _, signature = bearer(claims(NOW)).split(".")
    body = base64.urlsafe_b64encode(json.dumps(claims(NOW, email="root@example.com")).encode()).decode().rstrip("=")
    assert Provider().refuses(f"{head}.{body}.{signature}") == "Its signature is wrong."


def test_a_token_without_a_signature_is_nobodys() -> None:
    unsigned = jwt.encode(claims(NOW), "", "none", headers={"kid": "k1"})
    assert Provider().refuses(unsigned) == "It is not signed with RS256 or ES256."


def test_a_public_key_is_no_shared_secret() -> None:
    """The attack that made the list of algorithms: sign with HS256, and the public key as the secret."""
    import hashlib
    import hmac

    def part(said: dict[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip("=")

    signed = f"{part({'alg': 'HS256', 'typ': 'JWT', 'kid': 'k1'})}.{part(claims(NOW))}"
    digest = base64.urlsafe_b64encode(hmac.new(pem(RSA), signed.encode(), hashlib.sha256).digest()).decode().rstrip("=")
    assert Provider().refuses(f"{signed}.{digest}") == "It is not signed with RS256 or ES256."


def test_a_shared_key_among_the_providers_is_not_used() -> None:
    shared = jwt.encode(claims(NOW), "secret-that-is-long-enough-for-hs256", "HS256", headers={"kid": "k3"})
    assert Provider().refuses(shared) == "It is not signed with RS256 or ES256."
    assert Provider().refuses(bearer(claims(NOW), kid="k3")) == "It is signed with a key that its issuer does not have."


def test_a_key_of_another_kind_than_the_token_says_is_not_used() -> None:
    assert Provider().refuses(bearer(claims(NOW), kid="k2")) == "Its key is of another kind than it says."


@pytest.mark.parametrize("algorithm", ["RS384", "RS512", "PS256"])
def test_other_algorithms_are_not_taken(algorithm: str) -> None:
    assert Provider().refuses(bearer(claims(NOW), RSA, algorithm)) == "It is not signed with RS256 or ES256."


def test_a_key_that_is_not_for_signatures_is_not_used() -> None:
    provider = Provider()
    provider.places.put(JWKS, {"keys": [jwk(RSA, "k1", use="enc")]})
    assert provider.refuses(bearer(claims(NOW))) == "It is signed with a key that its issuer does not have."


@pytest.mark.parametrize("token", ["", "a", "a.b.c", "..", "é.é.é", "a" * (LONGEST + 1), bearer(claims(NOW), kid="")])
def test_what_is_no_token_is_nobodys(token: str) -> None:
    assert Provider().refuses(token)


@given(st.text("eyJhbGciOi.-_{}\"'\0é", max_size=60))
def test_whatever_is_sent_is_refused_in_a_sentence_without_it(token: str) -> None:
    assert Provider().refuses(token).endswith(".")


def test_keys_are_fetched_once() -> None:
    provider = Provider()
    for _ in range(3):
        provider.bearers.identity(bearer(claims(NOW)))
    assert provider.places.fetched == [JWKS]


def test_a_new_key_is_fetched_when_it_is_first_seen_and_not_for_every_invention() -> None:
    provider = Provider()
    provider.bearers.identity(bearer(claims(NOW)))
    provider.now = 60.0
    provider.places.put(JWKS, {"keys": [jwk(OTHER_RSA, "k9")]})
    assert provider.knows(bearer(claims(NOW), OTHER_RSA, kid="k9"))
    for _ in range(20):
        provider.refuses(bearer(claims(NOW), OTHER_RSA, kid="invented"))
    assert len(provider.places.fetched) == 2


def test_a_key_that_the_provider_took_back_ends_within_the_hour() -> None:
    provider = Provider()
    provider.bearers.identity(bearer(claims(NOW)))
    provider.places.put(JWKS, {"keys": [jwk(OTHER_RSA, "k9")]})
    provider.now = 3600.0
    assert provider.refuses(bearer(claims(NOW))) == "It is signed with a key that its issuer does not have."


def test_while_the_provider_is_away_what_is_known_holds_for_hours_and_not_for_ever() -> None:
    provider = Provider()
    provider.bearers.identity(bearer(claims(NOW)))
    provider.places.at.clear()
    provider.now = 7200.0
    assert provider.knows(bearer(claims(NOW)))
    provider.now = 36_000.0
    with pytest.raises(UnavailableError):
        provider.bearers.identity(bearer(claims(NOW)))


def test_where_no_key_can_be_had_nobody_can_be_verified() -> None:
    provider = Provider()
    provider.places.at.clear()
    with pytest.raises(UnavailableError):
        provider.bearers.identity(bearer(claims(NOW)))


NO_KEYS = [
    b"<html>",
    b"[]",
    b"\xff",
    b"{}",
    b'{"keys": 5}',
    b'{"keys": null}',
    b'{"keys": {"kid": "k1"}}',
    b'{"keys": ["k1"]}',
]


@pytest.mark.parametrize("answer", NO_KEYS)
def test_what_are_no_keys_verifies_nobody(answer: bytes) -> None:
    provider = Provider()
    provider.places.put(JWKS, answer)
    with pytest.raises(UnavailableError):
        provider.bearers.identity(bearer(claims(NOW)))


@pytest.mark.parametrize("answer", NO_KEYS)
def test_while_the_provider_answers_with_no_keys_what_is_known_holds(answer: bytes) -> None:
    provider = Provider()
    provider.bearers.identity(bearer(claims(NOW)))
    provider.places.put(JWKS, answer)
    provider.now = 7200.0
    assert provider.knows(bearer(claims(NOW)))


DISCOVERY = f"{ISSUER}/.well-known/openid-configuration"


def test_a_provider_tells_where_its_keys_are() -> None:
    provider = Provider(jwksUrl=None)
    provider.places.put(DISCOVERY, {"issuer": ISSUER, "jwks_uri": JWKS})
    assert provider.knows(bearer(claims(NOW)))


@pytest.mark.parametrize(
    "said",
    [
        {"issuer": "https://evil.example", "jwks_uri": JWKS},
        {"issuer": ISSUER, "jwks_uri": "http://x/"},
        {"issuer": ISSUER},
    ],
)
def test_what_is_not_the_providers_own_configuration_is_not_followed(said: dict[str, Any]) -> None:
    provider = Provider(jwksUrl=None)
    provider.places.put(DISCOVERY, said)
    with pytest.raises(UnavailableError, match="is not the configuration of"):
        provider.bearers.identity(bearer(claims(NOW)))
