"""How far a running deployment is."""

from dataclasses import dataclass

from reconcilers.preflight_facts import Alarm


@dataclass(frozen=True, slots=True)
class Pace:
    """How traffic moves in steps: ``percent`` at once, and as much again (or all) every ``interval`` seconds."""

    percent: float
    interval: float
    canary: bool = False


@dataclass(frozen=True, slots=True)
class LifecycleEvent:
    """One of the eight steps of a CodeDeploy deployment on ECS, as GetDeploymentTarget lists them."""

    name: str
    status: str  # Pending, InProgress, Succeeded, Failed, Skipped, Unknown
    started_at: float | None = None
    ended_at: float | None = None


@dataclass(frozen=True, slots=True)
class Colour:
    """One side of a shift, the new one (green) or the one before it (blue). ``weight``: its share of production in
    percent. ``task_definition_arn`` is ``None`` where its task set is not to be seen.
    """

    green: bool
    weight: float
    running: int
    desired: int
    task_definition_arn: str | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a running deployment is. ``traffic`` is the new version's share of production in percent, 0 to 100.

    ``alarms`` are those that watch it, as they stand; none where they could not be asked. ``ends_at``: when production
    is expected to have moved, in seconds since the epoch; ``gives_up_at``: when AWS stops it, should nobody let it go.
    """

    traffic: float
    running: int
    desired: int
    events: tuple[LifecycleEvent, ...] = ()
    colours: tuple[Colour, ...] = ()
    alarms: tuple[Alarm, ...] = ()
    ends_at: float | None = None
    gives_up_at: float | None = None
