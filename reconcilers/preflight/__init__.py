"""What must hold before traffic moves. Read once, before the first mutation of a rollout, and reported all at once.

A blocking finding keeps everything from being written. A warning does so only where the manifest says ``strict``.

``service`` checks the service, what it would run and the way back; ``group`` CodeDeploy's deployment group, listeners
and target groups; ``alarms`` the alarms, and ECS's own safeguards.
"""

from dataclasses import replace
from typing import assert_never

from reconcilers.live_service import LiveService
from reconcilers.model import CodeDeployRollout, RollingRollout, Service
from reconcilers.outcome import Finding
from reconcilers.preflight import alarms, group, service
from reconcilers.preflight_facts import PreflightFacts


def findings(wanted: Service, live: LiveService, facts: PreflightFacts, *, despite_alarm: bool) -> tuple[Finding, ...]:
    """All that stands in the way of shipping, and all that should be better, each with a stable code and a remedy.

    ``despite_alarm``: a person ships a fix while an alarm fires, so that a firing alarm is no finding.
    """
    found = [
        *service.state(live),
        *service.ports(wanted, live),
        *_by_rollout(wanted, live, facts),
        *service.rollback_target(facts),
        *service.images(wanted, facts),
    ]
    kept = (each for each in found if not (despite_alarm and each.code == "AlarmFiring"))
    return tuple(replace(each, blocking=True) for each in kept) if wanted.strict else tuple(kept)


def _by_rollout(wanted: Service, live: LiveService, facts: PreflightFacts) -> tuple[Finding, ...]:
    rollout = wanted.rollout
    match rollout:
        case CodeDeployRollout():
            return tuple(group.findings(rollout, wanted, live, facts))
        case RollingRollout():
            return (*service.target_groups(live, facts), *alarms.of_rolling(wanted, live, facts))
        case _:
            assert_never(rollout)
