"""One call, one way: by its name in Python, with AWS's errors already ours."""

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from reconcilers.aws.errors import code_of, translation

T = TypeVar("T")
Answer = dict[str, Any]
_IAM_NAMES = {"monitoring": "cloudwatch"}  # the only one of ours that signs under another name


def ask(
    client: Any, operation: str, params: Mapping[str, Any], *, about: str = "", hide: tuple[str, ...] = ()
) -> Answer:
    """Call ``operation`` (``describe_services``). ``about`` is what it is about, for the error's message.

    Raises ``Retry`` or ``Stalled``; see ``errors.translation`` for ``hide``.
    """
    try:
        answer: Answer = getattr(client, operation)(**params)
    except (ClientError, BotoCoreError) as error:
        raise translation(error, action(client, operation), about, hide) from None
    return answer


def ask_or_none(
    client: Any, operation: str, params: Mapping[str, Any], absent: frozenset[str], *, about: str = ""
) -> Answer | None:
    """The same, but ``None`` where AWS answers with one of the codes in ``absent``: not found is an answer too."""
    try:
        answer: Answer = getattr(client, operation)(**params)
    except ClientError as error:
        if code_of(error) in absent:
            return None
        raise translation(error, action(client, operation), about) from None
    except BotoCoreError as error:
        raise translation(error, action(client, operation), about) from None
    return answer


def action(client: Any, operation: str) -> str:
    """The call as IAM names it, ``ecs:DescribeServices``; as Python does where there is no client to ask."""
    try:
        meta = client.meta
    except BotoCoreError:
        return operation
    prefix = _IAM_NAMES.get(meta.service_model.signing_name, meta.service_model.signing_name)
    return f"{prefix}:{meta.method_to_api_mapping.get(operation, operation)}"


def batches(items: tuple[T, ...], size: int) -> Iterator[list[T]]:
    """The items in lists of at most ``size``."""
    for start in range(0, len(items), size):
        yield list(items[start : start + size])
