"""A plan in a word."""

import pytest

from controller.cli.planned_verdicts import verdict
from reconcilers.actions import (
    Action,
    EndTerminationWait,
    RegisterTaskDefinition,
    StartRolling,
    StopDeployment,
    StopServiceDeployment,
    TagRevision,
    UpdateService,
)
from reconcilers.attempts import AwsReason, Cause, Mark
from reconcilers.model import SyncPolicy
from reconcilers.outcome import (
    Blocked,
    BlockedBy,
    Differs,
    Failed,
    Health,
    Held,
    InSync,
    Outcome,
    Progressing,
    Sync,
    Waiting,
)
from reconcilers.verdict import Plan
from tests.controller.builders import wanted

REGISTER = RegisterTaskDefinition({"family": "notes"}, {})


def roll(cause: Cause) -> StartRolling:
    return StartRolling("prod", "notes", None, Mark(wanted().release, "c1", cause))


@pytest.mark.parametrize(
    ("actions", "word"),
    [
        ((REGISTER, roll(Cause.COMMIT)), "ship"),
        ((roll(Cause.HEAL),), "put back"),
        ((roll(Cause.RETRY),), "ship again"),
        ((UpdateService("prod", "notes", {"desiredCount": 2, "enableExecuteCommand": True}),), None),
        ((StopDeployment("d-1", "newer"),), "stop and roll back"),
        ((StopServiceDeployment("arn", "newer"),), "stop and roll back"),
        ((EndTerminationWait("d-1"),), "end the termination wait"),
        ((TagRevision("arn", {}),), "nothing"),
    ],
)
def test_what_would_be_done_is_a_word(actions: tuple[Action, ...], word: str | None) -> None:
    said = verdict(Plan(actions, InSync(), Sync.OUTDATED, Health.HEALTHY))
    assert said == (word or "set desiredCount, enableExecuteCommand")


@pytest.mark.parametrize(
    ("outcome", "word"),
    [
        (InSync(), "nothing"),
        (Progressing("goes on", 1.0), "goes on"),
        (Waiting("waits", "alice", 1.0), "waits"),
        (Held(wanted().release, "d-1", AwsReason("A", "b")), "held"),
        (Blocked(BlockedBy.PREFLIGHT, ()), "blocked"),
        (Failed("Timeout", "no answer"), "fails"),
    ],
)
def test_where_nothing_would_be_done_the_reason_is_the_word(outcome: Outcome, word: str) -> None:
    assert verdict(Plan((), outcome, Sync.OUTDATED, Health.HEALTHY)) == word


@pytest.mark.parametrize(
    ("policy", "sync", "word"),
    [
        (SyncPolicy.AUTO, Sync.DRIFTED, "only reported"),
        (SyncPolicy.MANUAL, Sync.DRIFTED, "only reported"),
        (SyncPolicy.MANUAL, Sync.OUTDATED, "waits for sync"),
        (SyncPolicy.OBSERVE, Sync.DRIFTED, "only watched"),
        (SyncPolicy.OBSERVE, Sync.OUTDATED, "only watched"),
    ],
)
def test_what_is_left_as_it_is_says_by_which_rule(policy: SyncPolicy, sync: Sync, word: str) -> None:
    assert verdict(Plan((), Differs("differs"), sync, Health.HEALTHY), wanted(sync=policy)) == word
