"""Commits made of text, and what they compile to."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import dedent
from typing import Any

from controller.source.objects import Tree
from controller.source.problem import Problem
from controller.source.rendering import Render, render_in_process
from controller.source.snapshot import Snapshot, compile_tree
from reconcilers.model import Revision, ServiceKey

REVISION = Revision("c0ffee", 1_700_000_000.0)
WEB = ServiceKey("prod", "web")

MANIFEST = """\
apiVersion: trueup/v1
kind: Service
metadata: {name: web, environment: prod}
spec:
  cluster: main
  service: web
  region: eu-west-1
  chart: charts/web
  images: {web: 3f2a1bc}
"""
ANOTHER = MANIFEST.replace("name: web", "name: api").replace("service: web", "service: api")
TEMPLATE = """\
family: {{ environment }}-web
networkMode: awsvpc
requiresCompatibilities: [FARGATE]
cpu: "256"
memory: "512"
containerDefinitions:
  - name: web
    image: registry.example/web
    environment:
      - {name: LOG_LEVEL, value: {{ values.logLevel }}}
"""
CHART = {"charts/web/task-definition.yaml.j2": TEMPLATE, "charts/web/values.yaml": "logLevel: info\n"}
SOUND = {"desired/prod/web.yaml": MANIFEST, **CHART}


def manifest(**changes: str) -> str:
    """The sound manifest with parts of its text replaced: `chart="chart: charts/other"` replaces the line of chart."""
    lines = []
    for line in MANIFEST.splitlines():
        field = line.strip().partition(":")[0]
        lines.append(f"  {changes.pop(field)}" if field in changes else line)
    return "\n".join([*lines, *(f"  {text}" for text in changes.values()), ""])


def tree(files: Mapping[str, str | bytes], problems: tuple[Problem, ...] = ()) -> Tree:
    """Files as a commit has them."""
    return Tree({path: _bytes(content) for path, content in files.items()}, problems)


def compiled(files: Mapping[str, str | bytes], render: Render = render_in_process) -> Snapshot:
    """Compile a commit of these files."""
    return compile_tree(tree(files), REVISION, render)


def said(snapshot: Snapshot) -> list[str]:
    """The problems, as a person reads them."""
    return [str(problem) for problem in snapshot.problems]


def definition(snapshot: Snapshot, key: ServiceKey = WEB) -> Mapping[str, Any]:
    """The task definition of a service that must be there."""
    assert key in snapshot.services, said(snapshot)
    return snapshot.services[key].task_definition


def plain(definition: str) -> dict[str, str]:
    """A commit with a plain task definition instead of a chart."""
    return {"desired/prod/web.yaml": manifest(chart="taskDefinition: web.json"), "web.json": dedent(definition)}


def _bytes(content: str | bytes) -> bytes:
    return content.encode() if isinstance(content, str) else content
