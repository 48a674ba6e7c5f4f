"""Who may do what, and that nobody may more."""

from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.rules.rights import ClaimRule, Grant, How, Identity, Right, Role, TokenHash, rights, token_of

TOKEN = TokenHash("ci", sha256(b"t").hexdigest())
SRE = ClaimRule(How.OIDC, {"groups": ("sre", "lead-*"), "email": ("?*@example.com",)})
GRANTS = (
    Grant(Role.DEPLOYER, ("dev", "stage-*"), (TOKEN,)),
    Grant(Role.OPERATOR, ("prod",), (), (SRE,)),
    Grant(Role.READER, ("*",), (TOKEN,)),
)
CI = Identity("ci", How.TOKEN)


def ann(**claims: Any) -> Identity:
    return Identity("ann", How.OIDC, {"groups": ["sre"], "email": "ann@example.com", **claims})


def test_nobody_may_nothing() -> None:
    assert rights(GRANTS, None, "dev") == frozenset()


def test_the_apis_token_may_everything_everywhere() -> None:
    assert rights((), Identity("x", How.API_TOKEN), "prod") == frozenset(Right)


@pytest.mark.parametrize(
    ("environment", "may"),
    [("dev", True), ("stage-1", True), ("stage", False), ("prod", False), ("dev2", False), (None, True)],
)
def test_a_role_holds_in_its_environments(environment: str | None, *, may: bool) -> None:
    assert (Right.ORDER in rights(GRANTS, CI, environment)) is may


def test_a_deployer_neither_overrides_alarms_nor_reads_logs() -> None:
    assert rights(GRANTS, CI, "dev") == {Right.ORDER}


def test_an_operator_may_all_of_it_in_its_environment_alone() -> None:
    assert rights(GRANTS, ann(), "prod") == frozenset(Right)
    assert rights(GRANTS, ann(), "dev") == frozenset()


@pytest.mark.parametrize("groups", ["sre", ["x", "sre"], ["lead-db"], ("sre",)])
def test_one_value_of_a_claim_is_enough(groups: Any) -> None:
    assert rights(GRANTS, ann(groups=groups), "prod")


@pytest.mark.parametrize(
    "claims",
    [
        {"groups": []},
        {"groups": ""},
        {"groups": None},
        {"groups": ["SRE"]},
        {"groups": ["sre2"]},
        {"groups": [["sre"]]},
        {"groups": {"sre": 1}},
        {"groups": True},
        {"email": ""},
        {"email": " "},
        {"email": "ann@example.com.evil.example"},
        {"email": "@example.com"},
    ],
)
def test_every_claim_of_a_rule_must_fit_and_an_empty_one_fits_nothing(claims: dict[str, Any]) -> None:
    assert rights(GRANTS, ann(**claims), "prod") == frozenset()


def test_a_claim_that_is_missing_fits_not_even_a_star() -> None:
    everybody = ClaimRule(How.OIDC, {"groups": ("*",)})
    assert not everybody.fits(Identity("ann", How.OIDC))
    assert not everybody.fits(ann(groups=["", "  "]))
    assert not ClaimRule(How.OIDC, {}).fits(ann())


def test_what_one_provider_says_is_not_what_another_said() -> None:
    assert rights(GRANTS, Identity("ann", How.ALB, ann().claims), "prod") == frozenset()
    assert rights(GRANTS, Identity("ci", How.OIDC, {}), "dev") == frozenset()


def test_a_token_is_known_by_its_hash() -> None:
    assert token_of(GRANTS, "t") == CI
    assert token_of(GRANTS, TOKEN.sha256) is None
    assert token_of((), "t") is None


def test_an_empty_token_is_nobodys_even_where_its_hash_was_written_down() -> None:
    empty = (Grant(Role.OPERATOR, ("*",), (TokenHash("oops", sha256(b"").hexdigest()),)),)
    assert token_of(empty, "") is None


@given(st.text(max_size=8))
def test_only_the_token_itself_is_the_token(given: str) -> None:
    assert (token_of(GRANTS, given) is not None) is (given == "t")


def test_claims_are_not_printed() -> None:
    assert "example.com" not in repr(ann())
    assert str(ann()) == "ann (oidc)"
