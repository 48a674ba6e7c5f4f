"""The service's own fields, as far as Git names them.

A field that Git declares otherwise than when it was applied last is outdated: it ships as ``sync`` says. Any other that
differs is drift. AWS records nothing that would tell them apart: where the loop did not see it either, after a restart,
what differs counts as drift. Under ``observe`` nothing is written.
"""

from dataclasses import replace

from reconcilers.actions import UpdateService
from reconcilers.declared import CARRIED, REFUSED, field_of, sent
from reconcilers.diff import Change
from reconcilers.guard_rails import judging
from reconcilers.model import CodeDeployRollout, DriftPolicy, Service, SyncPolicy
from reconcilers.outcome import Blocked, BlockedBy, Differs, Finding, InSync, Progressing, Sync
from reconcilers.rollout import heal, stamps
from reconcilers.rollout.situation import Situation
from reconcilers.verdict import Plan


def by_deployment(wanted: Service, field: str) -> bool:
    """Whether only a deployment can change a field."""
    return isinstance(wanted.rollout, CodeDeployRollout) and field in CARRIED


def fields_of(changes: tuple[Change, ...]) -> tuple[str, ...]:
    """The fields in which leaves differ, each once, in order."""
    return tuple(dict.fromkeys(field_of(change) for change in changes))


def sendable(situation: Situation) -> tuple[str, ...]:
    """The fields that a release may take along: new ones where that ships, edited ones where drift is put back."""
    return fields_of(
        (*(situation.news if situation.released else ()), *(situation.edits if situation.restores else ()))
    )


def settle(situation: Situation, note: str = "") -> Plan:
    """What to do where the running revision is the wanted one. ``note``: what to say when there is nothing to do."""
    news, edited = fields_of(situation.news), fields_of(situation.edits)
    settled = _settled(situation, edited, note)
    if not news:
        return settled
    plan = _applied(situation, news)
    # What Git wants may wait for days; what was edited is put back meanwhile.
    return plan if plan.actions else replace(plan, actions=settled.actions)


def _applied(situation: Situation, news: tuple[str, ...]) -> Plan:
    if situation.released:
        return _sent(situation, news, Sync.OUTDATED)
    how = "not applied" if situation.wanted.sync is SyncPolicy.OBSERVE else "applied when somebody says sync"
    return situation.plan(Differs(f"Git changed {_list(news)}: {how}."), Sync.OUTDATED, spends=True)


def _settled(situation: Situation, edited: tuple[str, ...], note: str) -> Plan:
    if not edited:
        return situation.plan(InSync(note), Sync.IN_SYNC, spends=True)
    if situation.wanted.drift is DriftPolicy.IGNORE:
        return situation.plan(
            InSync(note or f"{_list(edited)} differ and drift is ignored."), Sync.IN_SYNC, spends=True
        )
    if not situation.restores:
        return situation.plan(Differs(f"{_list(edited)} differ from what is declared."), Sync.DRIFTED, spends=True)
    return _sent(situation, edited, Sync.DRIFTED)


def _sent(situation: Situation, changed: tuple[str, ...], sync: Sync) -> Plan:
    wanted, policy = situation.wanted, situation.policy
    refused = REFUSED if isinstance(wanted.rollout, CodeDeployRollout) else frozenset()
    names = tuple(name for name in changed if name not in refused)
    if not names:
        return situation.plan(_refused(wanted, changed, policy.blocked_after), sync)
    if railed := judging.of_fields(policy.guard_rails, wanted):
        return situation.plan(Blocked(BlockedBy.GUARD_RAILS, railed, policy.blocked_after), sync)
    healing = sync is Sync.DRIFTED and not situation.order.sync
    restraint = heal.field_restraint(situation) if healing else None
    if restraint is not None:
        return situation.plan(restraint, sync)
    update = UpdateService(wanted.cluster, wanted.name, sent(names, situation.declared, situation.service.definition))
    what = f"{'puts back' if sync is Sync.DRIFTED else 'applies'} {_list(names)}"
    labels = stamps.of_edit(situation, names, sync)
    return situation.plan(Progressing(what, policy.poll), sync, *labels, update, spends=True)


def _refused(wanted: Service, refused: tuple[str, ...], after: float) -> Blocked:
    finding = Finding(
        "FieldRefused",
        f"{_list(refused)} of {wanted.name} differ, and AWS changes that on no service of CodeDeploy's.",
        f"Declare in {wanted.source} what the service has, or make the service anew.",
    )
    return Blocked(BlockedBy.REQUEST, (finding,), after)


def _list(names: tuple[str, ...]) -> str:
    return ", ".join(names)
