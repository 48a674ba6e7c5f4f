"""A signed webhook: CloudEvents 1.0 (structured JSON) in the envelope of Standard Webhooks.

Sources: cloudevents.io, *CloudEvents 1.0.2* and *JSON Event Format*; standardwebhooks.com, *Standard Webhooks
specification*.
"""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from controller.notify.answers import taken
from controller.notify.configuration import WebhookChannel
from controller.notify.secret import Secrets
from controller.notify.told import Answer, Later, Request, Telling
from controller.web.showing import fact_view

TYPE = "dev.trueup."
_PREFIX = "whsec_"


def event(telling: Telling) -> bytes:
    """The event as JSON. ``id`` is the telling's: who keeps the ids that were handled can drop a repeat."""
    fact = telling.fact
    subject = str(fact.service) if fact.service is not None else "source"
    data = {**fact_view(fact).model_dump(mode="json"), "page": telling.page or None}
    return _enveloped((telling.id, str(fact.kind), subject), fact.at, data)


def _enveloped(name: tuple[str, str, str], at: float, data: dict[str, Any]) -> bytes:
    """An event by its id, type and subject."""
    event_id, kind, subject = name
    body = {
        "specversion": "1.0",
        "id": event_id,
        "source": f"/trueup/{subject}",
        "type": f"{TYPE}{kind}",
        "subject": subject,
        "time": datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "datacontenttype": "application/json",
        "data": data,
    }
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def signature(secret: str, event_id: str, timestamp: int, body: bytes) -> str:
    """One signature, ``v1,<base64>``. Raises ``ValueError`` where the secret is not ``whsec_`` and base64."""
    if not secret.startswith(_PREFIX):
        raise ValueError
    try:
        key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except binascii.Error:
        raise ValueError from None
    if not key:
        raise ValueError
    signed = b".".join((event_id.encode(), str(timestamp).encode(), body))
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def request(event_id: str, body: bytes, url: str, secrets: tuple[str, ...], now: float) -> Request:
    """The event, signed with every secret: while one is rotated, receivers know either. Raises ``ValueError``."""
    timestamp = int(now)
    name = f"msg_{hashlib.sha256(event_id.encode()).hexdigest()[:32]}"  # may hold no dot, and is the same in a repeat
    headers = {
        "content-type": "application/cloudevents+json; charset=utf-8",
        "webhook-id": name,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signature(each, name, timestamp, body) for each in secrets),
    }
    return Request("POST", url, headers, body)


class Webhook:
    """Posts events to one address."""

    def __init__(self, config: WebhookChannel, secrets: Secrets) -> None:
        self._config = config
        self._secrets = secrets

    def deliver(self, telling: Telling, exchange: Callable[[Request], Answer], now: float) -> None:
        """One event. Raises ``Later`` or ``Refused``."""
        self._post(telling.id, event(telling), exchange, now)

    def test(self, exchange: Callable[[Request], Answer], now: float) -> None:
        """An event of the type ``dev.trueup.test``."""
        event_id = f"test/{now:.3f}"
        self._post(event_id, _enveloped((event_id, "test", "test"), now, {}), exchange, now)

    def _post(self, event_id: str, body: bytes, exchange: Callable[[Request], Answer], now: float) -> None:
        sources = self._config.secrets_from
        secrets = tuple(self._secrets.value(source) for source in sources)
        try:
            made = request(event_id, body, self._config.url, secrets, now)
        except ValueError:
            named = ", ".join(map(str, sources))
            raise Later(f"a secret of {named} is not whsec_ followed by base64") from None
        taken(exchange(made), now)
