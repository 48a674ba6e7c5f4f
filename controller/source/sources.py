"""Where a manifest's task definition comes from: a chart that is rendered, or a file that is read."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, assert_never

from controller.source.chart_sandbox import Rendering
from controller.source.charts import Chart, chart, folders
from controller.source.declarations import Declaration
from controller.source.defects import guarded
from controller.source.documents import Documents, load
from controller.source.located import Located, PartPath, moved
from controller.source.objects import Tree
from controller.source.problem import Problem
from controller.source.references import candidates, resolved
from controller.source.rendering import Render, RenderJob
from controller.source.services import cluster_of, region_of
from controller.source.spelling import instead_of
from controller.source.templating import Rendered, RenderFailure
from controller.source.values import RefusedValues, ValueRefusal, merged

_GUESSES = 100  # manifests of a commit for which names are compared
Source = Located | tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class _Asked:
    declaration: Declaration
    chart: Chart
    job: RenderJob


def sources(
    declared: Iterable[Declaration], tree: Tree, render: Render, paths: Collection[str]
) -> Iterator[tuple[Declaration, Source]]:
    """Find or render each manifest's task definition, all templates in one batch. Problems where that fails.

    They come one by one, so that the nodes of one are gone before those of the next are made: a thousand at once
    would keep the garbage collector busier than everything else.
    """
    finder = _Finder(tree, paths)
    found = [(each, guarded(each.file, partial(finder.find, each))) for each in sorted(declared, key=_chart_and_file)]
    answers = iter(render([one.job for _, one in found if isinstance(one, _Asked)]))
    for declaration, one in found:
        if isinstance(one, _Asked):
            yield declaration, guarded(declaration.file, partial(_answered, one, next(answers)))
        else:
            yield declaration, one


def _chart_and_file(declaration: Declaration) -> tuple[str, str]:
    """Order manifests by chart, so that a renderer reads each chart once."""
    return declaration.manifest.spec.chart or "", declaration.file


class _Finder:
    """Looks paths up in a tree. Every chart is read once."""

    def __init__(self, tree: Tree, paths: Collection[str]) -> None:
        self._tree = tree
        self._paths = paths or tree.files
        self._guesses = _GUESSES
        self._charts: dict[str, Chart] = {}
        self._folders: dict[str, dict[str, bytes]] = {}
        for path, content in tree.files.items():
            folder = posixpath.dirname(path)
            while folder:
                self._folders.setdefault(folder, {})[path[len(folder) + 1 :]] = content
                folder = posixpath.dirname(folder)

    def find(self, declaration: Declaration) -> _Asked | Source:
        spec = declaration.manifest.spec
        if spec.chart is not None:
            return self._chart(declaration, spec.chart)
        return self._file(declaration, spec.task_definition or "")

    def _chart(self, declaration: Declaration, path: str) -> _Asked | Source:
        folder = resolved(path, declaration.file, self._folders.__contains__)
        if folder is None:
            remedy = self._meant(path, "charts", lambda: folders(self._paths))
            return self._missing(declaration, ("spec", "chart"), f"There is no chart {path}", remedy)
        if folder not in self._charts:
            read = chart(folder, self._folders[folder])
            self._charts[folder] = replace(read, problems=(*read.problems, *self._unread(folder)))
        found = self._charts[folder]
        if found.problems:
            return found.problems
        return _Asked(declaration, found, RenderJob(found.templates, _context(declaration, found)))

    def _file(self, declaration: Declaration, path: str) -> Source:
        file = resolved(path, declaration.file, self._tree.files.__contains__)
        if file is not None:
            return _single(load(self._tree.files[file], file), file, ())
        near = [posixpath.dirname(place) for place in candidates(path, declaration.file)]
        remedy = self._meant(path, "files", lambda: self._definitions_in(near))
        return self._missing(declaration, ("spec", "taskDefinition"), f"There is no file {path}", remedy)

    def _definitions_in(self, near: Sequence[str]) -> list[str]:
        found = (name for name in self._paths if name.endswith((".json", ".yaml", ".yml")))
        return [name for name in found if posixpath.dirname(name) in near]

    def _meant(self, path: str, what: str, known: Callable[[], Iterable[str]]) -> str:
        """What may have been meant. Comparing all names for thousands of manifests would take hours."""
        if not self._guesses:
            return f"Name one of the {what} that there are."
        self._guesses -= 1
        return instead_of(path, known(), what)

    def _missing(self, declaration: Declaration, path: PartPath, message: str, remedy: str) -> tuple[Problem, ...]:
        spec = declaration.manifest.spec
        places = candidates(spec.chart or spec.task_definition or "", declaration.file)
        unread = tuple(problem for place in places for problem in self._unread(place))
        return unread or (declaration.document.problem(path, message, remedy),)

    def _unread(self, path: str) -> Iterator[Problem]:
        """Give the problems that keep `path`, something below it or a folder around it from being read."""
        for problem in self._tree.problems:
            if f"{problem.file}/".startswith(f"{path}/") or path.startswith(f"{problem.file}/"):
                yield problem


def _context(declaration: Declaration, found: Chart) -> dict[str, Any]:
    spec = declaration.manifest.spec
    return {
        "values": merged(found.values.data if found.values else {}, spec.values),
        "name": declaration.manifest.metadata.name,
        "environment": declaration.manifest.metadata.environment,
        "service": spec.service,
        "cluster": cluster_of(spec),
        "region": region_of(spec),
        "images": dict(spec.images),
        "chart": dict(found.facts),
    }


def _answered(asked: _Asked, answer: Rendering) -> Source:
    found = asked.chart
    entry = f"{found.folder}/{found.templates.entry}"
    match answer:
        case Rendered():
            text = answer.text.encode("utf-8", "replace")
            return _single(load(text, entry), entry, found.origins(answer.lines))
        case RenderFailure():
            file = f"{found.folder}/{answer.file}" if answer.file else entry
            return (Problem(file, answer.line, None, answer.message, answer.remedy),)
        case RefusedValues():
            return tuple(_refused(asked, refusal) for refusal in answer.refusals)
        case _:
            assert_never(answer)


def _single(loaded: Documents, file: str, origins: Sequence[tuple[str, int]]) -> Source:
    """Give the one document of a file or a rendering."""
    if loaded.problems:
        return tuple(moved(problem, origins) for problem in loaded.problems)
    if len(loaded.documents) > 1:
        return (Problem(file, None, None, "There is more than one document", "Keep one task definition."),)
    return Located(loaded.documents[0], origins)


def _refused(asked: _Asked, refusal: ValueRefusal) -> Problem:
    """Place what the schema refuses where it was written: in the manifest, or else in the chart's own values."""
    manifest, values = asked.declaration.document, asked.chart.values
    path: PartPath = ("spec", "values", *refusal.path)
    if not _leads(manifest.data, path) and values is not None and _leads(values.data, refusal.path):
        return values.problem(refusal.path, refusal.message, refusal.remedy)
    return manifest.problem(
        path if "values" in manifest.data["spec"] else ("spec", "chart"), refusal.message, refusal.remedy
    )


def _leads(data: Any, path: PartPath) -> bool:
    for step in path:
        try:
            data = data[step]
        except (LookupError, TypeError):
            return False
    return bool(path)
