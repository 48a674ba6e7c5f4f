"""The service's own fields, as far as Git names them.

Content cannot tell a field that Git changed from one that somebody edited: both differ, and both are put right, or
reported, as ``drift`` says. ``sync`` is about releases, except that under ``observe`` nothing is written.
"""

from reconcilers.actions import UpdateService
from reconcilers.declared import CARRIED, REFUSED, field_of, sent
from reconcilers.diff import Change
from reconcilers.guard_rails import judging
from reconcilers.model import CodeDeployRollout, DriftPolicy, Service
from reconcilers.outcome import Blocked, BlockedBy, Differs, Finding, InSync, Progressing, Sync
from reconcilers.rollout import heal
from reconcilers.rollout.situation import Situation
from reconcilers.verdict import Plan


def by_deployment(wanted: Service, field: str) -> bool:
    """Whether only a deployment can change a field."""
    return isinstance(wanted.rollout, CodeDeployRollout) and field in CARRIED


def fields_of(changes: tuple[Change, ...]) -> tuple[str, ...]:
    """The fields in which leaves differ, each once, in order."""
    return tuple(dict.fromkeys(field_of(change) for change in changes))


def settle(situation: Situation, note: str = "") -> Plan:
    """What to do where the running revision is the wanted one. ``note``: what to say when there is nothing to do."""
    changed = fields_of(situation.field_changes)
    if not changed:
        return situation.plan(InSync(note), Sync.IN_SYNC, spends=True)
    if situation.wanted.drift is DriftPolicy.IGNORE:
        return situation.plan(
            InSync(note or f"{_list(changed)} differ and drift is ignored."), Sync.IN_SYNC, spends=True
        )
    if not situation.restores:
        return situation.plan(Differs(f"{_list(changed)} differ from what is declared."), Sync.DRIFTED, spends=True)
    return _restored(situation, changed)


def _restored(situation: Situation, changed: tuple[str, ...]) -> Plan:
    wanted, policy = situation.wanted, situation.policy
    refused = REFUSED if isinstance(wanted.rollout, CodeDeployRollout) else frozenset()
    names = tuple(name for name in changed if name not in refused)
    if not names:
        return situation.plan(_refused(wanted, changed, policy.blocked_after), Sync.DRIFTED)
    if railed := judging.of_fields(policy.guard_rails, wanted):
        return situation.plan(Blocked(BlockedBy.GUARD_RAILS, railed, policy.blocked_after), Sync.DRIFTED)
    restraint = None if situation.order.sync else heal.field_restraint(situation)
    if restraint is not None:
        return situation.plan(restraint, Sync.DRIFTED)
    update = UpdateService(wanted.cluster, wanted.name, sent(names, situation.declared, situation.service.definition))
    return situation.plan(Progressing(f"puts back {_list(names)}", policy.poll), Sync.DRIFTED, update, spends=True)


def _refused(wanted: Service, refused: tuple[str, ...], after: float) -> Blocked:
    finding = Finding(
        "FieldRefused",
        f"{_list(refused)} of {wanted.name} differ, and AWS changes that on no service of CodeDeploy's.",
        f"Declare in {wanted.source} what the service has, or make the service anew.",
    )
    return Blocked(BlockedBy.REQUEST, (finding,), after)


def _list(names: tuple[str, ...]) -> str:
    return ", ".join(names)
