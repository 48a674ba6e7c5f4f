"""CloudWatch: metrics, and the alarms that watch them."""

from sandbox.world.cloudwatch.service import CloudWatch

__all__ = ["CloudWatch"]
