"""Services and their errors, as botocore's models name them."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from botocore.exceptions import UnknownServiceError
from botocore.loaders import Loader
from botocore.model import OperationModel, ServiceModel, Shape, StructureShape

from sandbox.errors import AwsError

_loader = Loader()
_loading = threading.Lock()


@cache
def service_model(name: str) -> ServiceModel | None:
    """The model of a service by botocore's name for it (``elbv2``); None where botocore has none."""
    with _loading:
        try:
            return ServiceModel(_loader.load_service_model(name, "service-2"), service_name=name)
        except UnknownServiceError:
            return None


def operation_model(model: ServiceModel, name: str) -> OperationModel | None:
    """None for an operation that the model does not know."""
    return model.operation_model(name) if name in model.operation_names else None


def members(shape: Shape | None) -> Mapping[str, Shape]:
    """The members of a structure; nothing for an operation without input or output."""
    return shape.members if isinstance(shape, StructureShape) else {}


@dataclass(frozen=True, slots=True)
class WireError:
    """An error under both its names, since the protocols differ in which one they send."""

    shape: str
    code: str
    message: str
    status: int
    # How the error's own shape calls the message ("message", "Message"), if it has one.
    message_member: str | None = None

    @property
    def fault(self) -> str:
        """Whose mistake it is, in the words of the query protocol."""
        return "Sender" if self.status < 500 else "Receiver"


def wire_error(model: ServiceModel | None, error: AwsError) -> WireError:
    """The error under the names its model gives it, whichever of them the world used.

    A status other than 400 is the world's own word; 400, its default, gives way to the model's: 404 for a missing
    alarm.
    """
    shape = _error_shape(model, error.code) if model is not None else None
    if shape is None:
        return WireError(error.code, error.code, error.message, error.status)
    stated: dict[str, Any] = shape.metadata.get("error", {})
    status = stated.get("httpStatusCode", error.status) if error.status == 400 else error.status
    named = next((name for name in members(shape) if name.lower() == "message"), None)
    return WireError(shape.name, stated.get("code", shape.name), error.message, status, named)


def _error_shape(model: ServiceModel, code: str) -> Shape | None:
    named = {shape.name: shape for shape in model.error_shapes}
    by_code = {shape.metadata.get("error", {}).get("code"): shape for shape in model.error_shapes}
    return named.get(code) or by_code.get(code)
