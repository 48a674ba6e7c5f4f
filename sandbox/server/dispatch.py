"""moto itself. Importing this module loads it, which takes half a second and some tens of megabytes."""

from typing import Any

from moto.backends import list_of_moto_modules
from moto.iam.models import iam_backends
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from moto.sts.models import sts_backends

from sandbox.server.elsewhere import NotServed


class _Dispatcher(DomainDispatcherApplication):
    """moto's dispatcher prints a complaint about a service that it does not know; this one says so to the caller."""

    def get_backend_for_host(self, host: str | None) -> Any:
        if host is None or host in _modules or any(pattern.match(f"http://{host}") for _, pattern in self.patterns):
            return super().get_backend_for_host(host)
        raise NotServed

    @property
    def patterns(self) -> Any:
        return self.backend_url_patterns


_modules = frozenset(list_of_moto_modules())


def application() -> Any:
    """A WSGI application; exceptions come out of it instead of turning into pages."""
    return _Dispatcher(create_backend_app)


def principal(access_key: str) -> tuple[str, str] | None:
    """Account and ARN of the role session or user that STS or IAM made an access key for."""
    for account, stores in list(sts_backends.items()):
        for sts in list(stores.values()):
            if (role := sts.get_assumed_role_from_access_key(access_key)) is not None:
                return account, role.arn
    for account, partitions in list(iam_backends.items()):
        for iam in list(partitions.values()):
            if (user := iam.get_user_from_access_key_id(access_key)) is not None:
                return account, user.arn
    return None
