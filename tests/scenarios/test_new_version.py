"""A new version of Trueup, which computes digests of its own, over a repository and a fleet that did not change."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from reconcilers.digest import Digest
from reconcilers.outcome import Held, InSync, Progressing
from reconcilers.task_definition import release_digest, revision_digest
from sandbox.switches import Switches
from tests.reconcilers.sandboxed import rolled, shifted
from tests.scenarios.everywhere import everywhere
from tests.scenarios.house import QUICK, House


def older(digest: Digest) -> Digest:
    """What a version of long ago made of the same content."""
    return Digest("v0-" + digest.partition("-")[2][::-1])


def older_revision(task_definition: Mapping[str, Any]) -> Digest:
    return older(revision_digest(task_definition))


def old_version(house: House) -> None:
    """Let a daemon of the old version run."""
    house.git = _digested(house, older_revision)
    house.digest_of = older_revision
    house.start()


def new_version(house: House) -> None:
    """Stop it, and start one of the new version."""
    house.git = _digested(house, revision_digest)
    house.digest_of = revision_digest
    house.start()


def _digested(house: House, digest_of: Callable[[Mapping[str, Any]], Digest]) -> Any:
    revision = digest_of(house.git.task_definition)
    release = release_digest(revision, {})
    return replace(house.git, revision=revision, release=older(release) if revision.startswith("v0") else release)


def commit(house: House, tag: str) -> None:
    """Git wants another tag, as the old version compiles it."""
    house.commit(tag)
    house.git = _digested(house, older_revision)


def in_sync(house: House) -> None:
    commit(house, "1.1.0")
    house.settle(InSync)


def held(house: House) -> None:
    commit(house, "bad")
    house.settle(Held)


def in_mid_shift(house: House) -> None:
    commit(house, "1.1.0")
    house.run_until(lambda: 0 < house.traffic < 100)


def marks(house: House) -> set[str]:
    """The versions of the digests that AWS remembers."""
    codedeploy = house.aws("codedeploy")
    ids = codedeploy.list_deployments()["deployments"]
    infos = [codedeploy.get_deployment(deploymentId=each)["deploymentInfo"] for each in ids]
    return {found for info in infos for found in re.findall(r"\bv\d-", info.get("description", ""))}


@everywhere
@pytest.mark.parametrize("state", [in_sync, held, in_mid_shift])
def test_it_changes_nothing(state: Callable[[House], None], switches: Switches) -> None:
    house = House(shifted(QUICK, switches=switches))
    old_version(house)
    house.settle(InSync)
    state(house)
    assert marks(house) == {"v0-"}
    before, outcome = house.writes(), type(house.outcome)
    new_version(house)
    house.run(20)
    assert house.writes() == before
    assert type(house.outcome) is (outcome if outcome is not Progressing else InSync)


def test_what_is_held_stays_held_for_the_reason_that_aws_gave() -> None:
    house = House(shifted())
    old_version(house)
    held(house)
    before = house.writes()
    new_version(house)
    house.run(30)
    assert isinstance(house.outcome, Held)
    assert house.outcome.reason.code == "ALARM_ACTIVE"
    assert house.writes() == before


@pytest.mark.parametrize(("tag", "kind"), [("1.28", InSync), ("crash", Held)])
def test_it_changes_nothing_of_a_rolling_service(tag: str, kind: type) -> None:
    house = House(rolled())
    old_version(house)
    house.settle(InSync)
    commit(house, tag)
    house.settle(kind)
    before = house.writes()
    new_version(house)
    house.run(20)
    assert isinstance(house.outcome, kind)
    assert house.writes() == before
