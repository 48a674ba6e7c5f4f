"""AWS CloudTrail: every call that changes something is written down, and can be looked up for ninety days.

``Trail`` is handed each call with its answer and keeps the record that CloudTrail makes of it: who, from where, with
what, and what came of it. LookupEvents shows it once it is delivered, which is minutes later. What a service does in
somebody's name, as CodeDeploy moves listeners and task sets, is recorded under that service's role and ``invokedBy``.

Calls that only read are not kept, and neither is PutMetricData, which CloudTrail counts as data. At most ``KEPT``
events stay for each account and region: a world may stand for months.
"""

from sandbox.world.cloudtrail.trail import KEPT, Trail

__all__ = ["KEPT", "Trail"]
