"""Asking Git about the commits that brought what is wanted: each once, and all that are asked for together."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass

from controller.loop.board import Board
from controller.source.git_errors import SourceError
from reconcilers.model import Revision, ServiceKey

Named = Callable[[frozenset[str]], Mapping[str, Revision]]
Touched = Callable[[Mapping[ServiceKey, tuple[str, ...]]], Mapping[ServiceKey, Revision]]


@dataclass(frozen=True, slots=True)
class History:
    """What Git is asked; both raise ``SourceError``.

    ``named``: who wrote commits that are known by their ids, when and why. ``touched``: for each service the commit
    that last changed what it is made of, if that was lately.
    """

    named: Named
    touched: Touched


class Commits:
    """For whoever polls the repository. What was asked in vain is not asked again."""

    def __init__(self, board: Board, history: History | None) -> None:
        self._board = board
        self._history = history
        self._ids: frozenset[str] = frozenset()
        self._keys: frozenset[ServiceKey] = frozenset()

    @property
    def due(self) -> bool:
        """Whether there is anything to ask."""
        return self._history is not None and bool(self._unnamed() or self._untold())

    def ask(self) -> None:
        """Ask it. Where Git does not answer, nothing is learnt: the next poll says what is wrong with it."""
        if self._history is None:
            return
        unnamed, untold = self._unnamed(), self._untold()
        self._ids |= unnamed
        self._keys |= untold.keys()
        with suppress(SourceError):
            if untold:
                self._board.dated(self._history.touched(untold))
            if unnamed:
                self._board.named(self._history.named(unnamed))

    def _unnamed(self) -> frozenset[str]:
        return self._board.nameless() - self._ids

    def _untold(self) -> dict[ServiceKey, tuple[str, ...]]:
        return {key: places for key, places in self._board.untold().items() if key not in self._keys}
