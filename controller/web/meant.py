"""Which service somebody may have meant who named one that there is not."""

from collections.abc import Collection

from controller.source.spelling import nearest
from reconcilers.model import ServiceKey


def meant(key: ServiceKey, known: Collection[ServiceKey]) -> str:
    """``Did you mean prod/notes?`` with a space before it: the nearest name there, or elsewhere; empty without one."""
    there = {each.name: each for each in known if each.environment == key.environment}
    elsewhere = {each.environment: each for each in known if each.name == key.name}
    found = there.get(nearest(key.name, there) or "") or elsewhere.get(nearest(key.environment, elsewhere) or "")
    return f" Did you mean {found}?" if found else ""
