# ruff: noqa: SLF001 - moto has no other way to its stacks
"""How a stack changes here, and what a change set is: ``aws cloudformation deploy`` asks for more than moto does.

moto looks for changes in ``Ref`` alone, so that neither a condition that comes to hold nor a ``${Parameter}`` in a text
changes anything; and its change sets take previous values in another form than they were given in, and make no outputs.
Here a resource has changed if what its template says comes to something else. Importing this module loads moto.
"""

from typing import Any

from moto.cloudformation import urls
from moto.cloudformation.exceptions import ValidationError
from moto.cloudformation.models import CloudFormationBackend, Stack, cloudformation_backends
from moto.cloudformation.parsing import ResourceMap, clean_json, parse_and_update_resource
from moto.cloudformation.responses import CloudFormationResponse

_UNCHANGED = "The submitted information didn't contain changes. Submit different information to create a change set."


class Stacks(CloudFormationBackend):
    """moto's stacks, made and changed by change sets as well as without."""

    _url_module = urls  # moto looks for them beside the class

    def create_change_set(self, *given: Any, **named: Any) -> tuple[str, str]:
        """The set's and the stack's id. A set that changes nothing is there, too, and ``FAILED``, as on AWS."""
        named["parameters"] = {name: as_given(value) for name, value in named["parameters"].items()}
        identity, stack_id = super().create_change_set(*given, **named)
        made, stack = self.change_sets[identity], self.stacks[stack_id]
        if made.change_set_type == "UPDATE" and stack.template == made.template and _given(stack) == made.parameters:
            made.status, made.execution_status, made.status_reason = "FAILED", "UNAVAILABLE", _UNCHANGED
        return identity, stack_id

    def execute_change_set(self, change_set_name: str, stack_name: str | None = None) -> None:
        """Make or change the stack. A set is executed once."""
        del stack_name  # moto keeps the sets of all stacks in one map
        made = self.describe_change_set(change_set_name)
        if made is None or made.execution_status != "AVAILABLE":
            raise ValidationError(message=f"ChangeSet [{change_set_name}] cannot be executed in its current status.")
        stack = self.stacks[made.stack_id]
        change(stack, made.template, made.parameters, made.change_set_type)
        made.execution_status = "EXECUTE_COMPLETE"

    def update_stack(
        self,
        name: str,
        template: str,
        role_arn: str | None,
        parameters: list[dict[str, Any]],
        tags: dict[str, str] | None,
    ) -> Stack:
        """Change a stack without a change set."""
        stack = self.get_stack(name)
        change(stack, template, self._resolve_update_parameters(stack, parameters), "UPDATE")
        stack.role_arn, stack.tags = role_arn, stack.tags if tags is None else tags
        return stack


def as_given(value: Any) -> str:
    """A parameter's value as somebody gives it, and not as moto keeps it: a list is a text with commas."""
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def change(stack: Stack, template: str, parameters: dict[str, str], kind: str) -> None:
    """Let a stack be what a template says with these parameters; ``kind`` is ``CREATE`` or ``UPDATE``."""
    stack._add_stack_event(f"{kind}_IN_PROGRESS", resource_status_reason="User Initiated")
    there, old = stack.resource_map, dict(stack.resource_map._resource_json_map)
    before = {name: _comes_to(there, name) for name in old if _made(there, name)}
    stack.template, stack.parameters = template, parameters
    stack._parse_template()
    stack.description = stack.template_dict.get("Description")
    there._template, there._resource_json_map = stack.template_dict, stack.template_dict["Resources"]
    there.input_parameters = parameters
    there.load()
    if before:
        _change(there, before)
        _take_away(there, {name: old[name] for name in before if not _wanted(there, name)})
    else:
        there.create(stack.template_dict)
    stack.output_map = stack._create_output_map()
    stack._add_stack_event(f"{kind}_COMPLETE")
    stack.status = f"{kind}_COMPLETE"


def _change(there: ResourceMap, before: dict[str, Any]) -> None:
    """Make what is new and change what comes to something else, in the template's order."""
    for name, said in there._resource_json_map.items():
        if not _wanted(there, name):
            continue
        if name not in before:
            _ = there[name]  # moto makes what it is asked for
        elif _comes_to(there, name) != before[name]:
            changed = parse_and_update_resource(name, said, there, there._account_id, there._region_name)
            if changed is not None:
                there._parsed_resources[name] = changed


def _take_away(there: ResourceMap, old: dict[str, Any]) -> None:
    for name, said in reversed(old.items()):
        there._delete_resource(there._parsed_resources.pop(name), said)


def _given(stack: Stack) -> dict[str, str]:
    return {name: as_given(value) for name, value in stack.stack_parameters.items()}


def _made(there: ResourceMap, name: str) -> bool:
    return there._parsed_resources.get(name) is not None


def _wanted(there: ResourceMap, name: str) -> bool:
    said = there._resource_json_map.get(name)
    return said is not None and ("Condition" not in said or there.lazy_condition_map[said["Condition"]])


def _comes_to(there: ResourceMap, name: str) -> Any:
    """What the template says of a resource, with every reference resolved."""
    return clean_json(there._resource_json_map[name].get("Properties", {}), there)


class Answers(CloudFormationResponse):
    """moto's answers, but that a change set without changes is no error of the call that makes it."""

    def _validate_different_update(self, *given: Any) -> None:
        if self._get_action() != "CreateChangeSet":
            super()._validate_different_update(*given)


# moto makes its stores and its routes when CloudFormation is first asked for, which is after this.
cloudformation_backends.backend = Stacks
urls.url_paths["{0}/$"] = Answers.dispatch
