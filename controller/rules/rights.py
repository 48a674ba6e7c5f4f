"""Who may do what: identities, what they are granted, and the one question. Pure: who somebody is is known before."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from reconcilers.guard_rails.globs import any_matches


class Right(StrEnum):
    """What takes more than to look."""

    ORDER = "order"  # sync, retry, look at the repository
    DESPITE_ALARM = "despite-alarm"
    LOGS = "logs"  # applications write what they should not


class Role(StrEnum):
    """What somebody is trusted with, in an environment. Everybody is a reader."""

    READER = "reader"
    DEPLOYER = "deployer"
    OPERATOR = "operator"

    @property
    def rights(self) -> frozenset[Right]:
        """What the role allows."""
        return _RIGHTS[self]


_RIGHTS = {
    Role.READER: frozenset[Right](),
    Role.DEPLOYER: frozenset({Right.ORDER}),
    Role.OPERATOR: frozenset(Right),
}


class How(StrEnum):
    """By what somebody is known."""

    API_TOKEN = "api-token"  # noqa: S105 - a word
    TOKEN = "token"  # noqa: S105 - a word
    OIDC = "oidc"
    ALB = "alb"


@dataclass(frozen=True, slots=True)
class Identity:
    """Somebody who is known for certain. ``claims`` are those of a provider, verified, and stay out of ``repr``."""

    name: str
    how: How
    claims: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def __str__(self) -> str:
        return f"{self.name} ({self.how.value})"


@dataclass(frozen=True, slots=True)
class TokenHash:
    """A token by its name, and the SHA-256 of what it is, in hex."""

    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class ClaimRule:
    """Whom a provider's claims must describe: each claim by name, one of its values matching one of the globs."""

    how: How
    claims: Mapping[str, tuple[str, ...]]

    def fits(self, identity: Identity) -> bool:
        """Whether it speaks of somebody. A claim that is missing or empty fits nothing."""
        if identity.how is not self.how or not self.claims:
            return False
        return all(
            any(any_matches(globs, value) for value in _texts(identity.claims.get(name)))
            for name, globs in self.claims.items()
        )


@dataclass(frozen=True, slots=True)
class Grant:
    """A role in the environments that one of the globs matches, for whoever has a token or fits a rule."""

    role: Role
    environments: tuple[str, ...]
    tokens: tuple[TokenHash, ...] = ()
    rules: tuple[ClaimRule, ...] = ()

    def fits(self, identity: Identity) -> bool:
        """Whether it is somebody's."""
        if identity.how is How.TOKEN:
            return any(each.name == identity.name for each in self.tokens)
        return any(each.fits(identity) for each in self.rules)


def rights(grants: tuple[Grant, ...], identity: Identity | None, environment: str | None) -> frozenset[Right]:
    """What somebody may do in an environment; in at least one of them, where that is ``None``."""
    if identity is None:
        return frozenset()
    if identity.how is How.API_TOKEN:
        return Role.OPERATOR.rights
    mine = [each for each in grants if each.fits(identity)]
    there = [each for each in mine if environment is None or any_matches(each.environments, environment)]
    return frozenset(right for each in there for right in each.role.rights)


def token_of(grants: tuple[Grant, ...], given: str) -> Identity | None:
    """Whose token it is; every one is compared, and each in constant time."""
    digest = hashlib.sha256(given.encode("utf-8", "surrogateescape")).hexdigest()
    tokens = (token for each in grants for token in each.tokens)
    names = [token.name for token in tokens if hmac.compare_digest(token.sha256, digest)]
    return Identity(names[0], How.TOKEN) if names and given else None


def _texts(claim: Any) -> tuple[str, ...]:
    """The texts of a claim, empty ones left out. A number or a truth value is no name of anything."""
    values = claim if isinstance(claim, list | tuple) else (claim,)
    return tuple(each for each in values if isinstance(each, str) and each.strip())
