"""A board with something of everything: a service that drifted, one that shifts, one held, one blocked, one broken."""

import time
from dataclasses import replace

from controller.source.problem import Problem
from reconcilers.attempts import AttemptState, AwsReason, Failure
from reconcilers.diff import Change
from reconcilers.explain import chain
from reconcilers.history import History
from reconcilers.live import Live
from reconcilers.model import Service, ServiceKey
from reconcilers.outcome import Outcome, Progressing
from reconcilers.preflight_facts import Alarm
from reconcilers.progress import Colour, LifecycleEvent, Progress
from reconcilers.report import Report
from tests.controller.builders import BLOCKED, HELD, KEY, drifted, named, observed, report, snapshot, wanted
from tests.controller.web.served import Served
from tests.reconcilers.builders import arn, attempt, registered

MALLORY = "arn:aws:iam::1:user/mallory"
BROKEN = Problem("desired/prod/broken.yaml", 3, 7, "There is no field imagez", "Did you mean images?")
WEB, API, SHOP = named("web"), named("api"), named("shop", cluster="shops")
EVIL = "\x1b[2J\x1b]0;owned\x07ship \u202etxt.exe\x9b31m"


def filled(now: float | None = None) -> Served:
    """The board, as of ``now`` in seconds since the epoch: the present where nothing else is said."""
    now = time.time() if now is None else now
    served = Served(now)
    services = (wanted("v2"), WEB, API, SHOP)
    found = replace(snapshot(*services, problems=(BROKEN,)), spoiled={ServiceKey("prod", "broken"): (BROKEN,)})
    served.adopt(found)
    served.look(
        report(at=now - 7260),
        replace(drifted(*CHANGES, at=now - 7200), observed=by_hand(now)),
        looked(shifting(now), WEB, now - 190),
        looked(BLOCKED, API, now - 60),
        looked(HELD, SHOP, now - 600),
    )
    served.histories[KEY] = history(now)
    return served


CHANGES = (
    Change("/taskDefinition/containerDefinitions/proxy/environment/DEBUG", "added", None, "hunter2"),
    Change("/serviceDefinition/desiredCount", "changed", 2, 4),
    Change("/serviceDefinition/enableExecuteCommand", "removed", False, None),
)


def looked(outcome: Outcome, service: Service, at: float) -> Report:
    """A look at a service that ended so, with its chain."""
    seen = observed(at=at)
    return report(outcome, key=service.key, observed=seen, at=at, plan={"chain": chain(service, seen, outcome)})


def by_hand(now: float) -> Live:
    """What mallory left running."""
    return Live(now, None, registered("v1", registered_by=MALLORY, registered_at=now - 7000))


def shifting(now: float, traffic: float = 30.0) -> Progressing:
    """A shift of ``web``, with everything that one can say of itself."""
    events = (
        LifecycleEvent("BeforeInstall", "Succeeded", now - 190, now - 189),
        LifecycleEvent("Install", "Succeeded", now - 189, now - 120),
        LifecycleEvent("AllowTraffic", "InProgress", now - 120),
        LifecycleEvent("AfterAllowTraffic", "Pending"),
    )
    colours = (Colour(False, 100.0 - traffic, 2, 2, arn(1)), Colour(True, traffic, 2, 2, arn(2)))
    alarms = (Alarm("web-5xx", "OK"), Alarm("web-latency", "ALARM"))
    return Progressing(
        "d-v2 moves traffic", 15.0, "d-v2", Progress(traffic, 2, 2, events, colours, alarms, ends_at=now + 420)
    )


def history(now: float) -> History:
    """What was tried: a release that succeeded, one that an alarm stopped, its rollback, and mallory's own."""
    tried = (
        attempt(None, id="d-HAND", mark=None, created_at=now - 7000, finished_at=now - 6400),
        attempt(
            "v1",
            id="d-BACK",
            mark=None,
            created_at=now - 9000,
            finished_at=now - 8900,
            rollback_of="d-v3",
            creator="codeDeployRollback",
        ),
        attempt(
            "v3",
            AttemptState.STOPPED,
            created_at=now - 9600,
            finished_at=now - 9000,
            rollback="d-BACK",
            reason=AwsReason("ALARM_ACTIVE", "One or more alarms have been activated"),
        ),
        attempt("v1", created_at=now - 90000, finished_at=now - 89000),
    )
    return History(tried, {"d-v3": (Failure("AllowTraffic", "ScriptFailed", "the hook said no"),)}, now)
