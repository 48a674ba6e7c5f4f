"""Headers in, who asks out; and whether another site made them ask."""

from hashlib import sha256

import pytest

from controller.rules.rights import Grant, How, Identity, Right, Role, TokenHash
from controller.rules.roles import Roles, parse
from controller.web.identity.gate import Gate, build_gate, forged
from controller.web.identity.keys import UntrustedError
from tests.controller.web.identity.signing import BALANCER

CI = Grant(Role.DEPLOYER, ("dev",), (TokenHash("ci", sha256(b"ci-token").hexdigest()),))


class Believes:
    """Believes whatever it is told."""

    def __init__(self, how: How) -> None:
        self._how = how

    def identity(self, token: str, /) -> Identity:
        return Identity(token, self._how)


GATE = Gate("t0ken", (CI,), Believes(How.OIDC), Believes(How.ALB))


@pytest.mark.parametrize(
    ("headers", "who"),
    [
        ({}, None),
        ({"authorization": "Basic t0ken"}, None),
        ({"authorization": "Bearer t0ken"}, Identity("TRUEUP_API_TOKEN", How.API_TOKEN)),
        ({"authorization": "bearer  ci-token"}, Identity("ci", How.TOKEN)),
        ({"authorization": "Bearer a.b.c"}, Identity("a.b.c", How.OIDC)),
        ({"x-amzn-oidc-data": "ann"}, Identity("ann", How.ALB)),
        ({"x-amzn-oidc-data": "ann", "authorization": "Bearer ci-token"}, Identity("ci", How.TOKEN)),
    ],
)
def test_somebody_is_known_by_what_they_send(headers: dict[str, str], who: Identity | None) -> None:
    assert GATE.identity(headers) == who


@pytest.mark.parametrize("given", ["", "ci-token ", "CI-TOKEN", "x", "t0ken2", sha256(b"ci-token").hexdigest(), "ü"])
def test_a_wrong_token_is_nobodys_and_is_not_repeated(given: str) -> None:
    headers = {"authorization": f"Bearer {given}"}
    if given.strip() == "ci-token":
        assert GATE.identity(headers) == Identity("ci", How.TOKEN)
        return
    with pytest.raises(UntrustedError, match=r"^Nobody is known by this token\.$"):
        GATE.identity(headers)


def test_what_nobody_is_asked_about_is_not_believed() -> None:
    plain = Gate("t0ken")
    assert plain.identity({"x-amzn-oidc-data": "ann"}) is None
    with pytest.raises(UntrustedError):
        plain.identity({"authorization": "Bearer a.b.c"})


def test_without_token_and_grants_the_gate_is_shut() -> None:
    assert not Gate().open
    assert not Gate("").open
    assert Gate("t0ken").open
    assert Gate(None, (CI,)).open


def test_an_empty_token_opens_nothing() -> None:
    with pytest.raises(UntrustedError):
        Gate("").identity({"authorization": "Bearer "})


def test_a_gate_asks_whom_the_file_names() -> None:
    said = parse(
        b"oidc: {issuer: 'https://idp.example', audience: trueup}\n"
        b"alb: {loadBalancer: '" + BALANCER.encode() + b"'}\n"
        b"grants: [{role: operator, environments: [prod], oidcClaims: [{groups: [sre]}]}]",
        "roles.yaml",
    )
    assert isinstance(said, Roles)
    gate = build_gate(None, said)
    assert gate.bearers is not None
    assert gate.balancer is not None
    assert gate.rights(Identity("ann", How.OIDC, {"groups": ["sre"]}), "prod") == frozenset(Right)
    assert build_gate("t0ken", Roles()) == Gate("t0ken")


ANN = Identity("ann", How.ALB)
HERE = {"content-type": "application/json", "host": "trueup.example", "origin": "https://trueup.example"}


@pytest.mark.parametrize(
    "headers",
    [
        HERE,
        {**HERE, "content-type": "application/json; charset=utf-8"},
        {**HERE, "sec-fetch-site": "same-origin"},
        {"content-type": "application/json", "host": "trueup.example"},
    ],
)
def test_the_page_itself_may_ask(headers: dict[str, str]) -> None:
    assert not forged(ANN, headers)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {**HERE, "content-type": "text/plain"},
        {**HERE, "content-type": "application/x-www-form-urlencoded"},
        {**HERE, "origin": "https://evil.example"},
        {**HERE, "origin": "null"},
        {**HERE, "origin": "https://trueup.example.evil.example"},
        {**HERE, "sec-fetch-site": "cross-site"},
        {**HERE, "sec-fetch-site": "same-site"},
    ],
)
def test_another_site_may_not(headers: dict[str, str]) -> None:
    assert forged(ANN, headers)
    assert not forged(Identity("ci", How.TOKEN), headers)
