"""botocore's service models: large, so one copy serves every session and the check of shapes."""

from functools import cache
from typing import Any

from botocore.loaders import Loader


class EventlessLoader(Loader):
    """botocore's loader, with the events of a service taken out of the shape that answers are parsed by.

    Real services carry a hundred each. A parser passes over what its shape does not name.
    """

    def load_service_model(self, service_name: str, type_name: str, api_version: str | None = None) -> Any:
        """The model, as botocore keeps it."""
        model = super().load_service_model(service_name, type_name, api_version)
        if service_name == "ecs" and type_name == "service-2":
            model["shapes"]["Service"]["members"].pop("events", None)
        return model


@cache
def loader() -> EventlessLoader:
    """The one loader of this process."""
    return EventlessLoader()
