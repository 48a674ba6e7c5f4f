"""Slack: one message a fact, by an incoming webhook or a bot's ``chat.postMessage``.

Limits are Slack's (docs.slack.dev, *Block Kit*, *Formatting message text*): 3,000 characters a text, 150 of a header,
50 blocks; ``&``, ``<`` and ``>`` are the only characters that mean something, so escaped they can name nobody.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

from controller.loop.author import name
from controller.loop.facts import Fact, Tone
from controller.notify import wording
from controller.notify.answers import parsed, taken
from controller.notify.configuration import SlackChannel, safe
from controller.notify.secret import Secrets
from controller.notify.told import Answer, Later, Refused, Request, Telling

TEXT, HEADER = 3000, 150
COLOURS = {Tone.GOOD: "#2e7d32", Tone.NEWS: "#1565c0", Tone.WARNING: "#ef6c00", Tone.BAD: "#c62828"}
# Of chat.postMessage's errors those that say the message itself is at fault; the others are about us, and may pass.
_OURS = frozenset({"invalid_blocks", "invalid_blocks_format", "msg_too_long", "no_text", "invalid_arguments"})
_MOST_PATHS = 10


def message(telling: Telling, repository: str = "") -> dict[str, Any]:
    """The payload. ``repository``: where commits can be looked at, as ``https://github.com/owner/name``."""
    fact = telling.fact
    heading = wording.cut(wording.title(fact), HEADER)
    blocks: list[dict[str, Any]] = [
        {"type": "header", "text": {"type": "plain_text", "text": heading, "emoji": False}},
        {"type": "section", "text": _text(escaped(fact.text, TEXT) or heading)},
    ]
    fields = [_text(f"*{label}*\n{value}") for label, value in _fields(telling, repository)]
    blocks += [{"type": "section", "fields": fields[start : start + 10]} for start in range(0, len(fields), 10)]
    if fact.remedy:
        blocks.append({"type": "section", "text": _text(f"*What to do*\n{escaped(fact.remedy, TEXT - 100)}")})
    if telling.page:
        blocks.append({"type": "context", "elements": [_text(link(telling.page, "Open in Trueup"))]})
    summary = wording.cut(f"{wording.title(fact)}. {fact.text}", HEADER * 2)
    return {
        "text": escaped(summary, TEXT),
        "attachments": [{"color": COLOURS[fact.tone], "blocks": blocks}],
        "unfurl_links": False,
        "unfurl_media": False,
    }


def escaped(text: str, most: int) -> str:
    """Text as Slack shows it word for word, at most ``most`` characters once it is escaped."""
    shown = wording.cut(text, most)
    while len(safe_text := _escape(shown)) > most:
        shown = wording.cut(shown, len(shown) - (len(safe_text) - most + 4) // 5 - 1)
    return safe_text


def link(url: str, label: str) -> str:
    """A link. An address has no bar and no angle bracket in it once it is quoted."""
    address = url.replace("&", "&amp;").replace("|", "%7C").replace("<", "%3C").replace(">", "%3E")
    return f"<{address}|{escaped(label, 200).replace('|', '/')}>"


class Slack:
    """Posts messages to one channel."""

    def __init__(self, config: SlackChannel, secrets: Secrets, repository: str) -> None:
        self._config = config
        self._secrets = secrets
        self._repository = repository

    def deliver(self, telling: Telling, exchange: Callable[[Request], Answer], now: float) -> None:
        """One message. Raises ``Later`` or ``Refused``."""
        self._send(message(telling, self._repository), exchange, now)

    def test(self, exchange: Callable[[Request], Answer], now: float) -> None:
        """A message that says what it is."""
        self._send({"text": f"This is a test: Trueup can tell {escaped(self._config.name, 100)}."}, exchange, now)

    def _send(self, payload: dict[str, Any], exchange: Callable[[Request], Answer], now: float) -> None:
        if self._config.token_from is None:
            taken(exchange(_post(self._webhook(), payload, {})), now)
            return
        token = self._secrets.value(self._config.token_from)
        url = f"{self._config.api_url.rstrip('/')}/chat.postMessage"
        headers = {"authorization": f"Bearer {token}"}
        answer = exchange(_post(url, {**payload, "channel": self._config.channel}, headers))
        taken(answer, now)
        _heeded(answer)

    def _webhook(self) -> str:
        if self._config.url is not None:
            return self._config.url
        source = self._config.url_from
        url = self._secrets.value(source) if source is not None else ""
        if not safe(url, insecure=self._config.insecure):
            raise Later(f"{source} holds no https address")
        return url


def _heeded(answer: Answer) -> None:
    """Slack's API says no with a 200."""
    said = parsed(answer)
    if not isinstance(said, dict):
        raise Later("Slack's answer is no JSON")
    if said.get("ok") is True:
        return
    error = wording.cut(str(said.get("error", "unknown")), 80)
    raise Refused(error) if error in _OURS else Later(error)


def _post(url: str, payload: dict[str, Any], headers: dict[str, str]) -> Request:
    body = json.dumps(payload, ensure_ascii=False).encode()
    return Request("POST", url, {"content-type": "application/json; charset=utf-8", **headers}, body)


def _fields(telling: Telling, repository: str) -> Iterator[tuple[str, str]]:
    fact = telling.fact
    if fact.service is not None:
        yield "Service", escaped(fact.service.name, 200)
        yield "Environment", escaped(fact.service.environment, 200)
    if fact.commit:
        yield "Commit", _commit(fact, repository)
    if fact.deployment:
        url = wording.deployment(fact, telling.place)
        yield "Deployment", link(url, fact.deployment) if url else escaped(fact.deployment, 200)
    if fact.who:
        yield "By", escaped(name(fact.who), 300)
    if fact.reason:
        yield "Reason", escaped(fact.reason, 300)
    if fact.seconds is not None:
        yield "After", wording.took(fact.seconds)
    if fact.paths:
        more = f"\nand {len(fact.paths) - _MOST_PATHS} more" if len(fact.paths) > _MOST_PATHS else ""
        yield "Fields", "\n".join(escaped(path, 170) for path in fact.paths[:_MOST_PATHS]) + more


def _commit(fact: Fact, repository: str) -> str:
    commit = fact.commit or ""
    shown = link(f"{repository}/commit/{commit}", commit[:7]) if repository else commit[:7]
    return f"{shown} {escaped(fact.subject, 300)}".strip()


def _text(text: str) -> dict[str, str]:
    return {"type": "mrkdwn", "text": text}


def _escape(text: str) -> str:
    """Also a star, an underline, a tilde and a backtick are let stand: they style a word and name nobody."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
