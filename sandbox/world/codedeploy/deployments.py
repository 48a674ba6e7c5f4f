"""Deployments: created, described, stopped, continued."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING

from sandbox.errors import AwsError
from sandbox.world.calls import Answer, Caller, Handler, Params
from sandbox.world.codedeploy import revisions
from sandbox.world.codedeploy.app_spec import AppSpecError, parse
from sandbox.world.codedeploy.group_rules import check_alarms, check_rollback, check_routing
from sandbox.world.codedeploy.records import Deployment
from sandbox.world.codedeploy.shapes import deployment_info
from sandbox.world.codedeploy.words import BAD_APP_SPEC, LIMIT

if TYPE_CHECKING:
    from sandbox.world.codedeploy.engine import Engine
    from sandbox.world.codedeploy.store import Store

LONGEST_DESCRIPTION = 256
MOST_IN_A_BATCH = 25
REMEMBERED = ("description", "autoRollbackConfiguration", "overrideAlarmConfiguration")


class Deployments:
    """CreateDeployment, GetDeployment and BatchGetDeployments."""

    def __init__(self, store: Store, engine: Engine) -> None:
        self._store = store
        self._engine = engine
        self.operations: dict[str, Handler] = {
            "CreateDeployment": self.create,
            "GetDeployment": self.get,
            "BatchGetDeployments": self.batch_get,
        }

    def create(self, params: Params, _: Caller) -> Answer:
        """Everything that can be refused at once is; the rest shows in the deployment."""
        store = self._store
        group = store.group(params.get("applicationName"), params.get("deploymentGroupName"))
        if group.shape["computePlatform"] != "ECS":
            raise AwsError("UnsupportedActionForDeploymentTypeException", "The sandbox deploys to ECS alone")
        application = store.application(group.application)
        revision = revisions.read(application, params.get("revision"))
        self._check(params, revision.content)
        active = store.active(group)
        if active is not None:
            words = LIMIT.format(group=group.name, deployment=active.id)
            raise AwsError("DeploymentLimitExceededException", words)
        config = store.config(params.get("deploymentConfigName") or group.shape["deploymentConfigName"])
        check_routing(store, group.listener("prodTrafficRoute") or "", config)
        revisions.note_use(application, revision, group.name, store.now)
        request = {key: deepcopy(params[key]) for key in REMEMBERED if params.get(key) is not None}
        made = Deployment(
            id=store.new_deployment_id(),
            group=group,
            config=config,
            revision=revision,
            previous=group.target_revision,
            request=request,
            created_at=store.now,
            updated_at=store.now,
        )
        store.keep(made)
        self._engine.start(made)
        return {"deploymentId": made.id}

    def _check(self, params: Params, content: str) -> None:
        if len(params.get("description") or "") > LONGEST_DESCRIPTION:
            raise AwsError(
                "DescriptionTooLongException", f"The description is longer than {LONGEST_DESCRIPTION} characters"
            )
        check_alarms({**(params.get("overrideAlarmConfiguration") or {})})
        check_rollback({**(params.get("autoRollbackConfiguration") or {})})
        if self._engine.switches.bad_app_spec_is_refused:
            try:
                parse(content)
            except AppSpecError as error:
                raise AwsError("InvalidRevisionException", BAD_APP_SPEC.format(reason=error)) from error

    def get(self, params: Params, _: Caller) -> Answer:
        return {"deploymentInfo": deployment_info(self._store.deployment(params.get("deploymentId")))}

    def batch_get(self, params: Params, _: Caller) -> Answer:
        ids = params.get("deploymentIds") or []
        if not ids:
            raise AwsError("DeploymentIdRequiredException", "Deployment IDs are missing")
        if len(ids) > MOST_IN_A_BATCH:
            raise AwsError("BatchLimitExceededException", f"The maximum number of deployments is {MOST_IN_A_BATCH}")
        strict = self._engine.switches.batch_get_refuses_unknown_ids
        found = [self._store.deployment(one) for one in ids if strict or one in self._store.deployments]
        return {"deploymentsInfo": [deployment_info(one) for one in found]}
