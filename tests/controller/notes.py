"""The lease table's notes, in memory."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass
class FakeNotes:
    """The lease table's notes, for as many replicas as like."""

    kept: dict[str, str] = field(default_factory=dict)
    readings: int = 0
    refuses: Exception | None = None

    def read(self) -> Mapping[str, str]:
        self.readings += 1
        self._answer()
        return dict(self.kept)

    def write(self, name: str, text: str) -> None:
        self._answer()
        self.kept[name] = text

    def drop(self, name: str) -> None:
        self.kept.pop(name, None)

    def _answer(self) -> None:
        if self.refuses is not None:
            raise self.refuses
