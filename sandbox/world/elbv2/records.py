"""The things a load balancer is made of, as the world keeps them."""

from dataclasses import dataclass, field

from sandbox.world.calls import Answer


@dataclass(slots=True)
class Target:
    """An address registered in a target group.

    ``images`` are what runs there, ``verdict`` what the world was told its health checks find (``None``: what the
    images do), ``draining_since`` the moment of its deregistration; times are seconds since the epoch.
    """

    id: str
    port: int
    registered_at: float
    images: tuple[str, ...] = ()
    verdict: bool | None = None
    draining_since: float | None = None


@dataclass(slots=True)
class TargetGroup:
    """``shape`` is what DescribeTargetGroups says; ``in_use_since`` when a listener first forwarded to it.

    If one does.
    """

    arn: str
    name: str
    shape: Answer
    attributes: dict[str, str]
    targets: dict[tuple[str, int], Target] = field(default_factory=dict)
    in_use_since: float | None = None


@dataclass(slots=True)
class LoadBalancer:
    """``shape`` is what DescribeLoadBalancers says; ``kind`` is ``application``, ``network`` or ``gateway``."""

    arn: str
    name: str
    kind: str
    shape: Answer
    attributes: dict[str, str]

    @property
    def dimension(self) -> str:
        """Its name among CloudWatch's dimensions: ``app/<name>/<id>``."""
        return self.arn.split(":loadbalancer/", 1)[1]


@dataclass(slots=True)
class Listener:
    """``actions`` are the default actions as AWS reads them back; ``extra`` certificates, policies and the like."""

    arn: str
    load_balancer_arn: str
    protocol: str
    port: int
    actions: list[Answer]
    extra: Answer
    attributes: dict[str, str]


@dataclass(slots=True)
class Rule:
    """A rule besides the default one."""

    arn: str
    listener_arn: str
    priority: int
    conditions: list[Answer]
    actions: list[Answer]


def group_dimension(arn: str) -> str:
    """A target group's name among CloudWatch's dimensions: ``targetgroup/<name>/<id>``."""
    return arn.rsplit(":", 1)[1]
