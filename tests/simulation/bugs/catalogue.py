"""The bugs, by the rule of the design that each breaks, with the seed of a history that finds it."""

from dataclasses import dataclass

from tests.simulation.bugs.planting import Change

RULES = {
    1: "content decides",
    2: "what was tried is read from AWS",
    3: "what failed is held",
    4: "outdated, drifted and held are three things",
    5: "unknown is not empty",
    6: "before every change: the lease, and a fresh look",
    7: "one at a time",
    8: "a look does at most one step, and never waits",
    9: "cheap when nothing happens",
    10: "CodeDeploy owns the traffic",
    11: "at any moment it is explained",
}


@dataclass(frozen=True, slots=True)
class Bug:
    """``name`` says what the changed controller does. ``rule`` is of ``RULES``; ``seed`` finds it."""

    name: str
    rule: int
    seed: int
    changes: tuple[Change, ...]


def _bug(name: str, rule: int, seed: int, module: str, old: str, new: str, *more: tuple[str, str, str]) -> Bug:
    changes = (Change(module, old, new), *(Change(*each) for each in more))
    return Bug(name, rule, seed, changes)


ROLLOUT = "reconcilers.rollout"
BUGS = (
    _bug(
        "the sweep compares fields and no content",
        1,
        0,
        "reconcilers.plan",
        "return bool(differing.by_deployment or differing.by_update)",
        "return bool(differing.by_update)",
    ),
    _bug(
        "no revision is ever used again",
        1,
        0,
        "reconcilers.aws.ecs",
        'revision.digest in digests and revision.status == "ACTIVE"',
        'revision.digest in digests and revision.status == "INACTIVE"',
    ),
    _bug(
        "a revision is looked for by its family alone",
        1,
        12,
        "reconcilers.aws.ecs",
        'revision.digest in digests and revision.status == "ACTIVE"',
        'revision.status == "ACTIVE"',
        (f"{ROLLOUT}.shipping", "if each.digest == situation.shipped)", "if each.digest)"),
    ),
    _bug(
        "what is remembered of a deployment under way is never read again",
        2,
        0,
        "reconcilers.aws.codedeploy",
        "            if codedeploy_answers.final(info, now):",
        "            if info:",
    ),
    _bug(
        "a deployment says no commit but the newest cause",
        2,
        0,
        f"{ROLLOUT}.shipping",
        "mark = Mark(situation.wanted.release, _brought(situation, intent.cause), intent.cause)",
        'mark = Mark(situation.wanted.release, "0" * 40, intent.cause)',
    ),
    _bug(
        "a call that was not answered is made again",
        2,
        8,
        "reconcilers.aws.calls",
        """        answer: Answer = getattr(client, operation)(**params)
    except (ClientError, BotoCoreError) as error:
""",
        """        answer: Answer = getattr(client, operation)(**params)
    except ReadTimeoutError:
        return ask(client, operation, params, about=about, hide=hide)
    except (ClientError, BotoCoreError) as error:
""",
        (
            "reconcilers.aws.calls",
            "from botocore.exceptions import BotoCoreError, ClientError\n",
            "from botocore.exceptions import BotoCoreError, ClientError, ReadTimeoutError\n",
        ),
    ),
    _bug(
        "a failure holds nothing",
        3,
        0,
        f"{ROLLOUT}.holds",
        "if succeeded(last) or handling(last).fault is not Fault.RELEASE:",
        "if last:",
    ),
    _bug(
        "a sync lifts a hold",
        3,
        24,
        f"{ROLLOUT}.intent",
        "if situation.writes and situation.order.retry:",
        "if situation.writes and situation.order.given:",
    ),
    _bug(
        "a retry is never spent",
        3,
        15,
        "controller.loop.board",
        "            if report.spent:\n",
        "            if False:\n",
        (f"{ROLLOUT}.survey", "    if at is None or not situation.order.given:", "    if True:"),
    ),
    _bug(
        "a hold is not written on the revision",
        3,
        0,
        f"{ROLLOUT}.intent",
        "actions = (hold.tag,) if hold.tag is not None and situation.writes else ()",
        "actions = ()",
    ),
    _bug(
        "what we superseded is not told from what a person stopped",
        3,
        41,
        f"{ROLLOUT}.holds",
        "    return (TagRevision(attempt.task_definition_arn, {tags.SUPERSEDED: attempt.id}),)",
        "    return ()",
    ),
    _bug(
        "what AWS had no room for is held",
        3,
        20,
        f"{ROLLOUT}.failures",
        '"RESOURCE_LIMIT_EXCEEDED": _AGAIN,',
        '"RESOURCE_LIMIT_EXCEEDED": _RELEASE,',
    ),
    _bug(
        "what AWS fails at is tried for ever",
        3,
        60,
        f"{ROLLOUT}.intent",
        "if len(failed) > retries(situation):",
        "if len(failed) > 10 * retries(situation):",
        (f"{ROLLOUT}.intent", "delays = policy.infrastructure_backoff or (0.0,)", "delays = (60.0,)"),
    ),
    _bug(
        "what AWS fails at is tried again at once",
        3,
        106,
        f"{ROLLOUT}.intent",
        "    if left > 0:",
        "    if left > 60:",
    ),
    _bug(
        "service fields are put back for ever",
        4,
        3,
        f"{ROLLOUT}.heal",
        "    if _crowded(times, situation.policy.heals_per_hour):",
        "    if False:",
        (f"{ROLLOUT}.heal", "    if not recent or not policy.heal_backoff:", "    if True:"),
    ),
    _bug(
        "drift is healed whatever the manifest says",
        4,
        0,
        f"{ROLLOUT}.situation",
        "(self.wanted.drift is DriftPolicy.HEAL or self.order.sync)",
        "(self.wanted.drift is not None)",
    ),
    _bug(
        "a release ships whatever the manifest says",
        4,
        1,
        f"{ROLLOUT}.situation",
        "return self.wanted.sync is SyncPolicy.AUTO or (self.writes and self.order.sync)",
        "return True",
    ),
    _bug(
        "a manifest that cannot be read is taken for one that was removed",
        5,
        1,
        "controller.source.snapshot",
        "    return before.key in fresh.spoiled or not",
        "    return False and not",
    ),
    _bug(
        "whatever AWS refuses is taken for nothing there",
        5,
        2,
        "reconcilers.aws.calls",
        "        if code_of(error) in absent:\n",
        "        if True:\n",
    ),
    _bug(
        "a service that could not be read is taken for one that is gone",
        5,
        3,
        "reconcilers.aws.ecs",
        '        if failure.get("reason") != "MISSING":',
        '        if failure.get("reason") == "NEVER":',
    ),
    _bug(
        "a Git that does not answer wants nothing",
        5,
        6,
        "controller.loop.loop",
        "            self.board.source_failed(error.reason, error.message, error.remedy, self._clocks.now())\n",
        "            self.board._services.clear()\n",
    ),
    _bug(
        "the lease is asked once and never again",
        6,
        5,
        "controller.lease.keeper",
        '        return tenure is not None and tenure == getattr(self._step, "tenure", None)',
        "        return True",
    ),
    _bug(
        "a lease is relied on for longer than it lasts",
        6,
        1,
        "controller.lease.beliefs",
        "return self.ttl * 0.7",
        "return self.ttl * 2.5",
    ),
    _bug(
        "a replica is buried before its lease has run out",
        6,
        1,
        "controller.lease.beliefs",
        "return now - watched.since >= max(row.ttl, belief.terms.ttl)",
        "return now - watched.since >= belief.terms.ttl / 4",
    ),
    _bug(
        "what is about to change is not looked at freshly",
        6,
        0,
        "reconcilers.observe",
        "    described = gateways.ecs.describe_services(wanted.cluster, (wanted.name,))\n"
        "    service = described.found.get(wanted.name)\n"
        "    return Live(",
        """    kept = gateways.ecs.__dict__.setdefault("kept", {})
    if wanted.name not in kept:
        kept.update(gateways.ecs.describe_services(wanted.cluster, (wanted.name,)).found)
    service = kept.get(wanted.name)
    return Live(""",
    ),
    _bug(
        "what ships need not be in its registry",
        6,
        5,
        "reconcilers.preflight.service",
        "        if image.found is False:",
        "        if image.container is None:",
    ),
    _bug(
        "somebody else's shift is stopped",
        7,
        14,
        f"{ROLLOUT}.codedeploy",
        "    if attempt.mark is None:\n        return following.foreign(situation, attempt)\n",
        "",
    ),
    _bug(
        "somebody else's rolling update is replaced",
        7,
        36,
        f"{ROLLOUT}.rolling",
        "    if attempt.mark is None:\n        return following.foreign(situation, attempt)\n",
        "",
    ),
    _bug(
        "a key in hand is handed out again",
        7,
        71,
        "controller.loop.queue",
        "        if key not in self._in_hand:\n            self._free.put(key, entry, came)",
        "        self._free.put(key, entry, came)",
    ),
    _bug(
        "a termination wait is waited for by shipping into it",
        7,
        3,
        f"{ROLLOUT}.codedeploy",
        "return replace(shipped, actions=(EndTerminationWait(attempt.id),), outcome=outcome, spends=False)",
        "return replace(shipped, outcome=outcome, spends=False)",
    ),
    _bug(
        "a termination wait is ended and shipped into in one look",
        8,
        3,
        f"{ROLLOUT}.codedeploy",
        "return replace(shipped, actions=(EndTerminationWait(attempt.id),), outcome=outcome, spends=False)",
        "return replace(shipped, actions=(EndTerminationWait(attempt.id), *shipped.actions))",
    ),
    _bug(
        "the sweep of a cluster does not come again",
        8,
        0,
        "controller.loop.loop",
        "        self.queue.add(cluster, after=jittered(self._rhythm.sweep, self._clocks.chance()))\n",
        "",
    ),
    _bug(
        "what was looked at is not come back to",
        8,
        0,
        "controller.loop.loop",
        "        if wish is not None:\n",
        "        if wish is not None and wish.after is None:\n",
        ("controller.loop.again", "    if seen is None or seen.service != live.service:\n        return True\n", ""),
    ),
    _bug(
        "a sweep asks for one service at a time",
        9,
        2,
        "reconcilers.aws.ecs",
        "DESCRIBE_SERVICES_LIMIT = 10\n",
        "DESCRIBE_SERVICES_LIMIT = 1\n",
    ),
    _bug(
        "a definition that is known is asked for again",
        9,
        2,
        "reconcilers.aws.ecs",
        "        return self._revisions.get(arn) or self.revision(arn)",
        "        return self.revision(arn)",
    ),
    _bug(
        "what is in sync is looked at alone all the same",
        9,
        2,
        "controller.loop.loop",
        "            self.board.glanced(key, found.live[key])\n",
        "            self.board.glanced(key, found.live[key])\n            self.queue.add(key)\n",
    ),
    _bug(
        "an AppSpec leaves the network out",
        10,
        0,
        f"{ROLLOUT}.codedeploy",
        'network_configuration=carried["networkConfiguration"] or None,',
        "network_configuration=None,",
    ),
    _bug(
        "an AppSpec pins a platform version that nobody declared",
        10,
        0,
        f"{ROLLOUT}.codedeploy",
        'platform_version=declared.get("platformVersion"),',
        'platform_version="1.4.0",',
    ),
    _bug(
        "an AppSpec leaves the hooks out",
        10,
        5,
        f"{ROLLOUT}.codedeploy",
        "hooks=named(rollout.hooks),",
        "hooks={},",
    ),
    _bug(
        "a deployment is stopped by taking its group away",
        10,
        14,
        "reconcilers.aws.codedeploy",
        '        ask_or_none(self._client, "stop_deployment", parameters, _OVER, about=deployment)',
        '        ask_or_none(self._client, "delete_deployment_group", parameters, _OVER, about=deployment)',
    ),
    _bug(
        "a hold does not say how it ends",
        11,
        0,
        "reconcilers.explain",
        'how = f"Commit a fix, or try the same again: trueup retry {wanted.key}."',
        'how = ""',
    ),
    _bug(
        "what was taken over is changed before Git is read",
        6,
        376,
        "controller.loop.handover",
        "return shard_of(scope) not in self._unread",
        "return shard_of(scope) not in ()",
    ),
    _bug(
        "what is waited for is shown as done",
        11,
        3,
        "reconcilers.explain",
        'return Link("deployment", LinkState.BLOCKED, outcome.what, outcome.on, outcome.how)',
        'return Link("deployment", LinkState.DONE, outcome.what, outcome.on, outcome.how)',
    ),
)
