"""What a verb asks the daemon, and how what it hears is told: once, or each time that it changes."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from rich.console import Group, RenderableType
from rich.text import Text

from controller.cli.look import Look
from controller.cli.spans import clock
from controller.web.client import Daemon
from controller.web.messages import Message

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Question(ABC, Generic[R]):
    """A verb's question, whose answer is an ``R``. Methods that ask raise ``DaemonError``."""

    daemon: Daemon

    @property
    @abstractmethod
    def stream(self) -> str:
        """The route, below the API's root, which tells what changes."""

    def place(self, _answer: R) -> str:
        """Where the stream goes on from, as its ``id``; without one it tells everything first."""
        return ""

    @property
    def settles(self) -> float | None:
        """After how many seconds without a message ``again`` is worth asking; ``None``: never."""
        return None

    @abstractmethod
    def ask(self) -> R:
        """The answer as of now."""

    def unanswered(self, _answer: R) -> str:
        """Why an answer is none yet, for whoever does not wait for one; empty where it is one."""
        return ""

    @abstractmethod
    def heard(self, known: R, message: Message) -> R:
        """The answer after a message; ``known`` itself where it says nothing new."""

    def again(self, known: R) -> R:
        """The answer once things have settled."""
        return known

    @abstractmethod
    def drawn(self, answer: R, look: Look) -> RenderableType:
        """An answer for people. Other people's words in it are cleaned."""

    @abstractmethod
    def names(self, answer: R) -> Iterable[str]:
        """What an answer is about, a name a line."""

    def record(self, answer: R) -> Any:
        """An answer for programs: the API's own record."""
        return answer

    def first(self, answer: R) -> list[Any]:
        """What programs that watch are told to begin with, a record each."""
        return [self.record(answer)]

    def records(self, before: R, after: R) -> list[Any]:
        """What programs are told of a change, a record each; none where nothing changed that they would see."""
        return [self.record(after)] if self.record(before) != self.record(after) else []

    def news(self, before: R, after: R, look: Look) -> RenderableType | None:
        """What people are told of a change where nothing can be drawn anew; ``None`` where there is nothing to tell."""
        if not self.records(before, after):
            return None
        return Group(Text(f"--- {clock(look.now)}", "bright_black"), self.drawn(after, look))

    def code(self, _answer: R) -> int:
        """The exit code."""
        return 0
