"""The operator's file of roles: what it says, and what is wrong with it, at its place."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.rules.reading import MisconfiguredError
from controller.rules.rights import ClaimRule, Grant, How, Role, TokenHash
from controller.rules.roles import Roles, parse, roles

HASH = "0" * 64
WHOLE = f"""\
oidc: {{issuer: "https://idp.example", audience: trueup, jwksUrl: "https://idp.example/keys", nameClaim: email}}
alb:
  loadBalancer: arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/trueup/0123456789abcdef
  issuer: https://idp.example
  client: c1
grants:
  - role: deployer
    environments: [dev, "stage-*"]
    tokens: [{{name: ci, sha256: "{HASH}"}}]
  - role: operator
    environments: [prod]
    oidcClaims: [{{groups: [sre]}}]
    albClaims: [{{email: ["?*@example.com"]}}]
"""
GRANT = "grants:\n  - role: deployer\n    environments: [dev]\n    "


def problems(text: str) -> list[str]:
    found = parse(text.encode(), "roles.yaml")
    assert isinstance(found, tuple), found
    return [str(each) for each in found]


def test_every_field_arrives() -> None:
    found = parse(WHOLE.encode(), "roles.yaml")
    assert isinstance(found, Roles)
    assert found.grants == (
        Grant(Role.DEPLOYER, ("dev", "stage-*"), (TokenHash("ci", HASH),)),
        Grant(
            Role.OPERATOR,
            ("prod",),
            (),
            (ClaimRule(How.OIDC, {"groups": ("sre",)}), ClaimRule(How.ALB, {"email": ("?*@example.com",)})),
        ),
    )
    assert found.oidc is not None
    assert (found.oidc.issuer, found.oidc.audience, found.oidc.name_claim) == ("https://idp.example", "trueup", "email")
    assert found.alb is not None
    assert found.alb.keys == "https://public-keys.auth.elb.eu-west-1.amazonaws.com"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("grants: []", "roles.yaml:1:9: grants cannot be used."),
        (GRANT + "x: 1", "roles.yaml:4:5: There is no field x in grants[0]."),
        ("grants: [{role: admin, environments: [a]}]", "roles.yaml:1:17: grants[0].role is not one of the words."),
        ("grants: [{role: reader, environments: [a]}]", "roles.yaml:1:10: grants[0] cannot be used. Say who: tokens"),
        (GRANT + "oidcClaims: [{}]", "roles.yaml:2:5: grants[0] cannot be used. Name at least one claim"),
        (GRANT + "oidcClaims: [{a: []}]", "roles.yaml:4:22: grants[0].oidcClaims[0].a cannot be used."),
        (GRANT + "oidcClaims: [{a: ['']}]", "roles.yaml:4:23: grants[0].oidcClaims[0].a[0] cannot be used."),
        (GRANT + "oidcClaims: [{a: [' ']}]", "roles.yaml:4:23: grants[0].oidcClaims[0].a[0] cannot be used."),
        (GRANT + "oidcClaims: [{a: [b]}]", "roles.yaml:4:17: There is no oidc. Add oidc, which says whom to believe."),
        (GRANT + "albClaims: [{a: [b]}]", "roles.yaml:4:16: There is no alb. Add alb, which says whom to believe."),
        (GRANT + "tokens: [{name: ci, sha256: t0ken}]", "roles.yaml:4:33: grants[0].tokens[0].sha256 cannot be used."),
        (
            GRANT + f"tokens: [{{name: ci, sha256: '{HASH}'}}, {{name: ci, sha256: '{'1' * 64}'}}]",
            "roles.yaml:4:102: Two tokens are called ci.",
        ),
        ("oidc: {issuer: 'http://idp.example', audience: a}", "roles.yaml:1:1: grants is missing."),
        (
            "oidc: {issuer: 'https://u:p@idp', audience: a}\n" + WHOLE[WHOLE.index("alb") :],
            "roles.yaml:1:16: oidc.issuer",
        ),
        ("alb: {loadBalancer: 'arn:aws:x'}\n" + GRANT, "roles.yaml:1:21: alb.loadBalancer cannot be used."),
    ],
)
def test_what_is_wrong_has_its_place_and_a_remedy(text: str, problem: str) -> None:
    assert any(each.startswith(problem) for each in problems(text)), problems(text)


def test_what_was_written_in_place_of_a_hash_is_not_repeated() -> None:
    assert "hunter2" not in "".join(problems(GRANT + "tokens: [{name: ci, sha256: hunter2}]"))


@pytest.mark.parametrize(
    "issuer", ["http://idp.example", "ftp://x", "https://", "idp.example", "https://u:p@idp.example"]
)
def test_keys_are_only_fetched_over_https(issuer: str) -> None:
    text = f"oidc: {{issuer: '{issuer}', audience: a}}\n{GRANT}oidcClaims: [{{a: [b]}}]"
    assert problems(text)[0].startswith("roles.yaml:1:16: oidc.issuer cannot be used. It must be an address")


def test_this_very_host_needs_no_https() -> None:
    text = f"oidc: {{issuer: 'http://127.0.0.1:1', audience: a}}\n{GRANT}oidcClaims: [{{a: [b]}}]"
    assert isinstance(parse(text.encode(), "roles.yaml"), Roles)


def test_without_a_file_nobody_has_a_role() -> None:
    assert roles(None) == Roles()


def test_a_file_that_cannot_be_used_is_no_file_without_roles(tmp_path: Path) -> None:
    file = tmp_path / "roles.yaml"
    with pytest.raises(MisconfiguredError, match="cannot be read"):
        roles(file)
    file.write_text("grants: []", "utf-8")
    with pytest.raises(MisconfiguredError):
        roles(file)
    file.write_text(WHOLE, "utf-8")
    assert len(roles(file).grants) == 2


@given(st.integers(0, len(WHOLE)))
def test_a_truncated_file_gives_roles_or_problems(length: int) -> None:
    found = parse(WHOLE[:length].encode(), "roles.yaml")
    assert isinstance(found, Roles) or (found and all(each.file == "roles.yaml" for each in found))
