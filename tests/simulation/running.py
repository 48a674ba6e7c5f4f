"""One history from its beginning to its end: what happens, then no more faults, then everything at rest and true."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from reconcilers.model import Scope, ServiceKey
from reconcilers.outcome import Blocked, BlockedBy, Differs, Held, InSync, Sync
from reconcilers.verdict import Order
from tests.simulation.fleet import Declared, Plan
from tests.simulation.history import LEAST, History
from tests.simulation.replica import RHYTHM, Replica
from tests.simulation.rules import declared_content
from tests.simulation.rules.record import OLDEST
from tests.simulation.rules.shipping import INFRASTRUCTURE
from tests.simulation.stage import Stage
from tests.simulation.violation import Violated

REST = 75.0  # minutes within which everything has come to rest once nothing more happens
CLEARED = 120  # and again, once people have cleared what was held
NOTICED = 600.0  # seconds within which a blocked service is looked at again
ASK = 8  # minutes between two times that they look
QUIET = 600.0  # seconds in which nothing differs


@dataclass(frozen=True, slots=True)
class Result:
    """``rule``: which does not hold, empty where all do. ``injected``: faults that hit somebody, by kind."""

    seed: int
    rule: str
    said: str
    at: float
    injected: dict[str, int]
    counts: dict[str, int]
    steps: int


def run(history: History) -> Result:
    """Play it. Says which rule broke first, if one did."""
    stage = Stage(history)
    rule = said = ""
    try:
        stage.run(60 * history.minutes)
        _end(stage)
    except Violated as violated:
        rule, said = violated.rule, violated.said
    at = stage.now() - stage.began
    injected = dict(stage.weather.injected)
    return Result(history.seed, rule, said, round(at, 1), injected, dict(stage.witness.writing.counts), stage.steps)


def _end(stage: Stage) -> None:
    """No more faults. What is held for a reason stays held; then people clear it, and everything is in sync."""
    stage.weather.clear()
    stage.origin.away.clear()
    for replica in stage.replicas.values():
        replica.traps.clear()
    stage.traps.clear()
    stage.witness.over = True
    stage.run(2.5 * RHYTHM.sweep)
    _until(stage, REST, lambda plan: _at_rest(stage, plan))
    for plan in stage.plans.values():
        _justified(stage, plan)
    _clear(stage)
    _quiet(stage)


def _until(stage: Stage, minutes: float, done: Any) -> None:
    until = stage.now() + 60 * minutes
    while not all(done(plan) for plan in stage.plans.values()):
        if stage.now() > until:
            late = [plan.name for plan in stage.plans.values() if not done(plan)]
            raise Violated("every wait ends", "; ".join(_state(stage, stage.plans[name]) for name in late))
        stage.run(60)


def _state(stage: Stage, plan: Plan) -> str:
    status = _status(stage, plan)
    what = f"{status.sync} {status.outcome}" if status is not None else "nobody keeps it"
    return f"{plan.name} runs {stage.truth.runs(plan)}: {what}"[:600]


def _keeper(stage: Stage, plan: Plan) -> Replica | None:
    scope = Scope(plan.region)
    return next((each for each in stage.replicas.values() if each.keeper.keeps(scope)), None)


def _status(stage: Stage, plan: Plan) -> Any:
    keeper = _keeper(stage, plan)
    return keeper.board.service(ServiceKey("prod", plan.name)) if keeper is not None else None


def _wanted(stage: Stage, plan: Plan) -> bool:
    """Whether anybody knows of the service from Git: one that was removed is left as it is."""
    keeper = _keeper(stage, plan)
    knowing = [keeper] if keeper is not None else stage.replicas.values()
    return any(plan.name in each.clone.known for each in knowing)


def _read(stage: Stage) -> bool:
    """Whether every replica knows the newest commit."""
    return all(each.clone.last is stage.origin.head for each in stage.replicas.values())


def _at_rest(stage: Stage, plan: Plan) -> bool:
    if not _read(stage):
        return False
    if not _wanted(stage, plan):
        return True
    status = _status(stage, plan)
    if status is None or not stage.truth.at_rest(plan) or status.failing_since is not None:
        return False
    return isinstance(status.outcome, InSync | Held | Blocked | Differs)


def _justified(stage: Stage, plan: Plan) -> None:
    """How a service came to rest is what the world and the manifest say."""
    status = _status(stage, plan)
    if status is None or not _wanted(stage, plan):
        return
    record, outcome = stage.witness.of[plan.name], status.outcome
    if isinstance(outcome, InSync) and status.sync is Sync.IN_SYNC and stage.witness.reporting.differs(plan, status):
        raise Violated("what is reported in sync is in sync", _state(stage, plan))
    if isinstance(outcome, Held):
        keeper = _keeper(stage, plan)
        assert keeper is not None
        content = declared_content(keeper.clone.known[plan.name].declared)
        # A retry that was superseded is no verdict: what failed before it still is one.
        tried = [each for each in record.shipments if each.content == content]
        verdicts = [stage.witness.shipping.verdict(plan, each) for each in tried]
        # What replaced it before AWS told of it could not say so on its revision.
        ends = zip(tried, verdicts, strict=True)
        hasty = any(each.superseded and end is not None and end[1] - each.at <= OLDEST for each, end in ends)
        if tried and not hasty and not any(verdict is not None and verdict[0] for verdict in verdicts):
            raise Violated("only what failed is held", _state(stage, plan))
        if plan.sync != "observe" and tried:
            _labelled(stage, plan, content)
    if isinstance(outcome, Blocked) and not _stands(stage, plan, outcome):
        raise Violated("every wait ends", _state(stage, plan))


def _stands(stage: Stage, plan: Plan, blocked: Blocked) -> bool:
    """Whether what blocks a service is still there, a while after everything else has come to rest."""
    match blocked.by:
        case BlockedBy.FOUGHT:
            return True
        case BlockedBy.INFRASTRUCTURE:
            last = stage.witness.of[plan.name].shipments[-1:]
            ends = [stage.witness.shipping.ended(plan, each) for each in last]
            return any(end is not None and end[0] in INFRASTRUCTURE for end in ends)
        case BlockedBy.PREFLIGHT:
            keeper = _keeper(stage, plan)
            wanted = keeper.clone.known.get(plan.name) if keeper is not None else None
            pushed = stage.truth.pushed_at(plan, wanted.declared.tag) if wanted is not None else None
            missing = any(each.code == "ImageMissing" for each in blocked.findings)
            return not missing or pushed is None or stage.now() - pushed < NOTICED
        case BlockedBy.MANIFEST:
            return stage.origin.head.says.get(plan.name, ...) is None
        case _:
            return False


def _labelled(stage: Stage, plan: Plan, content: Any) -> None:
    """A hold stands on the revision too, since CodeDeploy's history ends."""
    place = stage.truth.place(plan)
    arns = stage.witness.of[plan.name].registered.get(content, [])
    tags = [place.ecs._state.tags_of(arn) for arn in arns]
    if arns and not any(tag["key"] == "trueup:held" for each in tags for tag in each):
        raise Violated("a hold outlives the record of what failed", _state(stage, plan))


def _clear(stage: Stage) -> None:
    """People take back what they did by hand, and commit something good wherever it is not in sync."""
    says = dict(stage.origin.head.says)
    for plan in stage.plans.values():
        stage.deeds.ring(plan, "OK")
        declared = says.get(plan.name)
        if declared is None or not _in_sync(stage, plan):
            says[plan.name] = declared = Declared(tag="9.0.0")
        stage.deeds.push(plan, declared.tag)
        stage.deeds.update(
            plan, healthCheckGracePeriodSeconds=declared.grace, **({"desiredCount": 2} if plan.scaled else {})
        )
    stage.origin.commit(stage.now(), says)
    for minute in range(1, CLEARED + 1):
        stage.run(60)
        if _read(stage) and all(_in_sync(stage, plan) for plan in stage.plans.values()):
            return
        for plan in stage.plans.values() if minute % ASK == 0 else ():
            _say(stage, plan)
    late = [plan for plan in stage.plans.values() if not _in_sync(stage, plan)]
    raise Violated("every wait ends", "; ".join(_state(stage, plan) for plan in late))


def _say(stage: Stage, plan: Plan) -> None:
    """What only a person can clear, one clears."""
    keeper, status = _keeper(stage, plan), _status(stage, plan)
    if keeper is None or status is None or not isinstance(status.outcome, Blocked | Held | Differs):
        return
    despite = "it is a fix" if isinstance(status.outcome, Blocked) else None
    stage.deeds.say(plan, keeper.name, Order(sync=True, retry=True, despite_alarm=despite, by="ana"))


def _in_sync(stage: Stage, plan: Plan) -> bool:
    status = _status(stage, plan)
    if status is None or not stage.truth.at_rest(plan):
        return False
    if plan.sync == "observe":
        return isinstance(status.outcome, Differs | InSync | Held)
    return bool(status.settled) and not stage.witness.reporting.differs(plan, status)


def _quiet(stage: Stage) -> None:
    """Nothing changes any more: what that costs, and that nothing is written."""
    world, before = stage.aws.world, Counter(stage.witness.writing.counts)
    stage.run(RHYTHM.recheck + 1.5 * RHYTHM.sweep)
    world.calls.clear()
    quiet = max(QUIET, stage.began + 60 * LEAST - stage.now())
    most = 2 * quiet / (0.9 * RHYTHM.sweep / max(stage.history.rates)) + 2
    stage.run(quiet)
    asked = {name: count for (_, name), count in world.calls.items() if count}
    differing = [plan.name for plan in stage.plans.values() if plan.sync == "observe"]
    if not differing and asked.keys() != {"DescribeServices"}:
        raise Violated("what is in sync costs one call a sweep", f"{asked}")
    if not differing and asked["DescribeServices"] > most:
        raise Violated("what is in sync costs one call a sweep", f"{asked} in {quiet:.0f} s")
    if stage.witness.writing.counts != before:
        raise Violated("nothing is written where nothing differs", f"{stage.witness.writing.counts - before}")
