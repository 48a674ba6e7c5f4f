"""What an operator may say of roles: a file's text in, grants and providers out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel

from controller.rules import reading
from controller.rules.rights import ClaimRule, Grant, How, Role, TokenHash
from controller.source.documents import Document
from controller.source.problem import Problem

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_LOAD_BALANCER = re.compile(
    r"arn:aws[a-z-]*:elasticloadbalancing:(?P<region>[a-z0-9-]+):[0-9]{12}:loadbalancer/app/[\w-]+/[0-9a-f]+", re.ASCII
)


def _address(text: str) -> str:
    parts = urlsplit(text)
    safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
    if not safe or not parts.hostname or parts.username is not None or not text.isprintable() or " " in text:
        raise ValueError("It must be an address such as https://idp.example.com/keys.")
    return text


def _balancer(text: str) -> str:
    if _LOAD_BALANCER.fullmatch(text) is None:
        raise ValueError(
            "Write the ARN of an Application Load Balancer: arn:aws:elasticloadbalancing:…:loadbalancer/app/…"
        )
    return text


Address = Annotated[str, AfterValidator(_address)]
LoadBalancer = Annotated[str, AfterValidator(_balancer)]
Glob = Annotated[str, Field(min_length=1, pattern=r"^\S+$")]
Value = Annotated[str, Field(min_length=1, pattern=r"\S")]
Claims = Mapping[Annotated[str, Field(min_length=1)], Annotated[tuple[Value, ...], Field(min_length=1)]]


class _Part(BaseModel):
    model_config = ConfigDict(
        extra="forbid", frozen=True, alias_generator=to_camel, validate_by_name=False, hide_input_in_errors=True
    )


class Oidc(_Part):
    """A provider whose tokens are sent as bearers."""

    issuer: Address = Field(description="Its name, as it stands in iss.")
    audience: str = Field(min_length=1, description="What must stand in aud: who the tokens are meant for.")
    jwks_url: Address | None = Field(default=None, description="Where its keys are; asked of the issuer if left out.")
    name_claim: str = Field(default="sub", min_length=1, description="The claim that people are called by.")


class Alb(_Part):
    """An Application Load Balancer that lets people log in, and tells who they are."""

    load_balancer: LoadBalancer = Field(description="Its ARN, which must have signed.")
    issuer: str | None = Field(default=None, min_length=1, description="The provider that it asked, in iss.")
    client: str | None = Field(default=None, min_length=1, description="Its client id at the provider.")
    keys_url: Address | None = Field(default=None, description="Where its keys are, if not AWS's own.")
    name_claim: str = Field(default="sub", min_length=1, description="The claim that people are called by.")

    @property
    def keys(self) -> str:
        """Where its public keys are (AWS, ELB user guide: authenticate users)."""
        region = self.load_balancer.split(":")[3]
        return (self.keys_url or f"https://public-keys.auth.elb.{region}.amazonaws.com").rstrip("/")


class Token(_Part):
    """A token by name. Its SHA-256 is written here, never the token."""

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._@-]{0,99}$", description="What it is called in the record.")
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$", description="Of the token: printf %s TOKEN | sha256sum.")


class Entry(_Part):
    """Who has a role, and where."""

    role: Role = Field(description="reader, deployer (sync, retry), or operator (also despite an alarm, and logs).")
    environments: tuple[Glob, ...] = Field(min_length=1, description="Environments, as globs.")
    tokens: tuple[Token, ...] = Field(default=(), description="Whoever has one of these.")
    oidc_claims: tuple[Claims, ...] = Field(default=(), description="Whom the provider describes so: all of it.")
    alb_claims: tuple[Claims, ...] = Field(default=(), description="The same, of who logged in at the load balancer.")

    @model_validator(mode="after")
    def _somebody(self) -> Entry:
        if not (self.tokens or self.oidc_claims or self.alb_claims):
            raise ValueError("Say who: tokens, oidcClaims or albClaims.")
        if not all((*self.oidc_claims, *self.alb_claims)):
            raise ValueError("Name at least one claim: without any, everybody would be meant.")
        return self


class RolesFile(_Part):
    """The file: who is asked, and who may do what."""

    oidc: Oidc | None = Field(default=None, description="Whose bearer tokens are believed.")
    alb: Alb | None = Field(default=None, description="Which load balancer's word is believed.")
    grants: tuple[Entry, ...] = Field(min_length=1, description="Who may do what.")


@dataclass(frozen=True, slots=True)
class Roles:
    """Who may do what, and who is asked who somebody is."""

    grants: tuple[Grant, ...] = ()
    oidc: Oidc | None = None
    alb: Alb | None = None


def roles(file: Path | None, text: str | None = None) -> Roles:
    """What the file says, or its text; nothing where there is neither. Raises ``MisconfiguredError``."""
    said = reading.said(file, text, "TRUEUP_ROLES")
    if said is None:
        return Roles()
    found = parse(*said)
    if not isinstance(found, Roles):
        raise reading.MisconfiguredError(found)
    return found


def parse(text: bytes, file: str) -> Roles | tuple[Problem, ...]:
    """Read a file. Gives its problems, at least one, where it cannot be used."""
    match reading.parse(text, file, RolesFile):
        case (Document() as document, RolesFile() as said):
            return _contradictions(document, said) or Roles(tuple(map(_grant, said.grants)), said.oidc, said.alb)
        case problems:
            return problems


def _contradictions(document: Document, said: RolesFile) -> tuple[Problem, ...]:
    problems: list[Problem] = []
    hashes: dict[str, str] = {}
    for index, entry in enumerate(said.grants):
        for field, provider, claims in (("oidc", said.oidc, entry.oidc_claims), ("alb", said.alb, entry.alb_claims)):
            if claims and provider is None:
                remedy = f"Add {field}, which says whom to believe."
                problems.append(document.problem(("grants", index, f"{field}Claims"), f"There is no {field}", remedy))
        for place, token in enumerate(entry.tokens):
            if hashes.setdefault(token.name, token.sha256) != token.sha256:
                at = ("grants", index, "tokens", place)
                message = f"Two tokens are called {token.name}"
                problems.append(document.problem(at, message, "Give each a name of its own: the record goes by it."))
    return tuple(sorted(problems))


def _grant(said: Entry) -> Grant:
    rules = (
        *(ClaimRule(How.OIDC, dict(each)) for each in said.oidc_claims),
        *(ClaimRule(How.ALB, dict(each)) for each in said.alb_claims),
    )
    return Grant(said.role, said.environments, tuple(TokenHash(each.name, each.sha256) for each in said.tokens), rules)
