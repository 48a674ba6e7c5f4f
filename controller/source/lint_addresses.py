"""Containers of one task that address each other by name.

Under awsvpc all containers of a task share one network interface and one localhost. There is no name service between
them, so that names which worked with Docker Compose do not resolve (Amazon ECS Developer Guide, "Task networking").
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

# Every pattern here takes time in proportion to the text, whatever the text: it may be long, and is a stranger's.
_AUTHORITY = re.compile(r"[a-z0-9]://([^\s/?#'\"]+)", re.IGNORECASE)
_WITH_PORT = re.compile(r"(?<![\w./:-])([A-Za-z0-9][\w.-]*):(\d{1,5})(?![\w.])")
_AFTER_FLAG = re.compile(r"(?:^|\s)(?:-h|-H|--(?:[\w-]*-)?host(?:name)?|--server)[=\s]+['\"]?([A-Za-z0-9][\w.-]*)")
_PROBED = re.compile(r"(?:^|[\s;|&(])(?:nc|ncat|telnet|ping|nslookup|dig)((?:\s+-\w+)*)\s+([A-Za-z0-9][\w.-]*)")
_SAYS_HOST = re.compile(r"HOST|SERVER|ADDR|ENDPOINT|UPSTREAM|BROKER|URL|URI|DSN|NODES", re.IGNORECASE)
_SAYS_IMAGE = re.compile(r"IMAGE|TAG|VERSION", re.IGNORECASE)
_BETWEEN = re.compile(r"[\s,;]+")


def addressed(text: str, names: Iterable[str]) -> Iterator[str]:
    """Give those of `names` that stand in `text` where a host does: in a URL, or before a port."""
    hosts = {host.casefold() for host in (*_in_urls(text), *(found[1] for found in _WITH_PORT.finditer(text)))}
    return (name for name in names if name.casefold() in hosts)


def addressed_by_variable(variable: str, value: str, names: Iterable[str]) -> Iterator[str]:
    """Give those of `names` that the environment variable `variable` addresses."""
    if _SAYS_IMAGE.search(variable):
        hosts = {host.casefold() for host in _in_urls(value)}
        return (name for name in names if name.casefold() in hosts)
    whole = {part.casefold() for part in _BETWEEN.split(value)} if _SAYS_HOST.search(variable) else set()
    return (name for name in names if name.casefold() in whole or any(addressed(value, (name,))))


def addressed_by_command(words: Iterable[Any], names: Iterable[str]) -> Iterator[str]:
    """Give those of `names` that a command line addresses."""
    line = " ".join(str(word) for word in words)
    hosts = {found[1].casefold() for found in _AFTER_FLAG.finditer(line)}
    hosts |= {found[2].casefold() for found in _PROBED.finditer(line)}
    return (name for name in names if name.casefold() in hosts or any(addressed(line, (name,))))


def shares_network(definition: Mapping[str, Any]) -> bool:
    """Whether the containers of a task share one network interface."""
    return definition.get("networkMode") == "awsvpc" or "FARGATE" in definition.get("requiresCompatibilities", ())


def _in_urls(text: str) -> Iterator[str]:
    for found in _AUTHORITY.finditer(text):
        for host in found[1].rpartition("@")[2].split(","):
            yield host.partition(":")[0].strip("[]()")
