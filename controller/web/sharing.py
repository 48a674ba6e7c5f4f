"""Which replica keeps what, as the API shows it."""

from math import isfinite

from pydantic import Field

from controller.lease.view import Sharing
from controller.web.views import View


class ShardView(View):
    """An account in a region, and who keeps it."""

    account: str = Field(description="Empty: the account that Trueup itself is in.")
    region: str
    replica: str = Field(description="Who keeps it; empty: nobody at the moment.")
    epoch: int = Field(description="How often it was taken so far.")


class ReplicaView(View):
    """One replica that has a lease."""

    id: str
    commit: str = Field(description="The newest commit that it has read; empty: none yet.")
    shards: int = Field(description="How many accounts and regions it keeps.")
    address: str = Field(default="", description="Where the other replicas ask it; empty: it does not say.")


class SharingView(View):
    """How the fleet is shared, as this replica knows it. Without a lease table it is not."""

    shared: bool = Field(description="Whether there is a lease table at all.")
    me: str = Field(description="The replica that answers; empty while it has no lease.")
    acts: bool = Field(description="Whether it acts on anything.")
    seconds_left: float | None = Field(description="For how long it may act unless it renews its lease.")
    trouble: str = Field(description="Why the lease table does not answer; empty: it does.")
    replicas: tuple[ReplicaView, ...] = ()
    shards: tuple[ShardView, ...] = ()


def sharing_view(found: Sharing) -> SharingView:
    """What one replica knows, sorted."""
    holders = [each.holder for each in found.holdings.values()]
    return SharingView(
        shared=isfinite(found.left),
        me=found.me,
        acts=found.acts,
        seconds_left=found.left if isfinite(found.left) else None,
        trouble=found.trouble,
        replicas=tuple(
            ReplicaView(id=each, commit=commit, shards=holders.count(each), address=found.addresses.get(each, ""))
            for each, commit in sorted(found.commits.items())
        ),
        shards=tuple(
            ShardView(account=shard.account, region=shard.region, replica=each.holder, epoch=each.epoch)
            for shard, each in sorted(found.holdings.items())
        ),
    )
