"""Names and ARNs: what a reference means, and where new identifiers come from."""

import random
import string
import uuid

_DEPLOYMENT_ALPHABET = string.ascii_letters + string.digits + "_-"


def last_part(reference: str) -> str:
    """``prod`` for ``prod`` and for ``arn:aws:ecs:eu-west-1:123456789012:cluster/prod``."""
    return reference.rsplit("/", 1)[-1]


def family_and_revision(reference: str) -> tuple[str, int | None]:
    """``("web", 3)`` for ``web:3`` and its ARN; the revision is None where the family stands alone.

    Raises ``ValueError`` where a revision stands that is no number.
    """
    family, _, revision = last_part(reference).partition(":")
    return family, int(revision) if revision else None


def task_set_id(chance: random.Random) -> str:
    """The id that task sets and deployments share: ``ecs-svc/`` and 19 digits."""
    return f"ecs-svc/{chance.randrange(10**18, 10**19)}"


def revision_id(chance: random.Random) -> str:
    return str(chance.randrange(10**18, 10**19))


def service_deployment_id(chance: random.Random) -> str:
    return "".join(chance.choices(_DEPLOYMENT_ALPHABET, k=21))


def long_id(chance: random.Random) -> str:
    """32 hexadecimal digits, as tasks have."""
    return f"{chance.getrandbits(128):032x}"


def dashed_id(chance: random.Random) -> str:
    """A UUID, as events and attachments have."""
    return str(uuid.UUID(int=chance.getrandbits(128), version=4))
