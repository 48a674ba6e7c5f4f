"""Application Auto Scaling: whether somebody else owns a service's desired count."""

from typing import Any

from reconcilers.aws.calls import ask


class AutoScalingGateway:
    """One account and region of Application Auto Scaling, as ``client`` reaches it."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def scales(self, cluster: str, service: str) -> bool:
        """Whether the service's desired count is a scalable target, suspended or not."""
        resource = f"service/{cluster}/{service}"
        parameters = {
            "ServiceNamespace": "ecs",
            "ResourceIds": [resource],
            "ScalableDimension": "ecs:service:DesiredCount",
        }
        answer = ask(self._client, "describe_scalable_targets", parameters, about=resource)
        return bool(answer.get("ScalableTargets"))
