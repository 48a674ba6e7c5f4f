"""What was tried: a service's deployments, newest first."""

from rich.console import RenderableType
from rich.text import Text

from controller.cli.look import Look
from controller.cli.made import how, maker
from controller.cli.output import state
from controller.cli.sheet import Cell, Row, ledger, stacked
from controller.cli.spans import clock, lasted, since
from controller.web.detail_views import AttemptView, FailureView, HistoryView


def attempts(view: HistoryView, look: Look, most: int | None = None) -> RenderableType:
    """The newest ``most`` attempts, each with what went wrong in it."""
    shown = view.attempts[:most]
    more = ["REVISION", "RELEASE DIGEST"] if look.wide else []
    headings = ["DEPLOYMENT", "STATE", "STARTED", "TOOK", "COMMIT", "BY", *more]
    rows = [Row(_cells(each, look), _what(each)) for each in shown]
    table = ledger(headings, rows, look.width) if shown else None
    nothing = None if shown or view.error else Text("Nothing was tried yet, as far as AWS remembers.")
    return stacked(table, nothing, _older(view, look))


def _older(view: HistoryView, look: Look) -> Text | None:
    if not view.error:
        return None
    age = f" What is shown was read {since(view.as_of, look.now)} ago." if view.as_of is not None else ""
    return Text(f"AWS could not be asked: {view.error}{age}", "yellow")


def _cells(attempt: AttemptView, look: Look) -> list[Cell]:
    end = attempt.finished_at if attempt.finished_at is not None else look.now
    began = clock(attempt.created_at) if look.wide else f"{since(attempt.created_at, look.now)} ago"
    revision = (attempt.task_definition or "-").rpartition("/")[2]
    more = [revision, attempt.release or "-"] if look.wide else []
    commit = (attempt.commit or "-")[: None if look.wide else 7]
    took = lasted(end - attempt.created_at)
    return [attempt.deployment, state(attempt.state), began, took, commit, _by(attempt), *more]


def _by(attempt: AttemptView) -> str:
    if attempt.ours:
        return f"Trueup, {attempt.cause}" if attempt.cause else "Trueup"
    if attempt.rollback_of:
        return "CodeDeploy's rollback" if attempt.creator == "codeDeployRollback" else "rollback"
    return maker(attempt.who, pending=True) if attempt.who or attempt.pending else attempt.creator or "-"


def _what(attempt: AttemptView) -> tuple[str, ...]:
    """What went wrong, what undid what, and how it was made."""
    said = [f"{attempt.reason}: {attempt.message}".removeprefix(": ").removesuffix(": ")]
    said += [_failure(each, attempt) for each in attempt.failures]
    said += [f"undone by {attempt.rollback}"] if attempt.rollback else []
    said += [f"undoes {attempt.rollback_of}"] if attempt.rollback_of else []
    said += [how(attempt)]
    return tuple(each for each in said if each)


def _failure(failure: FailureView, attempt: AttemptView) -> str:
    """Where it went wrong, and why, unless the attempt says the same."""
    why = "" if failure.message == attempt.message else failure.message
    return f"{failure.what}: {failure.code} {why}".rstrip()
