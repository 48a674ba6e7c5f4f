"""Where a replica is asked by the others: ``http://host:port`` or ``https://host:port``, and nothing more."""

import re

_ADDRESS = re.compile(r"(https?://(?:\[[0-9a-fA-F:.]{2,45}\]|[A-Za-z0-9._-]{1,253})(?::([0-9]{1,5}))?)/?", re.ASCII)


def address_of(said: str) -> str | None:
    """The address without a slash at its end; ``None`` where it is another kind of address, or holds a user or a path.

    What stands in the table was written by somebody else: what is no such address is never asked.
    """
    found = _ADDRESS.fullmatch(said)
    if found is None or not 0 < int(found[2] or 80) < 65536:
        return None
    return found[1]
