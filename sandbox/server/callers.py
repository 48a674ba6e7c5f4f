"""Who an access key belongs to."""

import re

from sandbox.server.elsewhere import MOTO
from sandbox.server.signature import Scope
from sandbox.world.calls import Caller

# What a user's name in an ARN may be made of.
_NAME = re.compile(r"[\w+=,.@-]{1,128}", re.ASCII)


def caller_of(signed: Scope | None) -> Caller:
    """A session or user that moto's STS or IAM made the key for; else an account, where it is twelve digits.

    Else a user so named in the usual account, which is also where nobody in particular is.
    """
    if signed is None:
        return Caller()
    known = MOTO.principal(signed.access_key)
    if known is not None:
        return Caller(known[0], signed.region, known[1])
    name = signed.access_key if _NAME.fullmatch(signed.access_key) else "unknown"
    account = name if re.fullmatch("[0-9]{12}", name) else Caller().account
    return Caller(account, signed.region, f"arn:aws:iam::{account}:user/{name}")
