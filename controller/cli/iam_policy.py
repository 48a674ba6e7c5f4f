"""``trueup iam-policy``: the least that Trueup must be allowed, for exactly these files."""

import json
import re
from collections import Counter
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from controller.cli.offline import FOLDER, ROOT, read, told
from controller.cli.output import complain, failing_clearly

if TYPE_CHECKING:
    from controller.permissions.needed import Role

_NUMBER = re.compile(r"(-[0-9]+)+$")
_LONGEST = 120  # of the 128 characters that IAM takes, with room for a number
SWITCH = "What the daemon has switched on"


def iam_policy(  # noqa: PLR0913,PLR0917 - a flag each
    root: ROOT = Path(),
    path: FOLDER = "desired",
    account: Annotated[
        str | None, typer.Option(metavar="ID", help="Account that Trueup runs in; else the task roles tell.")
    ] = None,
    cloudtrail: Annotated[bool, typer.Option(help="Ask CloudTrail who did it.", rich_help_panel=SWITCH)] = True,
    logs: Annotated[bool, typer.Option(help="Read what tasks wrote.", rich_help_panel=SWITCH)] = True,
    notifications: Annotated[bool, typer.Option(help="Tell others what happens.", rich_help_panel=SWITCH)] = False,
    despite_alarm: Annotated[
        bool, typer.Option(help="Let people ship while an alarm fires.", rich_help_panel=SWITCH)
    ] = False,
    lease_table: Annotated[
        str | None, typer.Option(metavar="ARN", help="Table of the lease, in DynamoDB.", rich_help_panel=SWITCH)
    ] = None,
    secret: Annotated[
        list[str] | None,
        typer.Option(metavar="ARN", help="Secret or parameter that Trueup itself reads.", rich_help_panel=SWITCH),
    ] = None,
    into: Annotated[
        Path | None, typer.Option(file_okay=False, metavar="FOLDER", help="Write each policy into a file there.")
    ] = None,
) -> None:
    """Print the IAM policy with the least that Trueup needs for these manifests; several by name, where it takes more.

    A role that manifests have assumed gets a policy of its own, and so does what is longer than IAM's 6,144 characters.
    """
    from controller.permissions.documents import TooLongError
    from controller.permissions.names import MisnamedError
    from controller.permissions.needed import AccountUnknownError, Using

    using = Using(account, cloudtrail, logs, notifications, despite_alarm, lease_table, tuple(secret or ()))
    snapshot = read(root, path)
    if snapshot.errors:
        told(snapshot.errors)
        complain("a policy for a part of the manifests would let the rest fail: put these right first.")
        raise typer.Exit(1)
    with failing_clearly(AccountUnknownError, MisnamedError, TooLongError, OSError):
        policies = named(tuple(snapshot.services.values()), using)
        if into is not None:
            _write(policies, into)
        else:
            typer.echo(json.dumps(next(iter(policies.values())) if len(policies) == 1 else policies, indent=2))


def named(services: Any, using: Any) -> dict[str, Any]:
    """The policies by name: ``trueup``, of an assumed role with account and role, and numbers where it takes more."""
    from controller.permissions.documents import documents
    from controller.permissions.needed import needed

    policies: dict[str, Any] = {}
    wanted = needed(services, using)
    names = _names(wanted)
    for role, statements in wanted.items():
        for number, document in enumerate(documents(statements), start=1):
            policies[f"{names[role]}{f'-{number}' if number > 1 else ''}"] = document
    return policies


def _names(roles: "Iterable[Role]") -> "dict[Role, str]":
    """A name for each. IAM tells none apart by case, and with a number behind it one could be another role's."""
    plain = {role: _name(role) for role in roles}
    alike = Counter(_NUMBER.sub("", name.lower()) for name in plain.values())
    return {
        role: name
        if len(name) <= _LONGEST and alike[_NUMBER.sub("", name.lower())] == 1
        else f"{name[: _LONGEST - 9]}-{sha256(role.arn.encode()).hexdigest()[:8]}"
        for role, name in plain.items()
    }


def _name(role: "Role") -> str:
    return f"trueup-{role.account}-{role.arn.partition(':role/')[2].replace('/', '-')}" if role.arn else "trueup"


def _write(policies: dict[str, Any], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, document in policies.items():
        file = folder / f"{name}.json"
        file.write_text(f"{json.dumps(document, indent=2)}\n", "utf-8")
        typer.echo(str(file))
