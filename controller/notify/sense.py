"""What a file says well and can never come true: a filter that lets nothing pass, more channels than tags. Pure."""

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase

from controller.loop.facts import TONES, Kind
from controller.notify.channels import filter_of
from controller.notify.configuration import ChannelConfig, Notifications
from controller.source.documents import Document
from controller.source.manifests import NAME
from controller.source.problem import Problem

TAGS = 50  # of an ECS service (Amazon ECS Developer Guide, *Tagging*)
_OF_THE_REPOSITORY = frozenset({Kind.SOURCE_STALE, Kind.SOURCE_BACK})
_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-_"
_PIECE = re.compile(r"\*|\?|\[!?\]?[^\]]*\]|.", re.DOTALL)
_A_NAME = "A name has letters, digits, _ and -: write one as the manifests do, or a glob such as prod-*."


def nonsense(document: Document, index: int, channel: ChannelConfig) -> Iterator[Problem]:
    """What of a channel can never come true, each with its place. ``index``: which of the file's channels it is."""
    yield from _nobody(document, index, channel)
    if channel.filter.tones and not any(TONES[kind] in channel.filter.tones for kind in filter_of(channel).kinds):
        at = ("channels", index, "filter", "tones")
        message = "None of the kinds that this channel is told has one of these tones"
        yield document.problem(at, message, "Leave out kinds or tones, or name a kind with one of these tones.")


def somebody(glob: str) -> bool:
    """Whether a service or an environment can have a name that the glob matches."""
    pieces = _PIECE.findall(glob)
    names = ("".join(_example(piece, star) for piece in pieces) for star in ("", "a"))
    return any(re.fullmatch(NAME, name) is not None and fnmatchcase(name, glob) for name in names)


def _nobody(document: Document, index: int, channel: ChannelConfig) -> Iterator[Problem]:
    for field, globs in (("environments", channel.filter.environments), ("services", channel.filter.services)):
        for place, glob in enumerate(globs):
            if not somebody(glob):
                at = ("channels", index, "filter", field, place)
                yield document.problem(at, f"No name can be like {glob!r}", _A_NAME)


def too_many(document: Document, read: Notifications) -> Iterator[Problem]:
    """More channels than a service has tags for: each keeps what it was told in one of each service, and what of Git
    in one more of the first.
    """
    told = [frozenset(filter_of(each).kinds) for each in read.channels]
    taken = len(told) + sum(not _OF_THE_REPOSITORY.isdisjoint(kinds) for kinds in told)
    if taken > TAGS:
        message = f"{len(told)} channels take {taken} tags of one service, and AWS allows {TAGS}"
        remedy = "Name fewer channels. Each takes one tag, and one more if it is told of the repository (source-stale)."
        yield document.problem(("channels",), message, remedy)


def _example(piece: str, star: str) -> str:
    """A text that a piece of a glob matches; ``star``: what an asterisk stands for."""
    if piece == "*":
        return star
    if piece == "?" or len(piece) > 1:
        return next((each for each in _LETTERS if fnmatchcase(each, piece)), "")
    return piece
