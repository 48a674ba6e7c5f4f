"""Who called, as CloudTrail's ``userIdentity`` has it (AWS, "CloudTrail userIdentity element")."""

import hashlib
from typing import Any

from sandbox.world.calls import Caller
from sandbox.world.moments import moment


def identity(caller: Caller, at: float) -> dict[str, Any]:
    """The element for a user, a role's session, or the root of an account; ``at`` is when the call was made."""
    known = {"accountId": caller.account, "accessKeyId": access_key(caller)}
    match _resource(caller):
        case ["assumed-role", role, session]:
            principal = f"{_unique('AROA', f'{caller.account}/{role}')}:{session}"
            told = {"type": "AssumedRole", "principalId": principal, "arn": caller.principal, **known}
            return told | {"sessionContext": _session(caller.account, role, at)}
        case ["user", *_, name]:
            principal = _unique("AIDA", caller.principal)
            told = {"type": "IAMUser", "principalId": principal, "arn": caller.principal, **known}
            return told | {"userName": name}
        case _:
            return {"type": "Root", "principalId": caller.account, "arn": caller.principal, **known}


def username(caller: Caller) -> str:
    """What LookupEvents calls ``Username``: a user's name, or of a role the session's."""
    return _resource(caller)[-1]


def access_key(caller: Caller) -> str:
    """The key that signed; one made up of the principal where the caller came without any."""
    prefix = "ASIA" if ":assumed-role/" in caller.principal else "AKIA"
    return caller.origin.access_key or _unique(prefix, caller.principal)


def _resource(caller: Caller) -> list[str]:
    return caller.principal.rpartition(":")[2].split("/")


def _session(account: str, role: str, at: float) -> dict[str, Any]:
    issuer = {
        "type": "Role",
        "principalId": _unique("AROA", f"{account}/{role}"),
        "arn": f"arn:aws:iam::{account}:role/{role}",
        "accountId": account,
        "userName": role,
    }
    began = moment(at).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"sessionIssuer": issuer, "attributes": {"creationDate": began, "mfaAuthenticated": "false"}}


def _unique(prefix: str, name: str) -> str:
    """An identifier that is always the same for the same name, as IAM's are."""
    return prefix + hashlib.sha256(name.encode()).hexdigest()[:17].upper()
