"""What CloudFormation makes here: ECS's resources in the world, and those that moto's CloudFormation does not know.

moto reads the template, orders its resources and asks a class for each. The classes here, found by moto because they
are subclasses of its own, make the API call that the resource stands for; the world answers it, or moto's other
services. How a stack changes is in ``changing``. Importing this module loads moto.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, ClassVar

from botocore.exceptions import ClientError, ParamValidationError
from botocore.model import ListShape, Shape, StructureShape
from moto.cloudformation import parsing
from moto.core.common_models import CloudFormationModel
from moto.iam.models import InlinePolicy

from sandbox.answering import Answering
from sandbox.errors import AwsError
from sandbox.server import changing as changing  # noqa: PLC0414 - imported for what it does to moto
from sandbox.world.calls import Caller

_world: ContextVar[Answering] = ContextVar("world")
_LEAVES: Mapping[str, Callable[[Any], Any]] = {
    "integer": int,
    "long": int,
    "float": float,
    "double": float,
    "string": str,
    "boolean": lambda value: str(value).lower() == "true",
}


@contextmanager
def forming(world: Answering) -> Iterator[None]:
    """Let the stacks of this call be made in ``world``."""
    token = _world.set(world)
    try:
        yield
    finally:
        _world.reset(token)


def spelled(shape: Shape, value: Any) -> Any:
    """A template's value in the API's spelling: ``{"Cpu": "1"}`` is ``{"cpu": 1}`` where the shape has a number.

    What is ``None`` was ``AWS::NoValue``. ``ValueError`` names a property that the API does not have.
    """
    if isinstance(shape, StructureShape) and isinstance(value, Mapping):
        known = {name.lower(): name for name in shape.members}
        if unknown := sorted(name for name in value if name.lower() not in known):
            raise ValueError(f"{shape.name} has no {', '.join(unknown)}.")
        named = {known[name.lower()]: part for name, part in value.items() if part is not None}
        return {name: spelled(shape.members[name], part) for name, part in named.items()}
    if isinstance(shape, ListShape) and isinstance(value, list):
        return [spelled(shape.member, part) for part in value if part is not None]
    return _LEAVES.get(shape.type_name, lambda same: same)(value)


class Api:
    """Calls to one service, on behalf of the account and region that the stack is in."""

    def __init__(self, service: str, account: str, region: str) -> None:
        from sandbox.clients import client  # noqa: PLC0415 - the clients stand on this package

        principal = f"arn:aws:sts::{account}:assumed-role/cloudformation/AWSCloudFormation"
        self._client = client(_world.get(), service, caller=Caller(account, region, principal))

    def __call__(self, operation: str, properties: Mapping[str, Any], **others: Any) -> Any:
        """The answer to an operation, by its name in Python and with a template's properties.

        What is refused, or does not fit, is an ``AwsError`` of CloudFormation's.
        """
        try:
            return getattr(self._client, operation)(**spelled(self._takes(operation), properties), **others)
        except (ClientError, ParamValidationError, ValueError) as error:
            raise AwsError("ValidationError", f"{operation}: {error}") from error

    def known(self, operation: str, properties: Mapping[str, Any]) -> dict[str, Any]:
        """Those of the properties that an operation takes."""
        takes = {name.lower() for name in self._takes(operation).members}
        return {name: value for name, value in properties.items() if name.lower() in takes}

    def _takes(self, operation: str) -> Any:
        meta = self._client.meta
        return meta.service_model.operation_model(meta.method_to_api_mapping[operation]).input_shape


class _Made:
    """A resource that is there: what ``Ref`` gives, and its attributes."""

    kind: ClassVar[str]
    service: ClassVar[str]
    attributes: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, reference: str, **attributes: str) -> None:
        self.physical_resource_id = reference
        self.told = attributes

    @classmethod
    def make(cls, api: Api, properties: Mapping[str, Any]) -> Any:
        raise NotImplementedError

    @classmethod
    def unmake(cls, api: Api, reference: str) -> None:
        raise NotImplementedError

    def change(self, api: Api, properties: Mapping[str, Any]) -> Any:
        """A resource cannot be changed, so another takes its place."""
        made = self.make(api, properties)
        self.unmake(api, self.physical_resource_id)
        return made

    @classmethod
    def cloudformation_type(cls) -> str:
        return cls.kind

    @staticmethod
    def cloudformation_name_type() -> str:
        return ""

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        return attr in cls.attributes

    def get_cfn_attribute(self, attribute: str) -> str:
        return self.told[attribute]

    def is_created(self) -> bool:
        return True

    @classmethod
    def create_from_cloudformation_json(
        cls,
        resource_name: str,
        cloudformation_json: dict[str, Any],
        account_id: str,
        region_name: str,
        **kwargs: Any,
    ) -> Any:
        del resource_name, kwargs
        return cls.make(Api(cls.service, account_id, region_name), cloudformation_json["Properties"])

    @classmethod
    def update_from_cloudformation_json(
        cls,
        original_resource: Any,
        new_resource_name: str,
        cloudformation_json: Any,
        account_id: str,
        region_name: str,
    ) -> Any:
        del new_resource_name
        return original_resource.change(Api(cls.service, account_id, region_name), cloudformation_json["Properties"])

    @classmethod
    def delete_from_cloudformation_json(cls, reference: str, _json: Any, account_id: str, region_name: str) -> None:
        cls.unmake(Api(cls.service, account_id, region_name), reference)


class Cluster(_Made, CloudFormationModel):
    kind, service, attributes = "AWS::ECS::Cluster", "ecs", frozenset(["Arn"])

    @classmethod
    def make(cls, api: Api, properties: Mapping[str, Any]) -> "Cluster":
        made = api("create_cluster", properties)["cluster"]
        return cls(made["clusterName"], Arn=made["clusterArn"])

    @classmethod
    def unmake(cls, api: Api, reference: str) -> None:
        api("delete_cluster", {"Cluster": reference})


class TaskDefinition(_Made, CloudFormationModel):
    kind, service, attributes = "AWS::ECS::TaskDefinition", "ecs", frozenset(["TaskDefinitionArn"])

    @classmethod
    def make(cls, api: Api, properties: Mapping[str, Any]) -> "TaskDefinition":
        arn = api("register_task_definition", properties)["taskDefinition"]["taskDefinitionArn"]
        return cls(arn, TaskDefinitionArn=arn)

    @classmethod
    def unmake(cls, api: Api, reference: str) -> None:
        api("deregister_task_definition", {"TaskDefinition": reference})


class Service(_Made, CloudFormationModel):
    kind, service, attributes = "AWS::ECS::Service", "ecs", frozenset(["Name", "ServiceArn"])

    @classmethod
    def make(cls, api: Api, properties: Mapping[str, Any]) -> "Service":
        made = api("create_service", properties)["service"]
        return cls(made["serviceArn"], Name=made["serviceName"], ServiceArn=made["serviceArn"])

    @classmethod
    def unmake(cls, api: Api, reference: str) -> None:
        api("delete_service", {"Cluster": reference.split("/")[1], "Service": reference, "Force": True})

    def change(self, api: Api, properties: Mapping[str, Any]) -> "Service":
        api("update_service", api.known("update_service", properties), service=self.told["Name"])
        return self


class Namespace(_Made, CloudFormationModel):
    kind, service = "AWS::ServiceDiscovery::PrivateDnsNamespace", "servicediscovery"
    attributes = frozenset(["Arn", "Id"])

    @classmethod
    def make(cls, api: Api, properties: Mapping[str, Any]) -> "Namespace":
        begun = api("create_private_dns_namespace", properties, CreatorRequestId="stack")["OperationId"]
        identity = api("get_operation", {"OperationId": begun})["Operation"]["Targets"]["NAMESPACE"]
        arn = api("get_namespace", {"Id": identity})["Namespace"]["Arn"]
        return cls(identity, Arn=arn, Id=identity)

    @classmethod
    def unmake(cls, api: Api, reference: str) -> None:
        api("delete_namespace", {"Id": reference})


class DiscoveryService(_Made, CloudFormationModel):
    kind, service = "AWS::ServiceDiscovery::Service", "servicediscovery"
    attributes = frozenset(["Arn", "Id", "Name"])

    @classmethod
    def make(cls, api: Api, properties: Mapping[str, Any]) -> "DiscoveryService":
        made = api("create_service", properties)["Service"]
        return cls(made["Id"], Arn=made["Arn"], Id=made["Id"], Name=made["Name"])

    @classmethod
    def unmake(cls, api: Api, reference: str) -> None:
        api("delete_service", {"Id": reference})


class Secret(_Made, CloudFormationModel):
    kind, service, attributes = "AWS::SecretsManager::Secret", "secretsmanager", frozenset(["Id"])

    @classmethod
    def make(cls, api: Api, properties: Mapping[str, Any]) -> "Secret":
        given = dict(properties)
        generated = given.pop("GenerateSecretString", None)
        if generated is not None:
            given["SecretString"] = api("get_random_password", generated)["RandomPassword"]
        arn = api("create_secret", given)["ARN"]
        return cls(arn, Id=arn)

    @classmethod
    def unmake(cls, api: Api, reference: str) -> None:
        api("delete_secret", {"SecretId": reference, "ForceDeleteWithoutRecovery": True})


def pruned(value: Any) -> Any:
    """Without what was ``AWS::NoValue``: moto drops it from maps, and leaves ``None`` in lists."""
    if isinstance(value, Mapping):
        return {name: pruned(part) for name, part in value.items() if part is not None}
    return [pruned(part) for part in value if part is not None] if isinstance(value, list) else value


class Policy(InlinePolicy, CloudFormationModel):
    """moto's own, of statements that are there."""

    @classmethod
    def create_from_cloudformation_json(
        cls,
        resource_name: str,
        cloudformation_json: dict[str, Any],
        account_id: str,
        region_name: str,
        **kwargs: Any,
    ) -> InlinePolicy:
        there = pruned(cloudformation_json)
        return super().create_from_cloudformation_json(resource_name, there, account_id, region_name, **kwargs)

    @classmethod
    def update_from_cloudformation_json(
        cls,
        original_resource: Any,
        new_resource_name: str,
        cloudformation_json: Any,
        account_id: str,
        region_name: str,
    ) -> InlinePolicy:
        there = pruned(cloudformation_json)
        return super().update_from_cloudformation_json(
            original_resource, new_resource_name, there, account_id, region_name
        )


# moto finds its classes once: those above must be among them, and after moto's own.
parsing.get_model_list.cache_clear()
parsing.get_model_map.cache_clear()
parsing.get_name_type_map.cache_clear()
