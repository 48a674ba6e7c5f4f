"""AWS's errors become ours here, and nowhere else: ``Retry`` for what may go well the next time, ``Stalled`` for what
will not until somebody changes something. An absence that is a normal answer is not an error: see
``calls.ask_or_none``.
"""

import re

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    CredentialRetrievalError,
    EndpointConnectionError,
    HTTPClientError,
    NoCredentialsError,
    ParamValidationError,
    ReadTimeoutError,
)

from reconcilers.aws.sanitize import sanitized
from reconcilers.outcome import Retry, Stalled

THROTTLED = frozenset(
    {
        "BandwidthLimitExceeded",
        "EC2ThrottledException",
        "PriorRequestNotComplete",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "SlowDown",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)
DENIED = frozenset(
    {
        "403",
        "AccessDenied",
        "AccessDeniedException",
        "NotAuthorized",
        "UnauthorizedAccess",
        "UnauthorizedException",
        "UnauthorizedOperation",
    }
)
EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired", "RequestTimeTooSkewed"})
UNKNOWN_CALLER = frozenset(
    {
        "AuthFailure",
        "IncompleteSignature",
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "MissingAuthenticationToken",
        "MissingAuthenticationTokenException",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    }
)
# Two writers at once: the one that lost looks again.
CONFLICT = frozenset(
    {"ConflictException", "ConcurrentModificationException", "ResourceInUseException", "UpdateInProgressException"}
)
SERVERS_FAULT = frozenset(
    {"InternalFailure", "InternalError", "RequestTimeout", "RequestTimeoutException", "ServiceUnavailable"}
)
_UNAUTHORIZED = re.compile(r"not authorized to perform:?\s+([\w-]+:\w+)(?:.*?\bresource:?\s+(\S+))?", re.DOTALL)
_DEPLOYMENT_ID = re.compile(r"d-[A-Z0-9]+")
_TOO_MANY_AT_ONCE = re.compile(r"too many concurrent attempts|rate exceeded", re.IGNORECASE)


def translation(
    error: ClientError | BotoCoreError, action: str, resource: str = "", hide: tuple[str, ...] = ()
) -> Retry | Stalled:
    """The error of ours that says the same, when ``action`` (``ecs:UpdateService``) was asked for on ``resource``.

    Never with credentials or long payloads in it; ``hide`` are values that must not show even where AWS repeats them.
    """
    what = f"{action} on {resource}" if resource else action
    if isinstance(error, ClientError):
        return _of_answer(error, action, what, hide)
    return _of_no_answer(error, what)


def code_of(error: ClientError) -> str:
    """AWS's error code, without the namespace that some services put before it."""
    return str(error.response.get("Error", {}).get("Code", "")).rsplit("#", 1)[-1]


def message_of(error: ClientError) -> str:
    """AWS's words, raw: not to be shown before ``sanitized`` has seen them."""
    return str(error.response.get("Error", {}).get("Message", ""))


def result_of(code: str, status: int) -> str:
    """How a call that AWS answered is counted: ok, throttled, denied or error."""
    if code in THROTTLED or status == 429:
        return "throttled"
    if code in DENIED or status == 403:
        return "denied"
    return "error" if code or status >= 300 else "ok"


def _of_answer(error: ClientError, action: str, what: str, hide: tuple[str, ...]) -> Retry | Stalled:
    code, raw = code_of(error), message_of(error)
    said = sanitized(raw, hide)
    message = f"{what}: {said or code}"
    if code == "DeploymentLimitExceededException":
        return _another_deployment(what, raw)
    if (again := _worth_another_try(code, raw, message)) is not None:
        return again
    if code in UNKNOWN_CALLER:
        return Stalled("CredentialsRefused", message, "Give Trueup credentials that AWS accepts, and check the clock.")
    status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 400))
    if code in DENIED or "not authorized to perform" in raw or status == 403:
        return _denied(action, what, said)
    if code in SERVERS_FAULT or status >= 500:
        return Retry("ServerError", f"{message} ({code or status})")
    if code == "ClusterNotFoundException":
        remedy = "Create the cluster, or correct spec.cluster, spec.region or spec.roleArn."
        return Stalled("ClusterNotFound", message, remedy)
    if code == "ResourceNotFoundException" and action.startswith("dynamodb:"):
        return Stalled("TableNotFound", message, "Create the table, with the string key as its hash key.")
    remedy = "Correct what was asked for: AWS will refuse the same again."
    return Stalled("Refused", f"{what} was refused: {code}: {said}", remedy)


def _worth_another_try(code: str, raw: str, message: str) -> Retry | None:
    if code in THROTTLED or _TOO_MANY_AT_ONCE.search(raw):
        return Retry("Throttled", message)
    if code in EXPIRED:
        return Retry("CredentialsExpired", message)
    if code in CONFLICT:
        return Retry("Conflict", message)
    return None


def _another_deployment(what: str, raw: str) -> Retry:
    # AWS has changed the sentence before; the deployment's id is the only part of it that can be relied on.
    found = _DEPLOYMENT_ID.search(raw)
    which = f"deployment {found[0]}" if found else "a deployment"
    return Retry("AnotherDeployment", f"{what}: {which} is active in the deployment group already.")


def _denied(action: str, what: str, said: str) -> Stalled:
    found = _UNAUTHORIZED.search(said)
    missing = found[1] if found else action
    where = (found[2] or "").rstrip(".,") if found else ""
    allow = f"Allow {missing}" + (f" on {where}" if where else "") + " to the role that Trueup uses"
    if missing == "iam:PassRole":
        allow += ", with iam:PassedToService ecs-tasks.amazonaws.com"
    return Stalled("AccessDenied", f"{what} was denied: {said}", f"{allow}.")


def _of_no_answer(error: BotoCoreError, what: str) -> Retry | Stalled:
    if isinstance(error, ParamValidationError):
        said = sanitized(str(error.kwargs.get("report", error)))
        return Stalled("Refused", f"{what} was not sent: {said}", "Correct the field that is named.")
    if isinstance(error, ConnectTimeoutError | ReadTimeoutError):
        return Retry("Timeout", f"{what}: no answer in time.")
    if isinstance(error, EndpointConnectionError):
        return Retry("Unreachable", f"{what}: {sanitized(str(error))}")
    if isinstance(error, NoCredentialsError | CredentialRetrievalError):
        said = sanitized(str(error)).rstrip(".")
        return Retry("NoCredentials", f"{what}: {said}. Give Trueup a role or a key, where boto3 looks for them.")
    if isinstance(error, HTTPClientError):
        return Retry("ConnectionFailed", f"{what}: {sanitized(str(error))}")
    return Retry("NoAnswer", f"{what}: {type(error).__name__}: {sanitized(str(error))}")
