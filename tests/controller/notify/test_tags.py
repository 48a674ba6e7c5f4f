"""Ledgers as tags of ECS services, over the real gateway."""

from dataclasses import replace
from typing import Any

import pytest

from controller.loop.learnt import after_report
from controller.loop.status import ServiceStatus
from controller.notify.ledger import Claim, Entry, Ledger
from controller.notify.tags import Tags, keeper, shared, tag_of
from reconcilers.aws.gateways import GatewayPool
from reconcilers.model import SyncPolicy
from reconcilers.observe import base
from reconcilers.outcome import Retry, Stalled
from tests.controller.notify.builders import AT_REST, KEY, NOW, of_service
from tests.reconcilers.sandboxed import SCOPE, Account, client_of, pool, reconciler, rolled, shifted

ENTRY = Entry(Ledger(number=3), Claim("abcdef", NOW))


def seen(account: Account) -> ServiceStatus:
    """The service as one look found it."""
    return after_report(ServiceStatus(account.wanted), reconciler(account.world).reconcile(account.wanted))


@pytest.fixture(params=[shifted, rolled], ids=["CodeDeploy", "ECS"])
def account(request: pytest.FixtureRequest) -> Account:
    made: Account = request.param()
    return made


def test_an_entry_is_kept_by_the_service(account: Account) -> None:
    tags, status = Tags(pool(account.world)), seen(account)
    assert tags.entry(status, "deploys") == Entry()
    tags.write(status, "deploys", ENTRY)
    tags.write(status, "other", Entry(Ledger(number=9)))
    assert tags.entry(status, "deploys") == ENTRY
    (entries,) = tags.entries((status,))
    assert entries == {"deploys": ENTRY, "other": Entry(Ledger(number=9))}


def test_a_tag_of_ours_is_no_drift_and_starts_nothing(account: Account) -> None:
    status = seen(account)
    Tags(pool(account.world)).write(status, "deploys", ENTRY)
    before = account.count("UpdateService") + account.count("CreateDeployment")
    again = reconciler(account.world).reconcile(account.wanted)
    assert again.plan is not None
    assert (again.outcome, again.plan.changes) == (status.outcome, ())
    assert account.count("UpdateService") + account.count("CreateDeployment") == before


def test_tags_of_others_are_left_alone(account: Account) -> None:
    status = seen(account)
    assert status.live is not None
    assert status.live.service is not None
    ecs = client_of(account.world, "ecs", SCOPE)
    ecs.tag_resource(resourceArn=status.live.service.arn, tags=[{"key": "team", "value": "notes"}])
    tags = Tags(pool(account.world))
    tags.write(status, "deploys", ENTRY)
    listed = ecs.list_tags_for_resource(resourceArn=status.live.service.arn)["tags"]
    assert {"key": "team", "value": "notes"} in listed
    assert tags.entry(status, "deploys") == ENTRY


def test_a_service_with_fifty_tags_takes_no_more_and_says_so(account: Account) -> None:
    status = seen(account)
    assert status.live is not None
    assert status.live.service is not None
    full = [{"key": f"t{number}", "value": ""} for number in range(50)]
    client_of(account.world, "ecs", SCOPE).tag_resource(resourceArn=status.live.service.arn, tags=full[:40])
    client_of(account.world, "ecs", SCOPE).tag_resource(resourceArn=status.live.service.arn, tags=full[40:])
    with pytest.raises(Stalled):
        Tags(pool(account.world)).write(status, "deploys", ENTRY)


def test_ten_services_are_read_with_one_call(account: Account) -> None:
    status = seen(account)
    before = account.count("DescribeServices")
    others = tuple(replace(status, wanted=replace(status.wanted, name=f"gone-{number}")) for number in range(9))
    assert Tags(pool(account.world)).entries((*others, status)) == ({},) * 10
    assert account.count("DescribeServices") == before + 1


def test_what_could_not_be_read_does_not_look_as_if_it_had_no_tags() -> None:
    class Client:
        def describe_services(self, **_: Any) -> Any:
            return {"services": [], "failures": [{"arn": "arn:aws:ecs:x:1:service/prod/notes", "reason": "OTHER"}]}

    with pytest.raises(Retry):
        Tags(GatewayPool(lambda _service, _scope: Client())).entry(AT_REST, "deploys")


def test_only_what_is_there_and_ours_to_write_is_shared() -> None:
    live = AT_REST.live
    assert live is not None
    assert live.service is not None
    assert shared(AT_REST)
    for other in (
        replace(AT_REST, live=None),
        replace(AT_REST, live=replace(live, service=None)),
        replace(AT_REST, live=replace(live, service=replace(live.service, status="DRAINING"))),
        replace(AT_REST, wanted=replace(AT_REST.wanted, sync=SyncPolicy.OBSERVE)),
    ):
        assert not shared(other)


def test_the_repositorys_tag_is_another_one_than_the_services() -> None:
    assert (tag_of("deploys", KEY), tag_of("deploys", None)) == ("deploys", "deploys:source")


def test_the_first_service_that_can_keeps_what_was_told_of_the_repository() -> None:
    observed = replace(AT_REST, wanted=replace(AT_REST.wanted, sync=SyncPolicy.OBSERVE))
    unread = replace(AT_REST, live=None, failing_since=NOW)
    other = of_service("other", AT_REST)
    assert keeper((observed, unread, other, AT_REST)) is other
    assert keeper((observed,)) is keeper(()) is None


def test_as_long_as_the_first_is_not_read_nobody_knows_which_it_is() -> None:
    with pytest.raises(LookupError):
        keeper((replace(AT_REST, live=None), AT_REST))


def test_a_look_asks_for_no_tags(account: Account) -> None:
    asked: list[dict[str, Any]] = []
    real = client_of(account.world, "ecs", SCOPE)

    class Client:
        def describe_services(self, **parameters: Any) -> Any:
            asked.append(parameters)
            return real.describe_services(**parameters)

        def __getattr__(self, name: str) -> Any:
            return getattr(real, name)

    base(GatewayPool(lambda _service, _scope: Client())(SCOPE), account.wanted, 0.0)
    assert [each.get("include") for each in asked] == [None]
