"""A hand on a service, or a deployment by somebody else, is told by name: at once what AWS knows, later what CloudTrail
tells. Nothing waits for it.
"""

import asyncio
from dataclasses import replace
from functools import partial
from typing import Any

import httpx
import pytest
from prometheus_client import CollectorRegistry

from controller.loop.board import Board
from controller.loop.inquiry import Asking, Inquiry
from controller.loop.journal import Journal
from controller.loop.surroundings import Rhythm
from controller.web.app import build
from controller.web.face import Face
from controller.web.stream import Hub
from reconcilers.aws.gateways import GatewayPool
from reconcilers.history import Historian
from reconcilers.model import DriftPolicy, Scope, SyncPolicy
from reconcilers.outcome import Differs, Held, InSync, Sync, Waiting
from reconcilers.trail import Lookup, TrailPage
from sandbox import clients
from sandbox.errors import AwsError
from sandbox.switches import Switches
from sandbox.world.calls import Caller, Origin
from tests.controller.loop.test_observers import Lines
from tests.reconcilers.sandboxed import SCOPE, Account, rolled, shifted
from tests.scenarios.hands import edit_service, register_by_hand, ship_by_hand
from tests.scenarios.house import QUICK, SELDOM, Heard, House

MALLORY = "arn:aws:sts::123456789012:assumed-role/admin/mallory"
ERIN = "arn:aws:iam::123456789012:user/erin"
BY_HAND = Origin(
    "ASIAMALLORY", "203.0.113.7", "aws-cli/2.9.8 Python/3.11 Linux/6.1 exe/x86_64 command/ecs.update-service"
)
GRACE = "/serviceDefinition/healthCheckGracePeriodSeconds"
DELIVERY = 5.5  # minutes, and a little


class Curious(House):
    """A daemon that asks CloudTrail, and ``mallory``, who works by hand."""

    def start(self, rhythm: Rhythm = SELDOM) -> None:
        self.heard = Heard()
        super().start(rhythm)
        pool, now = GatewayPool(self.client, self.digest_of), self.clock.now

        def look(scope: Scope, lookup: Lookup, token: str | None) -> TrailPage:
            return pool(scope).cloudtrail.page(lookup, token)

        board: Board = self.loop.board
        self.inquiry = Inquiry(Asking(look, now, now), board, Lines())
        self.journal = Journal(board, now)
        self.heard.others = (self.inquiry, self.journal)
        face = Face(
            board,
            self.loop,
            CollectorRegistry(),
            lambda: True,
            lambda: True,
            now,
            version="1",
            journal=self.journal,
            hub=Hub(),
            history=Historian(pool, now).history,
            inquire=self.inquiry.ask,
        )
        self._app = build(face, None, None)

    def aws(self, service: str) -> Any:
        return clients.client(self.world, service, caller=Caller("123456789012", SCOPE.region, MALLORY, BY_HAND))

    def get(self, path: str) -> Any:
        """The API's answer."""
        return asyncio.run(self._get(path))

    def detail(self) -> Any:
        return self.get(f"services/{self.git.key}")

    async def _get(self, path: str) -> Any:
        transport = httpx.ASGITransport(self._app)
        async with httpx.AsyncClient(transport=transport, base_url="http://trueup/api/v1/") as client:
            return (await client.get(path)).json()

    def _work(self) -> None:
        super()._work()
        while self.inquiry.step() == 0.0:
            pass


def curious(account: Account, **more: Any) -> Curious:
    """At rest, with what Git declares being so."""
    declared: dict[str, Any] = {"healthCheckGracePeriodSeconds": 60}
    house = Curious(account)
    house.git = replace(house.git, service_definition=declared, **more)
    edit_service(house, **declared)
    house.settle(InSync)
    return house


def test_a_hand_on_a_services_field_is_told_with_principal_source_and_call() -> None:
    house = curious(shifted(QUICK), drift=DriftPolicy.WARN)
    house.run(2)
    edited = house.clock.now()
    edit_service(house, healthCheckGracePeriodSeconds=5)
    house.run_until(lambda: isinstance(house.outcome, Differs))
    change = house.detail()["drift"][0]
    assert (change["path"], change["by"], change["pending"]) == (GRACE, None, True)
    house.run(DELIVERY)
    change = house.detail()["drift"][0]
    assert change["by"] == MALLORY
    assert (change["source"], change["call"], change["via"]) == ("203.0.113.7", "ecs:UpdateService", "AWS CLI 2.9.8")
    assert change["at"] == int(edited)
    assert not change["pending"]


def test_a_hand_is_told_although_its_edit_was_healed_long_before_cloudtrail_knew() -> None:
    house = curious(shifted(QUICK))
    house.run(2)
    edit_service(house, healthCheckGracePeriodSeconds=5)
    house.run_until(lambda: house.service()["healthCheckGracePeriodSeconds"] == 60)
    house.settle(InSync)
    house.run(DELIVERY)
    found = next(each for each in house.journal.after()[1] if each.kind == "drift-found")
    assert found.who == MALLORY


def test_two_hands_between_two_looks_are_both_told() -> None:
    house = curious(shifted(QUICK), drift=DriftPolicy.WARN)
    house.git = replace(house.git, service_definition={**house.git.service_definition, "desiredCount": 2})
    house.run(2)
    edit_service(house, healthCheckGracePeriodSeconds=5)
    erin = clients.client(house.world, "ecs", caller=Caller("123456789012", SCOPE.region, ERIN, BY_HAND))
    erin.update_service(cluster=house.git.cluster, service=house.git.name, desiredCount=3)
    house.run(DELIVERY + 2)
    found = next(each for each in house.journal.after()[1] if each.kind == "drift-found")
    assert found.text.endswith(", by user/erin and admin/mallory")
    assert {each["by"] for each in house.detail()["drift"]} == {ERIN, MALLORY}
    assert set(house.get("fleet")["rows"][0]["driftBy"].split(" and ")) == {ERIN, MALLORY}


def test_of_two_hands_that_changed_one_field_in_turn_the_last_is_told() -> None:
    house = curious(shifted(QUICK), drift=DriftPolicy.WARN)
    edit_service(house, healthCheckGracePeriodSeconds=5)
    house.run(DELIVERY + 2)
    assert house.detail()["drift"][0]["by"] == MALLORY
    erin = clients.client(house.world, "ecs", caller=Caller("123456789012", SCOPE.region, ERIN, BY_HAND))
    erin.update_service(cluster=house.git.cluster, service=house.git.name, healthCheckGracePeriodSeconds=9)
    edited = house.clock.now()
    house.run(2)
    change = house.detail()["drift"][0]
    assert (change["live"], change["by"], change["pending"]) == (9, None, True)
    house.run(DELIVERY)
    change = house.detail()["drift"][0]
    assert (change["by"], change["at"], change["since"] < change["at"]) == (ERIN, int(edited), True)


@pytest.mark.parametrize("how", ["held", "waiting"])
def test_a_hand_is_told_though_a_release_is_held_or_waits_for_somebody(how: str) -> None:
    house = curious(shifted(QUICK), drift=DriftPolicy.WARN)
    house.commit("1.1.0-bad" if how == "held" else "1.1.0")
    if how == "held":
        house.settle(Held)
    else:
        house.git = replace(house.git, sync=SyncPolicy.MANUAL)
        house.settle(Waiting, Differs)
    edit_service(house, healthCheckGracePeriodSeconds=5)
    house.run(2)
    change = _of_grace(house)
    assert (change["by"], change["pending"]) == (None, True)
    house.run(DELIVERY)
    assert _of_grace(house)["by"] == MALLORY


def _of_grace(house: Curious) -> Any:
    return next(each for each in house.detail()["drift"] if each["path"] == GRACE)


def test_after_a_restart_a_fields_drift_is_at_least_as_old_as_it_was_seen_and_then_as_old_as_its_edit() -> None:
    house = curious(shifted(QUICK), drift=DriftPolicy.WARN)
    house.run(2)
    edited = house.clock.now()
    edit_service(house, healthCheckGracePeriodSeconds=5)
    house.settle(Differs)
    house.run(60)
    house.start()
    house.run_until(lambda: house.sync is Sync.DRIFTED)
    change, row = house.detail()["drift"][0], house.get("fleet")["rows"][0]
    assert (change["atLeast"], row["driftAtLeast"]) == (change["by"] is None, change["by"] is None)
    house.run(1)
    change, row = house.detail()["drift"][0], house.get("fleet")["rows"][0]
    assert (change["since"], change["atLeast"]) == (int(edited), False)
    assert (row["driftSince"], row["driftAtLeast"], row["since"]) == (int(edited), False, int(edited))


def test_after_a_restart_it_is_told_again_who_made_a_deployment_long_ago() -> None:
    house = curious(shifted(QUICK))
    made = ship_by_hand(house)
    house.settle(InSync)
    house.run(60)
    house.start()
    house.run(1)
    attempts = house.get(f"services/{house.git.key}/history")["attempts"]
    found = next(each for each in attempts if each["deployment"] == made)
    assert (found["who"], found["pending"]) == (MALLORY, False)


def test_our_own_heal_is_not_taken_for_the_hand() -> None:
    """A daemon that was away knows no time at which all was well, and finds the heal's event among the others."""
    house = curious(shifted(QUICK))
    edit_service(house, healthCheckGracePeriodSeconds=5)
    house.run(2)
    house.settle(InSync)
    house.git = replace(house.git, drift=DriftPolicy.WARN)
    edit_service(house, healthCheckGracePeriodSeconds=5)
    house.start()
    house.run(DELIVERY + 2)
    change = house.detail()["drift"][0]
    assert (change["by"], change["live"]) == (MALLORY, 5)


def test_a_foreign_deployment_is_told_with_principal_source_and_call() -> None:
    house = curious(shifted(QUICK))
    house.commit("1.1.0")
    house.settle(InSync)
    foreign = ship_by_hand(house)
    house.run_until(lambda: isinstance(house.outcome, Waiting))
    house.run(DELIVERY)
    tried = {each["deployment"]: each for each in house.get(f"services/{house.git.key}/history")["attempts"]}
    assert tried[foreign]["who"] == MALLORY
    assert (tried[foreign]["call"], tried[foreign]["source"]) == ("codedeploy:CreateDeployment", "203.0.113.7")
    ours = [each for each in tried.values() if each["ours"]]
    assert ours
    assert {each["who"] for each in ours} == {None}


def test_a_foreign_revision_has_its_registrar_at_once_and_the_call_later() -> None:
    house = curious(shifted(QUICK), drift=DriftPolicy.WARN)
    house.commit("1.1.0")
    house.settle(InSync)
    ship_by_hand(house)
    house.run_until(lambda: isinstance(house.outcome, Differs))
    assert house.detail()["drift"][0]["by"] == MALLORY
    house.run(DELIVERY)
    later = house.detail()["drift"][0]
    assert (later["by"], later["call"], later["source"]) == (MALLORY, "ecs:RegisterTaskDefinition", "203.0.113.7")


def test_a_rolling_update_by_hand_is_told_by_the_call_that_began_it() -> None:
    house = curious(rolled())
    house.commit("1.1.0")
    house.settle(InSync)
    arn = register_by_hand(house)
    house.run(1)
    edit_service(house, taskDefinition=arn)
    house.run(DELIVERY + 2)
    tried = house.get(f"services/{house.git.key}/history")["attempts"]
    foreign = [each for each in tried if each["taskDefinition"] == arn]
    assert [(each["who"], each["call"]) for each in foreign] == [(MALLORY, "ecs:UpdateService")]


def test_a_services_first_deployment_is_told_at_once_by_its_creator_and_later_by_the_call() -> None:
    house = Curious(rolled())
    house.settle(InSync)
    first = house.get(f"services/{house.git.key}/history")["attempts"][-1]
    assert first["who"] == house.service()["createdBy"]
    house.run(DELIVERY)
    first = house.get(f"services/{house.git.key}/history")["attempts"][-1]
    assert (first["who"], first["call"]) == (house.service()["createdBy"], "ecs:CreateService")


def test_where_events_list_no_resources_they_are_found_all_the_same() -> None:
    house = curious(shifted(QUICK, switches=Switches(trail_names_resources=False)), drift=DriftPolicy.WARN)
    edit_service(house, healthCheckGracePeriodSeconds=5)
    house.run(DELIVERY + 2)
    assert house.detail()["drift"][0]["by"] == MALLORY


@pytest.mark.parametrize(("minutes", "who"), [(15, MALLORY), (26, None)])
def test_an_event_may_be_a_quarter_of_an_hour_late_but_is_not_waited_for_for_ever(
    minutes: int, who: str | None
) -> None:
    switches = Switches(trail_delivery_seconds=60.0 * minutes)
    house = curious(shifted(QUICK, switches=switches), drift=DriftPolicy.WARN)
    edit_service(house, healthCheckGracePeriodSeconds=5)
    house.run(5)
    assert house.detail()["drift"][0]["pending"]
    house.run(25)
    change = house.detail()["drift"][0]
    assert (change["by"], change["pending"]) == (who, False)


def test_looks_at_the_service_are_as_many_as_without_cloudtrail() -> None:
    asked, unasked = curious(shifted(QUICK), drift=DriftPolicy.WARN), House(shifted(QUICK))
    unasked.git = replace(unasked.git, service_definition={"healthCheckGracePeriodSeconds": 60}, drift=DriftPolicy.WARN)
    edit_service(unasked, healthCheckGracePeriodSeconds=60)
    unasked.settle(InSync)
    for house in (asked, unasked):
        house.run(2)
        house.world.calls.clear()
        edit_service(house, healthCheckGracePeriodSeconds=5)
        house.run(10)
    lookups = asked.account.count("LookupEvents")
    assert 0 < lookups < 20
    del asked.world.calls["cloudtrail", "LookupEvents"]
    assert asked.world.calls == unasked.world.calls


def test_a_daemon_that_may_not_ask_works_the_same() -> None:
    account = shifted(QUICK)
    house = curious(account)
    house.client = partial(_denied, house)
    house.start()
    house.run(2)
    edit_service(house, healthCheckGracePeriodSeconds=5)
    house.run(DELIVERY)
    assert house.service()["healthCheckGracePeriodSeconds"] == 60
    assert house.account.count("LookupEvents") == 0


def _denied(house: Curious, service: str, scope: Scope) -> Any:
    """Every client, but one for CloudTrail without permission."""
    if service == "cloudtrail":
        return clients.client(_Denying(house.world), service)
    return clients.client(house.world, service, caller=Caller(region=scope.region))


class _Denying:
    def __init__(self, world: Any) -> None:
        self._world = world

    def __getattr__(self, name: str) -> Any:
        return getattr(self._world, name)

    def call(self, *_: Any) -> Any:
        raise AwsError("AccessDeniedException", "User: trueup is not authorized to perform: cloudtrail:LookupEvents")
