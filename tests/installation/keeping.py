"""Trueup's own manifest and chart, as a reader of docs/install.md writes them for a stack."""

from collections.abc import Mapping
from pathlib import Path

import yaml

from controller.source.objects import Tree
from controller.source.rendering import render_in_process
from controller.source.snapshot import compile_tree
from reconcilers.model import Revision, Service
from tests.installation.stack import ACCOUNT, REPOSITORY, ROOT, Stack

CHART = ROOT / "charts/trueup"
MANIFEST = "desired/prod/trueup.yaml"


def files(stack: Stack, tag: str = "0.1.0", sync: str = "auto", **values: str | int) -> dict[str, str]:
    """What the reader commits: the chart's folder as it is, and the manifest with the stack's outputs in it."""
    manifest = yaml.safe_load((CHART / "manifest.yaml").read_text("utf-8"))
    spec = manifest["spec"]
    spec["sync"] = sync
    spec["images"] = {"trueup": tag}
    spec["values"] = {
        "account": ACCOUNT,
        "repository": REPOSITORY,
        "gitSecret": stack.outputs.get("GitSecretArn", ""),
        "apiToken": stack.outputs.get("ApiTokenArn", ""),
        "webhookSecret": stack.outputs.get("WebhookSecretArn", ""),
        "leaseTable": stack.outputs.get("LeaseTableName", ""),
        **values,
    }
    chart = {path.relative_to(ROOT).as_posix(): path.read_text("utf-8") for path in _chart_files()}
    return chart | {MANIFEST: yaml.safe_dump(manifest)}


def service(committed: Mapping[str, str]) -> Service:
    """What these files mean; they must mean it without a complaint."""
    tree = Tree({path: text.encode() for path, text in committed.items()}, ())
    snapshot = compile_tree(tree, Revision("c1", 1_790_000_000.0), render_in_process)
    assert [str(each) for each in snapshot.problems] == []
    (only,) = snapshot.services.values()
    return only


def _chart_files() -> list[Path]:
    return [path for path in CHART.iterdir() if path.name not in {"manifest.yaml", "cloudformation.yaml"}]
