"""Which proxy leads to an address, as the environment says it to curl, to Git and to boto3. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from urllib.parse import SplitResult, unquote, urlsplit

from controller.notify.configuration import LOOPBACK
from controller.notify.told import Later

_PORTS = {"http": 80, "https": 443}
_NONE = "names no proxy: write http://HOST:PORT"
# HTTP_PROXY is not among them, for curl and Git do not take it either.
_SAID = {
    "https": ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"),
    "http": ("http_proxy", "all_proxy", "ALL_PROXY"),
}


@dataclass(frozen=True, slots=True)
class Proxy:
    """``url`` has nothing secret in it. ``credentials``: ``user:password``, empty without."""

    url: str
    credentials: str = field(default="", repr=False)


def proxy_for(url: str, environment: Mapping[str, str]) -> Proxy | None:
    """The proxy that leads to ``url``; ``None``: none does. Raises ``Later`` where what is named can be none.

    This very host is reached by none, whatever is said: what goes to it may go in the clear.
    """
    parts = urlsplit(url)
    name = next((each for each in _SAID.get(parts.scheme, ()) if environment.get(each)), None)
    around = environment.get("no_proxy") or environment.get("NO_PROXY") or ""
    if name is None or parts.hostname in LOOPBACK or any(_around(parts, each) for each in around.split(",")):
        return None
    return _read(name, environment[name])


def _read(name: str, said: str) -> Proxy:
    try:
        proxy = urlsplit(said if "://" in said else f"http://{said}")
        port = proxy.port or _PORTS.get(proxy.scheme)
    except ValueError:
        raise Later(f"{name} {_NONE}") from None
    if not proxy.hostname or proxy.scheme not in _PORTS:
        raise Later(f"{name} {_NONE}")
    host = f"[{proxy.hostname}]" if ":" in proxy.hostname else proxy.hostname
    user = f"{unquote(proxy.username)}:{unquote(proxy.password or '')}" if proxy.username else ""
    return Proxy(f"{proxy.scheme}://{host}:{port}", user)


def _around(parts: SplitResult, said: str) -> bool:
    """Whether an entry of NO_PROXY speaks of the host: all, its name, a domain above it, or a range of addresses."""
    entry, host = said.strip().lower(), parts.hostname or ""
    if not entry or entry == "*":
        return entry == "*"
    if "/" in entry or entry == host:
        return entry == host or _within(host, entry)
    name, _, port = entry.rpartition(":") if entry.rpartition(":")[2].isdecimal() else (entry, "", "")
    if port and port != str(parts.port or _PORTS[parts.scheme]):
        return False
    return host == name.lstrip(".") or host.endswith(f".{name.lstrip('.')}")


def _within(host: str, network: str) -> bool:
    try:
        return ip_address(host) in ip_network(network, strict=False)
    except ValueError:
        return False
