"""Load a module with another text than its file has."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import CodeType, ModuleType


class NotFoundError(ValueError):
    """The text that a bug changes is not there, or is there more than once."""


@dataclass(frozen=True, slots=True)
class Change:
    """``old`` stands exactly once in the module's text, and ``new`` takes its place."""

    module: str
    old: str
    new: str


class _Loader(SourceFileLoader):
    """Compiles a changed text, and neither reads nor writes what was compiled before."""

    def __init__(self, name: str, path: str, changes: Sequence[Change]) -> None:
        super().__init__(name, path)
        self._changes = changes

    def get_code(self, fullname: str) -> CodeType:
        text = self.get_data(self.path).decode()
        for each in self._changes:
            if text.count(each.old) != 1:
                raise NotFoundError(f"{each.module} has {text.count(each.old)} times, not once: {each.old}")
            text = text.replace(each.old, each.new)
        return compile(text, self.path, "exec")


class _Finder(MetaPathFinder):
    def __init__(self, changes: Mapping[str, Sequence[Change]]) -> None:
        self._changes = changes

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname not in self._changes:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.origin is not None:
            spec.loader = _Loader(fullname, spec.origin, self._changes[fullname])
        return spec


def plant(changes: Sequence[Change]) -> None:
    """From now on these modules are loaded with their changes. Nothing of the controller may be loaded already."""
    loaded = sorted(each for each in sys.modules if each.partition(".")[0] in ("controller", "reconcilers"))
    if loaded:
        raise RuntimeError(f"{loaded[0]} is loaded already, so a change would come too late.")
    by_module: dict[str, list[Change]] = {}
    for each in changes:
        by_module.setdefault(each.module, []).append(each)
    sys.meta_path.insert(0, _Finder(by_module))
