from collections.abc import Mapping
from typing import Any

from reconcilers.actions import Action, CreateDeployment, Done, RegisterTaskDefinition, StopDeployment
from reconcilers.attempts import Cause, Mark
from reconcilers.digest import Digest
from reconcilers.live import Live
from reconcilers.live_service import LoadBalancer
from reconcilers.model import Service
from reconcilers.outcome import (
    Blocked,
    BlockedBy,
    Failed,
    Health,
    InSync,
    Outcome,
    Paced,
    Progressing,
    Retry,
    Sync,
    Waiting,
)
from reconcilers.reconcile import Decide, Gate, Reconciler
from reconcilers.report import Report
from reconcilers.verdict import LinkState, Look, LookCloser, Order, Plan, Policy
from tests.reconcilers.aws.wire import Params, Refusal, Reply, Wire
from tests.reconcilers.builders import BLUE, NOW, arn, definition, wanted
from tests.reconcilers.gateways import described, over, replies

MARK = Mark(Digest("v1-r"), "abc", Cause.COMMIT)
REGISTER = RegisterTaskDefinition(definition("v2"), {})
CREATE = CreateDeployment("notes", "notes-dg", None, LoadBalancer(BLUE, "proxy", 80), MARK)


class Clock:
    """Half a second passes between any two looks at it."""

    def __init__(self) -> None:
        self.now = NOW - 0.5

    def __call__(self) -> float:
        self.now += 0.5
        return self.now


def plan(*actions: Action, outcome: Outcome | None = None, spends: bool = False) -> Plan:
    return Plan(actions, outcome or InSync(), Sync.IN_SYNC, Health.HEALTHY, spends=spends)


def reconciler(decide: Decide, answers: Mapping[str, Reply] | None = None, **more: Gate) -> tuple[Reconciler, Wire]:
    gateways, wire = over({**replies(), **(answers or {})})
    return Reconciler(lambda _: gateways, Clock(), Policy(), decide=decide, **more), wire


def reported(decided: Plan, answers: Mapping[str, Reply] | None = None, **more: Gate) -> Report:
    found, _ = reconciler(lambda *_: decided, answers, **more)
    return found.reconcile(wanted())


def test_a_service_in_sync_costs_one_look_and_no_act() -> None:
    found, wire = reconciler(lambda *_: plan())

    report = found.reconcile(wanted())

    assert report.outcome == InSync()
    assert report.acted == ()
    assert report.plan == plan()
    assert report.observed is not None
    assert (report.key, report.at) == (wanted().key, NOW)
    assert report.seconds > 0
    assert wire.operations == ["DescribeServices", "DescribeTaskDefinition"]


def test_a_decision_is_shown_what_it_asks_for() -> None:
    seen: list[Live] = []

    def decide(wanted: Service, live: Live, now: float, policy: Policy, order: Order) -> Plan | LookCloser:
        seen.append(live)
        return plan() if live.scalable is not None else LookCloser(frozenset({Look.SCALING}))

    report = reconciler(decide)[0].reconcile(wanted())

    assert [live.scalable for live in seen] == [None, False]
    assert report.observed == seen[-1]


def test_a_decision_that_is_never_content_ends_as_a_failure() -> None:
    report = reconciler(lambda *_: LookCloser(frozenset({Look.SCALING})))[0].reconcile(wanted())

    assert isinstance(report.outcome, Failed)
    assert report.outcome.reason == "Unexpected"


SHIPS: dict[str, Reply] = {"RegisterTaskDefinition": described(2, "v2"), "CreateDeployment": {"deploymentId": "d-1"}}


def test_a_plan_is_carried_out_and_its_outcome_names_the_deployment() -> None:
    report = reported(plan(REGISTER, CREATE, outcome=Progressing("ships", 15.0), spends=True), SHIPS)

    assert report.acted == (Done(REGISTER, arn(2)), Done(CREATE, "d-1"))
    assert report.outcome == Progressing("ships", 15.0, "d-1")
    assert report.spent


def test_a_preview_is_the_same_plan_and_does_nothing() -> None:
    found, wire = reconciler(lambda *_: plan(REGISTER, CREATE), SHIPS)

    assert found.preview(wanted()) == plan(REGISTER, CREATE)
    assert "RegisterTaskDefinition" not in wire.operations


def test_the_order_of_a_person_reaches_the_decision() -> None:
    orders: list[Order] = []

    def decide(wanted: Service, live: Live, now: float, policy: Policy, order: Order) -> Plan:
        orders.append(order)
        return plan()

    found, _ = reconciler(decide)
    found.reconcile(wanted(), Order(sync=True))
    found.reconcile(wanted())

    assert orders == [Order(sync=True), Order()]


def test_a_throttled_look_is_a_failure_that_is_tried_again() -> None:
    report = reported(plan(), {"DescribeServices": Refusal("ThrottlingException", "Rate exceeded")})

    assert isinstance(report.outcome, Failed)
    assert report.outcome.reason == "Throttled"
    assert report.plan is None
    assert report.observed is None


def test_a_look_that_aws_has_no_room_for_waits_for_its_turn() -> None:
    report = reported(plan(), {"DescribeServices": Paced("AWS's limit", 40.0)})

    assert report.outcome == Waiting("AWS's limit is used up. It waits for its turn.", "AWS's limit", 40.0)
    assert report.plan is None


def test_a_step_that_aws_has_no_room_for_says_so_in_the_chain_and_leaves_the_rest_undone() -> None:
    answers = {**SHIPS, "CreateDeployment": Paced("AWS's limit", 40.0)}
    report = reported(plan(REGISTER, CREATE, outcome=Progressing("ships", 15.0), spends=True), answers)

    assert isinstance(report.outcome, Waiting)
    assert report.acted == (Done(REGISTER, arn(2)),)
    assert not report.spent
    assert report.plan is not None
    blocking = [link for link in report.plan.chain if link.state is LinkState.BLOCKED]
    assert [(link.who, link.text) for link in blocking] == [("AWS's limit", report.outcome.what)]


def test_a_missing_permission_blocks_and_says_which() -> None:
    report = reported(plan(REGISTER), {"RegisterTaskDefinition": Refusal("AccessDeniedException")})

    assert isinstance(report.outcome, Blocked)
    assert report.outcome.by is BlockedBy.PERMISSION
    assert "ecs:RegisterTaskDefinition" in report.outcome.findings[0].remedy


def test_what_aws_refuses_while_it_ships_is_where_the_chain_stands() -> None:
    refused = {"RegisterTaskDefinition": Refusal("AccessDeniedException")}
    report = reported(plan(REGISTER, outcome=Progressing("ships", 15.0)), refused)

    assert report.plan is not None
    assert [link.name for link in report.plan.chain if link.state is LinkState.BLOCKED] == ["deployment"]


def test_a_missing_cluster_blocks_as_a_missing_service_does() -> None:
    report = reported(plan(), {"DescribeServices": Refusal("ClusterNotFoundException")})

    assert isinstance(report.outcome, Blocked)
    assert report.outcome.by is BlockedBy.SERVICE


def test_what_aws_refuses_blocks_as_a_request() -> None:
    report = reported(plan(REGISTER), {"RegisterTaskDefinition": Refusal("ClientException", "No.")})

    assert isinstance(report.outcome, Blocked)
    assert report.outcome.by is BlockedBy.REQUEST


def test_what_was_done_before_a_failure_is_reported_and_spends_nothing() -> None:
    answers = {**SHIPS, "CreateDeployment": Refusal("DeploymentLimitExceededException", "'d-7' is active")}

    report = reported(plan(REGISTER, CREATE, spends=True), answers)

    assert report.acted == (Done(REGISTER, arn(2)),)
    assert isinstance(report.outcome, Failed)
    assert report.outcome.reason == "AnotherDeployment"
    assert not report.spent


def test_a_defect_becomes_a_failure_without_the_words_of_the_error() -> None:
    def decide(*_: Any) -> Plan:
        raise KeyError("hunter2")

    report = reconciler(decide)[0].reconcile(wanted())

    assert isinstance(report.outcome, Failed)
    assert report.outcome.message.startswith("KeyError at test_reconcile.py:")
    assert "hunter2" not in report.outcome.message


def test_a_shut_gate_ends_a_reconcile_before_the_mutation() -> None:
    frozen = Waiting("frozen", "an operator", 60.0)
    found, wire = reconciler(lambda *_: plan(REGISTER, CREATE), SHIPS, gate=lambda *_: frozen)

    report = found.reconcile(wanted())

    assert report.outcome == frozen
    assert report.acted == ()
    assert "RegisterTaskDefinition" not in wire.operations
    assert report.plan is not None
    assert [each.text for each in report.plan.chain if each.state is LinkState.BLOCKED] == ["frozen"]


def test_the_gate_is_asked_before_every_single_mutation() -> None:
    asked: list[Action] = []

    def gate(_: Service, action: Action) -> Outcome | None:
        asked.append(action)
        return Waiting("lost the lease", "another replica", 5.0) if isinstance(action, CreateDeployment) else None

    report = reported(plan(REGISTER, CREATE), SHIPS, gate=gate)

    assert asked == [REGISTER, CREATE]
    assert report.acted == (Done(REGISTER, arn(2)),)
    assert isinstance(report.outcome, Waiting)


def test_the_outcome_of_a_stop_is_left_as_it_was_planned() -> None:
    stop = StopDeployment("d-0", "late")

    report = reported(plan(stop, outcome=Progressing("stops", 15.0)), {"StopDeployment": {}})

    assert report.outcome == Progressing("stops", 15.0)


def test_a_retry_carries_when_to_come_back() -> None:
    def decide(*_: Any) -> Plan:
        raise Retry("Busy", "later", 7.0)

    assert reconciler(decide)[0].reconcile(wanted()).outcome == Failed("Busy", "later", 7.0)


def test_a_plan_that_spends_without_actions_has_spent() -> None:
    assert reported(plan(spends=True)).spent
    assert not reported(plan()).spent


def test_the_real_decision_is_the_default() -> None:
    gateways, wire = over(replies())

    report = Reconciler(lambda _: gateways, lambda: NOW, Policy()).reconcile(wanted())

    assert isinstance(report.outcome, InSync)
    assert wire.operations[:3] == ["DescribeServices", "DescribeTaskDefinition", "ListDeployments"]


def test_the_answer_of_a_lost_creation_is_looked_for_and_not_repeated() -> None:
    heard: list[Params] = []

    def lost(params: Params) -> Mapping[str, Any]:
        heard.append(params)
        raise Refusal("ServerException", "", 500)

    report = reported(plan(REGISTER, CREATE), {**SHIPS, "CreateDeployment": lost})

    assert isinstance(report.outcome, Failed)
    assert len(heard) == 1
