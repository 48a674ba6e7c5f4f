"""What of a snapshot is new against another one."""

from dataclasses import replace

from controller.cli.changed import Changed, changed
from controller.source.problem import Problem
from controller.source.snapshot import Snapshot
from reconcilers.model import DriftPolicy, Revision, Service, ServiceKey
from tests.controller.builders import KEY, named, snapshot, wanted

WEB = ServiceKey("prod", "web")
BAD = Problem("desired/prod/web.yaml", 3, 7, "There is no field imagez", "Did you mean images?")
WORSE = Problem("desired/prod/api.yaml", 3, 7, "There is no field portz", "Did you mean ports?")


def against(before: Snapshot, after: Snapshot) -> Changed:
    return changed(before, after)


def of(*services: Service, problems: tuple[Problem, ...] = ()) -> Snapshot:
    return snapshot(*services, problems=problems)


def test_another_release_is_a_change() -> None:
    found = against(of(wanted("v1"), named("web")), of(wanted("v2"), named("web")))
    assert list(found.services) == [KEY]
    assert found.unchanged == 1


def test_another_policy_in_the_manifest_is_a_change() -> None:
    assert list(against(of(wanted("v1")), of(replace(wanted("v1"), drift=DriftPolicy.WARN))).services) == [KEY]


def test_another_commit_alone_is_none() -> None:
    found = against(of(wanted("v1")), of(replace(wanted("v1"), commit=Revision("c9", 1.0))))
    assert (found.services, found.unchanged) == ({}, 1)


def test_a_new_service_is_a_change_and_one_without_a_manifest_is_removed() -> None:
    found = against(of(named("web")), of(wanted("v1")))
    assert list(found.services) == [KEY]
    assert found.removed == (WEB,)


def test_a_service_whose_manifest_broke_is_not_removed() -> None:
    broken = replace(of(), spoiled={WEB: (BAD,)}, problems=(BAD,))
    assert against(of(named("web")), broken).removed == ()
    unread = replace(of(), unread=frozenset({named("web").source}), problems=(BAD,))
    assert against(of(named("web")), unread).removed == ()


def test_problems_that_were_there_before_are_counted_wherever_they_moved_to() -> None:
    found = against(of(problems=(BAD,)), of(problems=(replace(BAD, line=9), WORSE)))
    assert (found.problems, found.known) == ((WORSE,), 1)
