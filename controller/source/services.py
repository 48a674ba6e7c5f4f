"""A manifest and its task definition to the Service that decisions are made of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from controller.source.manifests import CodeDeploy, Ecs, Manifest, Rollout, Spec
from controller.source.references import candidates
from reconcilers.model import CodeDeployRollout, Revision, RollingRollout, Scope, Service, ServiceKey
from reconcilers.model import Rollout as WantedRollout
from reconcilers.pointer import Pointer
from reconcilers.task_definition import release_digest, revision_digest


def key_of(manifest: Manifest) -> ServiceKey:
    """Give the name by which a manifest's service is kept."""
    return ServiceKey(manifest.metadata.environment, manifest.metadata.name)


def service(manifest: Manifest, definition: Mapping[str, Any], commit: Revision, source: str) -> Service:
    """Make the service that a sound manifest means; `source` is the manifest's path in the repository."""
    spec = manifest.spec
    revision = revision_digest(definition)
    return Service(
        key=key_of(manifest),
        scope=Scope(region_of(spec), spec.role_arn, spec.external_id),
        cluster=cluster_of(spec),
        name=spec.service,
        task_definition=definition,
        revision=revision,
        release=release_digest(revision, _extras(spec)),
        rollout=_rollout(spec.rollout),
        commit=commit,
        source=source,
        made_of=named_in(manifest, source),
        service_definition=spec.service_definition,
        sync=spec.sync,
        drift=spec.drift,
        ignore=tuple(Pointer.parse(text) for text in spec.ignore),
        strict=spec.strict,
        scan_severity=spec.scan.severity,
    )


def named_in(manifest: Manifest, file: str) -> tuple[str, ...]:
    """Give the places that the chart or the task definition may be at which a manifest in `file` names."""
    named = filter(None, (manifest.spec.chart, manifest.spec.task_definition))
    return tuple(place for path in named for place in candidates(path, file))


def region_of(spec: Spec) -> str:
    """Give the region: its own field's, or else that of the cluster's ARN."""
    return spec.region or spec.cluster.split(":")[3]


def cluster_of(spec: Spec) -> str:
    """Give the cluster's name, without the ARN around it."""
    return spec.cluster.rpartition("/")[2]


def account_of(spec: Spec) -> str | None:
    """Give the account that the cluster's or the role's ARN names; None for that of the credentials at hand."""
    for arn in (spec.cluster, spec.role_arn or ""):
        if arn.startswith("arn:"):
            return arn.split(":")[4]
    return None


def _extras(spec: Spec) -> Mapping[str, Any]:
    """Give what one rollout ships beside the task definition."""
    hooks = dict(spec.rollout.code_deploy.hooks) if spec.rollout.code_deploy else {}
    return {"hooks": hooks, "platformVersion": spec.service_definition.get("platformVersion")}


def _rollout(rollout: Rollout) -> WantedRollout:
    if rollout.code_deploy is not None:
        return _codedeploy(rollout.code_deploy)
    return _rolling(rollout.ecs or Ecs())


def _codedeploy(said: CodeDeploy) -> CodeDeployRollout:
    return CodeDeployRollout(
        application=said.application,
        deployment_group=said.deployment_group,
        timeout=said.timeout,
        hooks={str(event): function for event, function in said.hooks.items()},
        newer_commit=said.newer_commit,
        retries=said.retries,
    )


def _rolling(said: Ecs) -> RollingRollout:
    strategy = {"strategy": said.strategy.value} if "strategy" in said.model_fields_set else {}
    return RollingRollout(
        configuration={**strategy, **(said.model_extra or {})},
        timeout=said.timeout,
        newer_commit=said.newer_commit,
        retries=said.retries,
    )
