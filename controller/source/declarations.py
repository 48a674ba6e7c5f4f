"""The manifests of a commit: which files hold them, what they say, and which other files they need."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from controller.source.charts import folders
from controller.source.defects import guarded
from controller.source.documents import Documents, load
from controller.source.located import Located
from controller.source.manifest_reading import named, read
from controller.source.manifests import Manifest
from controller.source.problem import Problem
from controller.source.references import candidates
from controller.source.services import key_of, named_in
from reconcilers.model import ServiceKey

_SUFFIXES = (".yaml", ".yml", ".json")


@dataclass(frozen=True, slots=True)
class Declaration:
    """A manifest, and the document that it stands in."""

    manifest: Manifest
    document: Located

    @property
    def file(self) -> str:
        """The manifest's path in the repository."""
        return self.document.document.file

    @property
    def key(self) -> ServiceKey:
        """The service's name."""
        return key_of(self.manifest)


@dataclass(frozen=True, slots=True)
class Declarations:
    """What was read of all manifests. `spoiled` are the files of which some part could not be read, `named` the
    services that are known from there by their names alone, with what is wrong with each.
    """

    sound: tuple[Declaration, ...]
    problems: tuple[Problem, ...]
    spoiled: frozenset[str]
    named: Mapping[ServiceKey, tuple[Problem, ...]]

    def needed(self) -> tuple[str, ...]:
        """Give the paths of charts and task definitions that must be read before compiling."""
        return tuple(sorted({place for each in self.sound for place in named_in(each.manifest, each.file)}))


def declarations(
    files: Mapping[str, bytes], folder: str = "desired", meant: Collection[str] = frozenset()
) -> Declarations:
    """Read every manifest below `folder`. `meant` are files that other manifests may mean by their task definition."""
    loaded = {path: _loaded(files[path], path) for path in sorted(_below(files, folder))}
    documents = [Located(document) for found in loaded.values() for document in found.documents]
    used = _used(documents, meant)
    problems = [problem for path, found in loaded.items() if path not in used for problem in found.problems]
    sound: list[Declaration] = []
    by_name: dict[ServiceKey, tuple[Problem, ...]] = {}
    for document in documents:
        if (file := document.document.file) in used or _looks_like_a_task_definition(document):
            continue
        manifest = guarded(file, partial(read, document))
        if isinstance(manifest, Manifest):
            sound.append(Declaration(manifest, document))
        else:
            problems += manifest
            if isinstance(key := guarded(file, partial(named, document)), ServiceKey):
                by_name[key] = (*by_name.get(key, ()), *manifest)
    spoiled = frozenset(problem.file for problem in problems)
    return Declarations(tuple(sound), tuple(problems), spoiled, by_name)


def _loaded(content: bytes, path: str) -> Documents:
    found = guarded(path, partial(load, content, path))
    return Documents((), found) if isinstance(found, tuple) else found


def _below(files: Mapping[str, bytes], folder: str) -> Iterator[str]:
    """Give the files that may be manifests: not hidden, and not part of a chart that lies among them."""
    prefix = "" if folder in {"", "."} else f"{posixpath.normpath(folder)}/"
    inside = [path for path in files if path.startswith(prefix)]
    charts = tuple(f"{chart}/" for chart in folders(inside))
    for path in inside:
        hidden = any(part.startswith(".") for part in path.split("/"))
        if path.endswith(_SUFFIXES) and not hidden and not path.startswith(charts):
            yield path


def _used(documents: Collection[Located], meant: Collection[str]) -> Collection[str]:
    """Give the files that manifests may mean by their task definition, which are no manifests themselves."""
    used = set(meant)
    manifests = {document.document.file for document in documents if _looks_like_a_manifest(document)}
    for document in documents:
        spec = document.data.get("spec")
        path = spec.get("taskDefinition") if isinstance(spec, Mapping) else None
        if isinstance(path, str):
            used.update(candidates(path, document.document.file))
    return used - manifests


def _looks_like_a_manifest(document: Located) -> bool:
    return "apiVersion" in document.data or "kind" in document.data


def _looks_like_a_task_definition(document: Located) -> bool:
    described = "containerDefinitions" in document.data or "taskDefinition" in document.data
    return described and not _looks_like_a_manifest(document)
