"""Task definitions: registering, describing, listing and retiring them."""

import re

from sandbox.world.calls import Answer, Caller, Handler, Params
from sandbox.world.ecs import validation
from sandbox.world.ecs.capabilities import compatibilities, required_attributes
from sandbox.world.ecs.normal import in_units, normalised
from sandbox.world.ecs.pages import page
from sandbox.world.ecs.refusals import at_most, refused, required
from sandbox.world.ecs.state import State
from sandbox.world.ecs.tags import checked
from sandbox.world.ecs.task_definition import ACTIVE, DELETE_IN_PROGRESS, INACTIVE, TaskDefinition

MOST_DELETED = 10
_NUMBERED = re.compile(r".+:\d+")


class Definitions:
    """The operations on task definitions."""

    def __init__(self, state: State) -> None:
        self._state = state
        self.operations: dict[str, Handler] = {
            "RegisterTaskDefinition": self.register,
            "DescribeTaskDefinition": self.describe,
            "ListTaskDefinitions": self.list_definitions,
            "ListTaskDefinitionFamilies": self.list_families,
            "DeregisterTaskDefinition": self.deregister,
            "DeleteTaskDefinitions": self.delete,
        }

    def register(self, params: Params, caller: Caller) -> Answer:
        """Always a new revision, were it ever so equal to the last one."""
        given = in_units(params)
        validation.validate(given)
        tags = checked(given.get("tags") or [])
        family = self._state.families.family(given["family"])
        number = family.next_number()
        arn = self._state.arn("task-definition", f"{family.name}:{number}")
        content = normalised(given, self._state.chance)
        content |= {
            "taskDefinitionArn": arn,
            "revision": number,
            "requiresAttributes": required_attributes(content),
            "compatibilities": compatibilities(content),
            "registeredAt": self._state.now,
            "registeredBy": caller.principal,
        }
        family.revisions[number] = definition = TaskDefinition(arn, family.name, number, content)
        if tags:
            self._state.tags[arn] = tags
        return {"taskDefinition": definition.to_answer(), "tags": self._state.tags_of(arn)}

    def describe(self, params: Params, _caller: Caller) -> Answer:
        found = self._state.families.find(required(params, "taskDefinition"))
        if found is None:
            raise refused("Unable to describe task definition.")
        answer: Answer = {"taskDefinition": found.to_answer()}
        if "TAGS" in (params.get("include") or []):
            answer["tags"] = self._state.tags_of(found.arn)
        return answer

    def list_definitions(self, params: Params, _caller: Caller) -> Answer:
        """By family, then by number; ``familyPrefix`` is the whole name of a family."""
        wanted, status = params.get("familyPrefix"), params.get("status") or ACTIVE
        families = sorted(self._state.families.by_name.values(), key=lambda family: family.name)
        arns = [
            revision.arn
            for family in families
            if wanted in {None, family.name}
            for revision in family.revisions.values()
            if revision.status == status
        ]
        if params.get("sort") == "DESC":
            arns.reverse()
        shown, token = page(arns, params)
        return {"taskDefinitionArns": shown} | ({"nextToken": token} if token else {})

    def list_families(self, params: Params, _caller: Caller) -> Answer:
        """Families with an ACTIVE revision, those without, or ALL."""
        prefix, status = params.get("familyPrefix") or "", params.get("status") or ACTIVE
        names = sorted(
            family.name
            for family in self._state.families.by_name.values()
            if family.revisions and family.name.startswith(prefix) and status in {"ALL", family.status}
        )
        shown, token = page(names, params)
        return {"families": shown} | ({"nextToken": token} if token else {})

    def deregister(self, params: Params, _caller: Caller) -> Answer:
        definition = self._numbered(required(params, "taskDefinition"))
        if definition.status == ACTIVE:
            definition.status, definition.deregistered_at = INACTIVE, self._state.now
        return {"taskDefinition": definition.to_answer()}

    def delete(self, params: Params, _caller: Caller) -> Answer:
        deleted, failures = [], []
        for reference in at_most(params, "taskDefinitions", MOST_DELETED):
            definition = self._state.families.find(reference)
            if definition is None or not _NUMBERED.fullmatch(reference):
                failures.append({"arn": reference, "reason": "The specified task definition does not exist."})
            elif definition.status == ACTIVE:
                reason = "The specified task definition is still in ACTIVE status. Please deregister it and try again."
                failures.append({"arn": definition.arn, "reason": reason})
            else:
                self._begin_deletion(definition)
                deleted.append(definition.to_answer())
        return {"taskDefinitions": deleted, "failures": failures}

    def _begin_deletion(self, definition: TaskDefinition) -> None:
        if definition.status == DELETE_IN_PROGRESS:
            return
        definition.status, definition.delete_requested_at = DELETE_IN_PROGRESS, self._state.now
        self._state.timeline.after(self._state.pace.deleted_definition_kept, lambda: self._forget(definition))

    def _forget(self, definition: TaskDefinition) -> None:
        """A deleted revision goes when nothing runs it any more; its number is not given again."""
        if self._in_use(definition):
            self._state.timeline.after(self._state.pace.deleted_definition_kept, lambda: self._forget(definition))
            return
        self._state.families.family(definition.family).revisions.pop(definition.revision, None)
        self._state.tags.pop(definition.arn, None)

    def _in_use(self, definition: TaskDefinition) -> bool:
        return any(
            service.task_definition_arn == definition.arn
            or any(replicas.plan.workload.definition is definition for replicas in service.replicas)
            for cluster in self._state.clusters.values()
            for service in cluster.live_services
        )

    def _numbered(self, reference: str) -> TaskDefinition:
        definition = self._state.families.find(reference)
        if not _NUMBERED.fullmatch(reference):
            raise refused("Task definition must be given with its revision: family:revision.")
        if definition is None:
            raise refused(
                "The specified task definition does not exist. Specify a valid account, family, revision and try again."
            )
        return definition
