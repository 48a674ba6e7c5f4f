"""What is special while Git was not read since the start, and what an earlier process applied last stands for it.

That process may have been another one's predecessor: a disk that was put away for days comes back with what was wanted
then, and whoever acted in between, on another disk, may have shipped newer releases, and newer fields, of which AWS
keeps no record. To ship the older ones would be a rollback that nobody asked for. So all is compared and told, and
nothing is changed until Git says again what is wanted.
"""

from dataclasses import replace

from reconcilers.model import Service


def also(message: str, commit: str) -> str:
    """That Git does not answer, and what stands meanwhile."""
    stands = f"It was not read since the start: what commit {commit[:12]} says, applied last on this disk, is compared"
    return f"{message} {stands}, and nothing is changed.".strip()


def alike(one: Service, other: Service) -> bool:
    """Whether two commits want the same of a service."""
    return replace(one, commit=other.commit) == other
