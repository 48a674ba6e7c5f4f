"""Who did something, from where and by which call, in the words that everybody shows."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from reconcilers.trail import TrailEvent

_CONSOLE = ("console.amazonaws.com", "signin.amazonaws.com", "Mozilla/")
# Programs that say who they are among others: which of the products in a user agent counts, and how people call it.
_PRODUCTS = {
    "trueup": "Trueup",
    "Terraform": "Terraform",
    "OpenTofu": "OpenTofu",
    "Pulumi": "Pulumi",
    "aws-cli": "AWS CLI",
    "Boto3": "Boto3",
}
_PRODUCT = re.compile(r"([A-Za-z][\w.-]*)/([\w.+-]+)")
_SERVICES = {"cloudformation": "CloudFormation", "codedeploy": "CodeDeploy", "ecs": "Amazon ECS"}
_SERVICES |= {"ecs.application-autoscaling": "Application Auto Scaling", "application-autoscaling": "Auto Scaling"}

NOBODY = frozenset({"", "somebody else"})  # whom a fact names that did something, where that is not known
AND = " and "  # between several of them
MOST = 60  # characters of a program's name: a user agent is whatever its sender likes


@dataclass(frozen=True, slots=True)
class Author:
    """``who`` as AWS's ARN, ``None`` where it does not tell; ``at`` in seconds since the epoch.

    ``source``: the address it came from, or the AWS service that called. ``call``: ``ecs:UpdateService``. ``via``: the
    program, as ``AWS CLI 2.9.8`` or ``console``. ``event``: CloudTrail's id. ``pending``: CloudTrail was asked and may
    still tell, since it is late.
    """

    who: str | None = None
    at: float | None = None
    source: str = ""
    call: str = ""
    via: str = ""
    event: str = ""
    pending: bool = False


def author_of(event: TrailEvent) -> Author:
    """Whoever an event of CloudTrail names."""
    return Author(event.who, event.at, event.source, event.call, via(event), event.id)


def name(who: str) -> str:
    """A principal as people say it: ``user/mallory``, ``role/session`` of an assumed role, an account's ``root``.
    Of several, each.
    """
    return AND.join(each.rpartition(":")[2].removeprefix("assumed-role/") for each in who.split(AND))


def together(whos: Iterable[str | None]) -> str:
    """Several principals as one text, each once; empty where none is known."""
    return AND.join(dict.fromkeys(each for who in whos for each in hands(who or "")))


def hands(who: str) -> tuple[str, ...]:
    """The principals in such a text."""
    return () if who in NOBODY else tuple(who.split(AND))


def via(event: TrailEvent) -> str:
    """The program behind a call, by its user agent: what people know it as, and its version."""
    agent = event.user_agent.strip("[]")
    if event.source.endswith(".amazonaws.com"):
        return _service(event.source)
    if event.console or agent.startswith(_CONSOLE) or agent == "AWS Internal":
        return "console"
    if agent.endswith(".amazonaws.com"):
        return _service(agent)
    products = _PRODUCT.findall(agent)
    for product, called in _PRODUCTS.items():
        version = next((version for each, version in products if each == product), None)
        if version is not None:
            return f"{called} {version}"[:MOST]
    return (" ".join(products[0]) if products else agent.partition(" ")[0])[:MOST]


def ours(author: Author) -> bool:
    """Whether it was Trueup itself that did it."""
    return author.via.partition(" ")[0] == _PRODUCTS["trueup"]


def _service(host: str) -> str:
    prefix = host.removesuffix(".amazonaws.com")
    return _SERVICES.get(prefix, prefix)[:MOST]
