"""A plan in words: every action and every outcome, and no secret."""

import pytest

from reconcilers import actions as act
from reconcilers.attempts import AwsReason, Cause, Mark
from reconcilers.diff import Change
from reconcilers.excerpt import LONGEST, LONGEST_SENTENCE
from reconcilers.live_service import LoadBalancer
from reconcilers.outcome import (
    Blocked,
    BlockedBy,
    Differs,
    Failed,
    Finding,
    Health,
    Held,
    InSync,
    Outcome,
    Progressing,
    Sync,
    Waiting,
)
from reconcilers.preview import described, lines, sentence, step
from reconcilers.verdict import Plan
from tests.reconcilers.builders import arn, attempt, decided, facts, group, live, release, wanted

MARK = Mark(release("v2"), "c", Cause.HEAL)
CREATE = act.CreateDeployment("notes", "notes-dg", arn(2), LoadBalancer(None, "proxy", 80), MARK)
NO_ALARM = (
    "Deployment group notes-dg has no alarm, so that nothing stops a release that starts and does not work. "
    "Add an alarm on the errors of both target groups, and enable alarms."
)
FINDING = Finding("X", "It is amiss.", "Set it right.")


def test_a_plan_that_ships_says_what_differs_and_what_it_would_do() -> None:
    assert lines(decided(wanted("v2"), live(attempt("v1"), preflight=facts(group=group(alarms_enabled=False))))) == (
        "outdated, progressing: ships commit-v2 (commit)",
        "  ~ /taskDefinition/containerDefinitions/proxy/image: notes:v1 -> notes:v2",
        f"  ! NoAlarm: {NO_ALARM}",
        "  > register a revision of notes",
        "  > shift the traffic of notes/notes-dg to the new revision (commit)",
    )


def test_a_plan_with_nothing_to_do_is_one_line() -> None:
    assert lines(decided(wanted("v1"), live(attempt("v1")))) == ("in-sync, healthy: nothing to do.",)


@pytest.mark.parametrize(
    ("action", "words"),
    [
        (act.RegisterTaskDefinition({"family": "notes"}, {}), "register a revision of notes"),
        (act.TagRevision(arn(2), {"a": "1", "b": None}), "tag notes:2: a=1, b off"),
        (CREATE, "shift the traffic of notes/notes-dg to notes:2 (heal)"),
        (
            act.StartRolling("prod", "notes", None, MARK, {"desiredCount": 2}, "fix"),
            "roll service notes to the new revision with desiredCount (heal) despite an alarm: fix",
        ),
        (act.StartRolling("prod", "notes", arn(3), MARK), "roll service notes to notes:3 (heal)"),
        (act.UpdateService("prod", "notes", {"a": 1, "b": 2}), "set a, b of service notes"),
        (act.StopDeployment("d-1", "late"), "stop d-1 and roll back: late"),
        (act.StopServiceDeployment("arn:x/y/d-1", "late"), "stop d-1 and roll back: late"),
        (act.EndTerminationWait("d-1"), "end the termination wait of d-1"),
    ],
)
def test_each_action_is_said_in_words(action: act.Action, words: str) -> None:
    assert step(action) == words


ALARMS = "One or more alarms have been activated. Activated alarms:"


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        (InSync("a note"), "nothing to do. a note"),
        (Progressing("ships", 1.0), "ships"),
        (Waiting("A waits.", "b", 1.0), "A waits. Waits for b."),
        (Differs("It differs."), "It differs."),
        (Held(release("v2"), "d-1", AwsReason("X", "y")), "held since d-1 did not succeed. X: y"),
        (Held(release("v2"), "arn:x/prod/notes/d-1", AwsReason("X", "y")), "held since d-1 did not succeed. X: y"),
        (
            Held(release("v2"), "d-1", AwsReason("ALARM_ACTIVE", f"{ALARMS} <5xx>")),
            f"held since alarm 5xx stopped d-1. ALARM_ACTIVE: {ALARMS} <5xx>",
        ),
        (
            Held(release("v2"), "d-1", AwsReason("ALARM_ACTIVE", f"{ALARMS} <5xx> <p99 late>")),
            f"held since alarms 5xx, p99 late stopped d-1. ALARM_ACTIVE: {ALARMS} <5xx> <p99 late>",
        ),
        (Blocked(BlockedBy.PREFLIGHT, (FINDING,)), "blocked (preflight). X: It is amiss. Set it right."),
        (Failed("Throttled", "Rate exceeded"), "failed. Throttled: Rate exceeded"),
    ],
)
def test_each_outcome_is_a_sentence(outcome: Outcome, words: str) -> None:
    assert sentence(outcome) == words


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (Change("/a/b", "changed", 1, 2), "~ /a/b: 2 -> 1"),
        (Change("/a/b", "removed", "x", None), "+ /a/b: x"),
        (Change("/a/b", "added", None, "x"), "- /a/b: x"),
        (Change("/a/b", "changed", True, "512"), "~ /a/b: 512 -> true"),
        (
            Change("/a/b", "added", None, {"name": "séance", "essential": False, "links": ["x"]}),
            '- /a/b: {"name": "séance", "essential": false, "links": ["x"]}',
        ),
    ],
)
def test_each_kind_of_change_has_its_sign(change: Change, words: str) -> None:
    assert described(change) == words


def test_the_value_of_a_variable_is_not_shown() -> None:
    change = Change("/taskDefinition/containerDefinitions/app/environment/KEY", "changed", "s3cret", "hunter2")
    plan = Plan((), InSync(), Sync.DRIFTED, Health.HEALTHY, changes=(change,))
    shown = "\n".join(lines(plan))
    assert "s3cret" not in shown
    assert "hunter2" not in shown


def test_a_sentence_is_short_however_much_is_amiss_and_however_long_the_names_are() -> None:
    many = tuple(Finding(f"X{number}", f"No {'a' * 100_000}.", f"Correct {number}.") for number in range(200))
    assert len(sentence(Blocked(BlockedBy.GUARD_RAILS, many))) < LONGEST_SENTENCE + 100


def test_of_a_long_finding_the_beginning_and_the_end_are_told() -> None:
    found = Finding("X", f"No {'a' * 100_000} here.", f"Write {'b' * 100_000}.")
    assert (len(found.message), len(found.remedy)) == (LONGEST, LONGEST)
    assert (found.message[:3], found.message[-6:]) == ("No ", " here.")
