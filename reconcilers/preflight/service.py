"""What must hold of the service, of what it would run, and of the way back."""

from collections.abc import Iterator
from typing import Any

from reconcilers.digits import number
from reconcilers.live_service import LiveService
from reconcilers.model import Service, Severity
from reconcilers.outcome import Finding
from reconcilers.preflight_facts import Image, PreflightFacts


def inactive(service: LiveService) -> Finding:
    """A service that is being deleted, or was."""
    return Finding(
        "ServiceNotActive",
        f"Service {service.name} is {service.status}.",
        "A deleted service does not come back: create it anew, or remove its manifest.",
    )


def state(service: LiveService) -> Iterator[Finding]:
    if service.status != "ACTIVE":
        yield inactive(service)
    if service.desired_count == 0:
        yield Finding(
            "NothingDesired",
            f"Service {service.name} has desiredCount 0, so that nothing could become healthy.",
            "Set the service's desiredCount to 1 or more.",
        )


def ports(wanted: Service, service: LiveService) -> Iterator[Finding]:
    containers = {each.get("name"): each for each in wanted.task_definition.get("containerDefinitions") or ()}
    for balancer in service.load_balancers:
        name, port = balancer.container_name, balancer.container_port
        if name not in containers:
            yield Finding(
                "ContainerMissing",
                f"The load balancer sends to container {name}, which {wanted.source} does not render.",
                f"Give the task definition a container named {name}.",
            )
        elif not any(_covers(mapping, port) for mapping in containers[name].get("portMappings") or ()):
            yield Finding(
                "PortMissing",
                f"The load balancer sends to port {port} of container {name}, which maps no such port.",
                f"Add containerPort {port} to the portMappings of {name}.",
            )


def _covers(mapping: dict[str, Any], port: int) -> bool:
    begins, _, ends = str(mapping.get("containerPortRange", "")).partition("-")
    first, last = number(begins), number(ends)
    if first is not None and last is not None:
        return first <= port <= last
    return str(mapping.get("containerPort")) == str(port)


def target_groups(service: LiveService, facts: PreflightFacts) -> Iterator[Finding]:
    found = {each.arn for each in facts.target_groups}
    for balancer in service.load_balancers:
        if balancer.target_group_arn is not None and balancer.target_group_arn not in found:
            yield Finding(
                "TargetGroupMissing",
                f"Target group {balancer.target_group_arn} of service {service.name} does not exist.",
                "Create the target group and give it to the service.",
            )


def rollback_target(facts: PreflightFacts) -> Iterator[Finding]:
    target = facts.rollback_target
    if target is None or target.status != "ACTIVE":
        what = "What runs now" if target is None else f"{target.arn}, which runs now,"
        yield Finding(
            "RollbackTargetInactive",
            f"{what} is no longer registered as ACTIVE, so that there would be no way back to it.",
            "Register its content again and deploy that once by hand; keep the last good revisions registered.",
        )


def images(wanted: Service, facts: PreflightFacts) -> Iterator[Finding]:
    for image in facts.images:
        if image.found is False:
            yield Finding(
                "ImageMissing",
                f"Image {image.reference} of container {image.container} is not in its registry.",
                "Push the image, or correct the tag in Git.",
            )
        elif wanted.scan_severity is not None:
            yield from _scan(image, wanted.scan_severity)


def _scan(image: Image, at_least: Severity) -> Iterator[Finding]:
    severities = list(Severity)
    bad = [each for each in reversed(severities[severities.index(at_least) :]) if image.findings.get(each, 0) > 0]
    if bad:
        counted = ", ".join(f"{image.findings[each]} {each.value}" for each in bad)
        yield Finding(
            "ScanFindings",
            f"The scan of image {image.reference} of container {image.container} found {counted}.",
            "Rebuild the image on a patched base, or raise the severity from which a finding counts.",
            blocking=False,
        )
