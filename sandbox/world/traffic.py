"""The world's visitors: requests on production listeners, errors from bad images, and the metrics that tell of both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sandbox.world.world import Place


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What an image does: whether its container stays up, passes health checks.

    And which share of requests it fails.
    """

    starts: bool = True
    healthy: bool = True
    error_rate: float = 0.0


GOOD = Behaviour()
DEFAULTS = (("*:*crash*", Behaviour(starts=False, healthy=False)), ("*:*bad*", Behaviour(error_rate=0.6)))


class Traffic:
    """``behave`` says what images do; the place's load balancers get their requests from here."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._patterns: list[tuple[str, Behaviour]] = list(DEFAULTS)

    def behave(self, pattern: str, behaviour: Behaviour) -> None:
        """Images that match ``pattern`` (as in a shell: ``*:3.*``) behave so from now on; the last word counts."""
        self._patterns.insert(0, (pattern, behaviour))

    def behaviour(self, image: str) -> Behaviour:
        return next((one for pattern, one in self._patterns if fnmatchcase(image, pattern)), GOOD)

    def starts(self, image: str) -> bool:
        """Whether a container of this image stays up."""
        return self.behaviour(image).starts

    def healthy(self, images: Sequence[str]) -> bool:
        """Whether a task of these images passes its load balancer's health checks."""
        return all(self.behaviour(image).healthy for image in images)
