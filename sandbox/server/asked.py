"""What a request asks for, as far as it can be told before anybody answers it."""

import re
from dataclasses import dataclass

from botocore.model import OperationModel, ServiceModel

from sandbox.server.elsewhere import NotServed
from sandbox.server.signature import Scope, scope
from sandbox.wire.forms import action
from sandbox.wire.messages import Request
from sandbox.wire.models import operation_model, service_model
from sandbox.wire.protocols import Envelope, envelope
from sandbox.wire.refusals import Style, style_of

_SERVICES = {"monitoring": "cloudwatch"}
_UNSIGNED = ("AssumeRoleWithSAML", "AssumeRoleWithWebIdentity")


@dataclass(frozen=True, slots=True)
class Asked:
    """``service`` as botocore names it; ``operation`` None where nothing in the request is one of the service's."""

    request: Request
    signed: Scope | None
    service: str | None
    style: Style
    model: ServiceModel | None
    envelope: Envelope | None
    operation: str | None

    @property
    def label(self) -> str:
        """The operation's name for people and counts, guessed where no model tells it; of few kinds in any case."""
        if self.operation is not None:
            return self.operation
        target = self.request.headers.get("x-amz-target", "").rpartition(".")[2]
        named = target or action(self.request) or self.request.method
        return named if re.fullmatch(r"\w{1,100}", named) else "?"

    @property
    def may_be_unsigned(self) -> bool:
        """Whether AWS takes this without a signature: who brings somebody else's proof has none of AWS's yet."""
        return action(self.request) in _UNSIGNED

    @property
    def query_compatible(self) -> bool:
        """Whether errors go out under the names of the service's query days as well."""
        return self.model is not None and "awsQueryCompatible" in self.model.metadata

    def spoken(self) -> tuple[Envelope, OperationModel]:
        """The protocol and the operation's model; ``NotServed`` where the service has no such operation."""
        found = operation_model(self.model, self.operation) if self.model and self.operation else None
        if self.envelope is None or found is None:
            raise NotServed
        return self.envelope, found


def asked(request: Request) -> Asked:
    """Read the request's marks: signature, protocol, operation."""
    signed = scope(request)
    service = _service(request, signed)
    style = style_of(request, service)
    model = service_model(service) if service else None
    spoken = envelope(style, model) if model else None
    operation = spoken.operation(request, model) if spoken and model else None
    return Asked(request, signed, service, style, model, spoken, operation)


def _service(request: Request, signed: Scope | None) -> str | None:
    if signed is None:
        return None
    if signed.service == "elasticloadbalancing":
        # Two generations of load balancers sign alike and differ in the version that they ask for.
        return "elb" if b"Version=2012-06-01" in request.body or "Version=2012-06-01" in request.query else "elbv2"
    return _SERVICES.get(signed.service, signed.service)
