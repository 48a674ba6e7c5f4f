"""The chain from commit to traffic: six links, one of which stops it, for every outcome there is."""

from typing import Any

import pytest

from reconcilers.attempts import Attempt, AttemptState, AwsReason
from reconcilers.excerpt import LONGEST_SENTENCE
from reconcilers.explain import NAMES, chain, unread
from reconcilers.live import Live
from reconcilers.outcome import (
    Blocked,
    BlockedBy,
    Differs,
    Failed,
    Finding,
    Held,
    InSync,
    Outcome,
    Progressing,
    Waiting,
)
from reconcilers.progress import Progress
from reconcilers.verdict import Link, LinkState
from tests.reconcilers.builders import attempt, decided, failed, live, registered, release, wanted

FINDING = Finding("X", "It is amiss.", "Set it right.")
STOPPING: list[Outcome] = [
    Waiting("A waits.", "b", 1.0),
    Differs("It differs."),
    Held(release("v2"), "d-1", AwsReason("ALARM_ACTIVE", "5xx")),
    Failed("Throttled", "Rate exceeded"),
    *(Blocked(by, (FINDING,)) for by in BlockedBy),
]


def stops(links: tuple[Link, ...]) -> list[Link]:
    return [each for each in links if each.state in (LinkState.BLOCKED, LinkState.ACTIVE)]


@pytest.mark.parametrize("seen", [live(), live(candidates=(registered("v2", 2),)), live(running=None), None])
@pytest.mark.parametrize("outcome", STOPPING, ids=str)
def test_exactly_one_link_blocks_and_says_who_can_clear_it_and_how(outcome: Outcome, seen: Live | None) -> None:
    links = chain(wanted("v2"), seen, outcome)
    assert tuple(each.name for each in links) == NAMES
    [stop] = stops(links)
    assert stop.state is LinkState.BLOCKED
    assert stop.text
    assert stop.who
    assert stop.how
    after = links[links.index(stop) + 1 :]
    assert all(each.state is LinkState.PENDING for each in after)


@pytest.mark.parametrize(
    "outcome", [Blocked(by, (FINDING,)) for by in BlockedBy] + [Failed("Throttled", "slower")], ids=str
)
def test_what_could_not_be_read_stands_at_pre_flight_and_nothing_after_it_is_known(outcome: Blocked | Failed) -> None:
    links = unread(wanted("v2"), None, outcome)
    assert [(each.name, each.state.value) for each in links] == [
        ("commit", "done"), ("rendering", "done"), ("revision", "pending"), ("preflight", "blocked"),
        ("deployment", "pending"), ("traffic", "pending"),
    ]  # fmt: skip


def test_what_could_not_be_read_says_why_and_who_can_clear_it_and_how() -> None:
    link = stops(unread(wanted("v2"), None, Blocked(BlockedBy.SERVICE, (FINDING,))))[0]
    assert (link.text, link.who, link.how) == (FINDING.message, "whoever keeps this infrastructure", FINDING.remedy)


def test_a_revision_that_was_read_is_done_though_the_rest_could_not_be() -> None:
    links = unread(wanted("v2"), live(candidates=(registered("v2", 2),)), Blocked(BlockedBy.PERMISSION, (FINDING,)))
    assert links[2].state is LinkState.DONE


def test_all_is_done_where_all_is_in_sync() -> None:
    assert {each.state for each in chain(wanted("v1"), live(), InSync())} == {LinkState.DONE}


def test_a_deployment_that_starts_is_active_and_traffic_pends() -> None:
    links = chain(wanted("v2"), live(candidates=(registered("v2", 2),)), Progressing("ships", 15.0))
    assert [each.state.value for each in links] == ["done", "done", "done", "done", "active", "pending"]


def test_a_shift_is_active_at_the_traffic_and_says_how_much() -> None:
    [stop] = stops(chain(wanted("v2"), live(), Progressing("d-1 goes on", 15.0, "d-1", Progress(40.0, 2, 2))))
    assert (stop.name, stop.text) == ("traffic", "d-1 goes on; 40 % of production is on the new version")


def test_a_shift_that_moved_nothing_yet_is_active_at_the_deployment() -> None:
    [stop] = stops(chain(wanted("v2"), live(), Progressing("d-1 goes on", 15.0, "d-1", Progress(0.0, 0, 2))))
    assert stop.name == "deployment"


def test_a_revision_that_is_not_registered_is_not_done() -> None:
    links = {each.name: each for each in chain(wanted("v2"), live(), Blocked(BlockedBy.PREFLIGHT, (FINDING,)))}
    assert links["revision"].state is LinkState.PENDING
    assert links["preflight"].state is LinkState.BLOCKED


def test_a_revision_that_is_registered_is_named() -> None:
    seen = live(candidates=(registered("v2", 2),))
    links = {each.name: each for each in chain(wanted("v2"), seen, Differs("waits"))}
    assert (links["revision"].state, links["revision"].text) == (LinkState.DONE, "notes:2 has this content")


@pytest.mark.parametrize(
    ("outcome", "place"),
    [
        (Blocked(BlockedBy.PREFLIGHT, (FINDING,)), "preflight"),
        (Blocked(BlockedBy.HOOKS, (FINDING,)), "preflight"),
        (Blocked(BlockedBy.SERVICE, (FINDING,)), "preflight"),
        (Blocked(BlockedBy.FOUGHT, (FINDING,)), "deployment"),
        (Held(release("v2"), "d-1", AwsReason("X", "y")), "deployment"),
    ],
)
def test_it_stops_where_it_stops(outcome: Outcome, place: str) -> None:
    [stop] = stops(chain(wanted("v2"), live(), outcome))
    assert stop.name == place


def test_a_hold_names_awss_reason_and_both_ways_out() -> None:
    [stop] = stops(decided(wanted("v2"), live(failed("v2"), attempt("v1"))).chain)
    assert stop.text == "d-v2 did not succeed. ALARM_ACTIVE: because ALARM_ACTIVE"
    assert (stop.who, stop.how) == (
        "a person",
        "Commit a fix, or try the same again: trueup retry prod/notes.",
    )


def under_way(state: AttemptState, **more: Any) -> Attempt:
    return attempt("v2", state, **more)


def test_what_waits_for_a_person_stops_before_the_traffic_and_says_how_to_let_it_go() -> None:
    [stop] = stops(decided(wanted("v2"), live(under_way(AttemptState.READY))).chain)
    assert (stop.name, stop.who) == ("traffic", "a person")
    assert "continue-deployment --deployment-id d-v2" in stop.how


def test_somebody_elses_deployment_is_whom_is_waited_for() -> None:
    [stop] = stops(decided(wanted("v2"), live(under_way(AttemptState.READY, mark=None, id="d-x"))).chain)
    assert (stop.name, stop.who) == ("deployment", "d-x by somebody else")


def test_the_commit_is_shown_with_its_author_where_there_is_one() -> None:
    want = wanted("v1")
    assert chain(want, live(), InSync())[0].text == "commit-v1 ship v1, by ann"
    assert decided(want, live()).chain[1].text.startswith("desired/prod/notes.yaml makes notes (revision digest v1-")


def test_a_commit_without_an_author_is_shown_alone() -> None:
    want = wanted("v1", commit=type(wanted().commit)("abcdef", 0.0))
    assert chain(want, None, InSync())[0].text == "abcdef"


def test_while_a_release_is_under_way_the_revision_is_the_one_that_its_deployment_ships() -> None:
    shifts = attempt("v2", AttemptState.RUNNING, task_definition_arn="arn:aws:ecs:eu-west-1:1:task-definition/notes:2")
    links = chain(wanted("v2"), live(shifts), Progressing("d-v2 goes on", 15.0, "d-v2", Progress(30.0, 2, 2)))
    assert links[2].state is LinkState.DONE
    assert links[2].text == "notes:2 has this content"


def test_a_deployment_of_somebody_else_says_nothing_of_the_wanted_revision() -> None:
    theirs = attempt("v2", AttemptState.RUNNING, mark=None, task_definition_arn="arn:x:task-definition/notes:9")
    links = chain(wanted("v2"), live(theirs), Progressing("d-v2 goes on", 15.0, "d-v2", Progress(30.0, 2, 2)))
    assert links[2].state is LinkState.PENDING


def test_a_link_is_short_however_much_is_amiss_and_however_long_the_names_are() -> None:
    many = tuple(Finding(f"X{number}", f"No {'a' * 100_000}.", f"Correct {number}.") for number in range(200))
    link = stops(chain(wanted("v2"), None, Blocked(BlockedBy.GUARD_RAILS, many)))[0]
    assert len(link.text) == len(link.how) == LONGEST_SENTENCE
