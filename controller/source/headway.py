"""How far a large commit is: its fetch, by what git says of it, and then its compilation.

Before a byte of a large commit comes, the host counts and packs it, which may take minutes where its repository was not
packed yet; after the last byte this machine unpacks it. Git tells of all three.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

# git's own meters. What else a host says, such as a welcome, is no headway.
_METER = re.compile(
    rb"((?:Enumerating|Counting|Compressing|Receiving|Unpacking) objects|Resolving deltas): +"
    rb"(\d{1,3}% \(\d{1,19}/\d{1,19}\)|\d{1,19})"
)


@dataclass(frozen=True, slots=True)
class Headway:
    """`arrived`: how many bytes are there. `doing`: what is done just now and how far that is, in git's words."""

    arrived: int = 0
    doing: str = ""

    def __str__(self) -> str:
        """For people."""
        arrived = f"{self.arrived >> 20:,} MiB are here"
        return f"{self.doing}; {arrived}" if self.doing else arrived


@dataclass(frozen=True, slots=True)
class Compiling:
    """How many services of a commit are rendered, of how many that have to be."""

    done: int
    of: int

    def __str__(self) -> str:
        """For people."""
        return f"compiling: {self.done:,} of {self.of:,} services are rendered"


def doing(errors: bytes) -> str:
    """Give the last thing of which git's error stream tells how far it is; nothing where it tells of none."""
    found = _METER.findall(errors)
    return b": ".join(found[-1]).decode("ascii") if found else ""
