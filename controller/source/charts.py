"""A chart: a folder with a template of a task definition, and the values that it begins with.

chart.yaml                  name, version, description; may be left out
values.yaml                 values, over which the manifest's are laid; may be left out
values.schema.json          JSON Schema of the merged values; may be left out
task-definition.yaml.j2     the template, or task-definition.json.j2
*.j2                        what the template includes, also in folders below
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from controller.source.chart_sandbox import SCHEMA_FILE, ChartTemplates
from controller.source.documents import load
from controller.source.located import Located
from controller.source.problem import Problem
from controller.source.spelling import instead_of

ENTRIES = ("task-definition.yaml.j2", "task-definition.yml.j2", "task-definition.json.j2")
_FACTS = ("name", "version", "description")


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart as a commit has it. With `problems` it cannot be rendered."""

    folder: str
    facts: Mapping[str, Any]  # name and version, for templates
    values: Located | None
    templates: ChartTemplates = field(repr=False)
    problems: tuple[Problem, ...] = ()

    def origins(self, lines: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
        """Give places in the chart as places in the repository."""
        return [(f"{self.folder}/{file}", line) for file, line in lines]


def folders(paths: Iterable[str]) -> frozenset[str]:
    """Find the folders that are charts: those that hold a template."""
    split = (path.rpartition("/") for path in paths)
    return frozenset(folder for folder, _, name in split if name in ENTRIES)


def chart(folder: str, files: Mapping[str, bytes]) -> Chart:
    """Read the chart of a folder; `files` are the folder's, by their path in it."""
    reading = _Reading(folder, files)
    facts = reading.facts()
    values = reading.mapping("values.yaml")
    templates = ChartTemplates(reading.templates(), reading.entry(), reading.schema())
    return Chart(folder, facts, values, templates, tuple(reading.problems))


class _Reading:
    def __init__(self, folder: str, files: Mapping[str, bytes]) -> None:
        self._folder, self._files = folder, files
        self.problems: list[Problem] = []

    def mapping(self, name: str) -> Located | None:
        """Read a file of one YAML mapping; None where there is none."""
        if name not in self._files:
            return None
        loaded = load(self._files[name], f"{self._folder}/{name}", may_be_empty=True)
        self.problems += loaded.problems
        if len(loaded.documents) > 1:
            self._add(name, "The file holds more than one document", "Keep one.")
        return Located(loaded.documents[0]) if loaded.documents else None

    def facts(self) -> dict[str, Any]:
        found = self.mapping("chart.yaml")
        facts: dict[str, Any] = {"name": self._folder.rpartition("/")[2], "version": ""}
        if found is None:
            return facts
        for name in found.data:
            if name in _FACTS:
                facts[name] = found.text((name,)) or ""
            else:
                message, remedy = f"There is no field {name} in a chart.yaml", instead_of(name, _FACTS, "fields")
                self.problems.append(found.problem((name,), message, remedy, at_key=True))
        return facts

    def schema(self) -> Any:
        found = self.mapping(SCHEMA_FILE)
        return found.data if found else None

    def entry(self) -> str:
        """Find the one template that a rendering begins with."""
        found = [name for name in ENTRIES if name in self._files]
        if not found:
            self._add(None, "The chart has no template", f"Add {ENTRIES[0]} to {self._folder}.")
        elif len(found) > 1:
            self._add(found[1], f"The chart has a {found[0]} too", "Keep one of them.")
        return next(iter(found), ENTRIES[0])

    def templates(self) -> dict[str, str]:
        """Read every template of the chart."""
        texts = {}
        for name, content in self._files.items():
            if name.endswith(".j2"):
                try:
                    texts[name] = content.decode("utf-8-sig")
                except UnicodeDecodeError as error:
                    line = content.count(b"\n", 0, error.start) + 1
                    self._add(name, "The file is not UTF-8", "Save it as UTF-8.", line)
        return texts

    def _add(self, name: str | None, message: str, remedy: str, line: int | None = None) -> None:
        file = f"{self._folder}/{name}" if name else self._folder
        self.problems.append(Problem(file, line, None, message, remedy))
