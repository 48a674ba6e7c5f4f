"""Names as they are typed, held against those that the daemon knows: a typo is an error, and no empty answer.

While it knows none, since it has not read Git, nothing is said of any.
"""

from collections.abc import Iterable

from controller.source.spelling import instead_of
from controller.web.client import DaemonError
from controller.web.fleet_views import FleetView
from controller.web.meant import meant
from reconcilers.aws.arns import cluster_name
from reconcilers.model import ServiceKey


def services_exist(typed: Iterable[str], fleet: FleetView) -> None:
    """Raise ``DaemonError`` where a service, as environment/name, is in no manifest."""
    if fleet.source.unread:
        return
    known = {str(key): key for key in (ServiceKey(row.environment, row.name) for row in fleet.rows)}
    missing = [each for each in typed if each not in known]
    if missing:
        nearest = dict.fromkeys(meant(ServiceKey(*each.split("/", 1)), known.values()) for each in missing)
        said = f"No manifest names {', '.join(missing)}.{''.join(nearest)}"
        raise DaemonError(f"{said} trueup get lists those that exist.")


def names_exist(typed: Iterable[str], fleet: FleetView) -> None:
    """Raise ``DaemonError`` where no service has such a name, in whichever environment."""
    _exist("service", typed, (row.name for row in fleet.rows))


def environments_exist(typed: Iterable[str], fleet: FleetView) -> None:
    """Raise ``DaemonError`` where no service is in such an environment."""
    _exist("environment", typed, (row.environment for row in fleet.rows))


def clusters_exist(typed: Iterable[str], fleet: FleetView) -> None:
    """Raise ``DaemonError`` where no service is in a cluster of that name."""
    _exist("cluster", typed, (cluster_name(row.cluster or "") for row in fleet.rows))


def _exist(what: str, typed: Iterable[str], known: Iterable[str]) -> None:
    names = {each for each in known if each}
    for each in typed:
        if names and each not in names:
            raise DaemonError(f"There is no {what} {each}. {instead_of(each, names, f'{what}s')}")
