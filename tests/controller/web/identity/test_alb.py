"""What a load balancer says counts if that very one signed it."""

import time
from typing import Any

import pytest

from controller.rules.rights import How
from controller.rules.roles import Alb
from controller.web.identity.alb import Balancer
from controller.web.identity.keys import UnavailableError, UntrustedError
from tests.controller.web.identity.signing import (
    BALANCER,
    BALANCER_KEYS,
    EC,
    ISSUER,
    OTHER_EC,
    RSA,
    Places,
    bearer,
    from_balancer,
    pem,
)

NOW = time.time()
ANN = {"sub": "u-1", "email": "ann@example.com"}


class Elb:
    """A load balancer, and whoever believes it."""

    def __init__(self, **more: Any) -> None:
        self.places = Places()
        self.places.put(f"{BALANCER_KEYS}/a-1", pem(EC))
        said = {"loadBalancer": BALANCER, "nameClaim": "email", "issuer": ISSUER, "client": "c1", **more}
        self.balancer = Balancer(Alb.model_validate(said), self.places, time.monotonic, lambda: NOW)

    def refuses(self, said: str) -> str:
        with pytest.raises(UntrustedError) as refused:
            self.balancer.identity(said)
        return str(refused.value)


def signed(said: dict[str, Any] | None = None, key: Any = EC, *, padded: bool = True, **header: Any) -> str:
    return from_balancer(ANN if said is None else said, key, padded=padded, **{"exp": int(NOW) + 86_400, **header})


@pytest.mark.parametrize("padded", [True, False])
def test_whom_it_let_in_is_known(*, padded: bool) -> None:
    found = Elb().balancer.identity(signed(padded=padded))
    assert (found.name, found.how) == ("ann@example.com", How.ALB)


@pytest.mark.parametrize(
    ("header", "why"),
    [
        ({"signer": BALANCER.replace("trueup", "evil")}, "Another load balancer signed it."),
        ({"signer": f"{BALANCER}0"}, "Another load balancer signed it."),
        ({"signer": None}, "Another load balancer signed it."),
        ({"iss": "https://evil.example"}, "Its iss is another one."),
        ({"client": "c2"}, "Its client is another one."),
        ({"exp": int(NOW) - 86_400}, "It has expired."),
        ({"exp": None}, "It has expired."),
        ({"exp": True}, "It has expired."),
        ({"exp": "9999999999"}, "It has expired."),
        ({"exp": 10**400}, "It has expired."),
        ({"exp": -(10**400)}, "It has expired."),
        ({"exp": 1e300}, "It has expired."),
        ({"exp": float("inf")}, "It has expired."),
        ({"exp": float("nan")}, "It has expired."),
        ({"alg": "RS256"}, "It is not signed with ES256."),
        ({"alg": "none"}, "It is not signed with ES256."),
        ({"kid": "../../evil"}, "It does not say which key signed it."),
        ({"kid": "a/b"}, "It does not say which key signed it."),
        ({"kid": None}, "It does not say which key signed it."),
    ],
)
def test_a_header_that_says_otherwise_is_refused_before_any_key_is_fetched(header: dict[str, Any], why: str) -> None:
    elb = Elb()
    assert elb.refuses(signed(**header)) == why
    assert elb.places.fetched == []


def test_what_another_key_signed_is_refused() -> None:
    assert Elb().refuses(signed(key=OTHER_EC)) == "Its signature is wrong."


@pytest.mark.parametrize(
    "said", [{}, {"sub": ""}, {"sub": "u-1"}, {"sub": "u-1", "email": ""}, {"email": "ann@example.com"}]
)
def test_empty_claims_are_nobodys(said: dict[str, Any]) -> None:
    assert Elb().refuses(signed(said))


def test_claims_that_have_expired_are_refused_whatever_the_header_says() -> None:
    assert Elb().refuses(signed({**ANN, "exp": int(NOW) - 86_400})) == "It has expired."


def test_a_providers_bearer_is_no_word_of_the_load_balancers() -> None:
    assert Elb().refuses(bearer({**ANN, "exp": NOW + 60}, RSA)) == "It is not signed with ES256."


def test_keys_come_from_the_balancers_region_or_from_where_the_operator_says() -> None:
    elb = Elb()
    elb.balancer.identity(signed())
    elb.balancer.identity(signed())
    assert elb.places.fetched == [f"{BALANCER_KEYS}/a-1"]
    other = Elb(keysUrl="http://127.0.0.1:1/keys/")
    with pytest.raises(UnavailableError, match=r"http://127\.0\.0\.1:1/keys/a-1"):
        other.balancer.identity(signed())
