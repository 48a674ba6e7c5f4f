"""Whole fleets as the pictures show them: a quiet one, and one in which much is going on."""

from collections.abc import Iterable
from dataclasses import replace

from controller.loop.attribution import of_field, of_revision
from controller.loop.author import Author
from reconcilers.attempts import Attempt, AttemptState, Cause, Failure, Mark
from reconcilers.history import History
from reconcilers.model import Revision, Service, SyncPolicy
from reconcilers.outcome import Blocked, BlockedBy, Differs, Finding, Health, InSync, Sync, Waiting
from reconcilers.report import Report
from tests.page.fleets import (
    ALARMED,
    BROKEN,
    COMMIT,
    DAY,
    EARLIER,
    FIRING,
    HOUR,
    MALLORY,
    MINUTE,
    NOW,
    Look,
    attempt,
    drifted,
    hold,
    in_sync,
    looked,
    shifting,
    snapshot,
    wants,
)
from tests.page.stage import Stage
from tests.reconcilers.builders import digest

CALM = ("accounts", "assets", "auth-gateway", "cart", "catalogue", "emails", "identity", "images", "search", "shipping")
CHECKOUT = wants("checkout", "prod", "4.12.0")
PAYMENTS = wants("payments", "prod", "2.9.0")
LEDGER = wants("ledger", "prod", "1.31.2")
PRICING = wants("pricing", "prod", "7.0.4")
REPORTS = wants("reports", "staging", "0.14.1")
NOTES = wants("notes-app", "staging", "3f2a1bc", sync=SyncPolicy.MANUAL)
WEBHOOKS = wants("webhooks", "staging", "5.2.0")
TRIED = Revision("a91c0de77b1f20c4", NOW - 9 * DAY, "Lin Okafor", "Try a smaller model in dev")
RECOMMENDER = wants("recommender", "dev", "a91c0de", commit=TRIED)
SMALL = Finding("NoAlarm", "Deployment group prod-payments-dg has no alarm on latency.", "Add one.", blocking=False)


def quiet(stage: Stage) -> None:
    """Nothing needs anybody."""
    services = [*_calm("prod"), *_calm("staging"), CHECKOUT, PAYMENTS, LEDGER, NOTES]
    stage.adopt(snapshot(*services))
    stage.report(*(in_sync(each, ago=(place + 1) * 5.3 * HOUR) for place, each in enumerate(services)))


def busy(stage: Stage) -> None:
    """Held, blocked, drifted, shifting, outdated, degraded and broken at once."""
    troubled = [CHECKOUT, PAYMENTS, LEDGER, PRICING, REPORTS, NOTES, WEBHOOKS, RECOMMENDER]
    calm = [*_calm("prod"), *_calm("staging")[:6]]
    found = snapshot(*troubled, *calm, problems=(BROKEN,))
    stage.adopt(replace(found, spoiled={REPORTS.key: (BROKEN,)}, stale=frozenset({REPORTS.key})))
    stage.report(*(in_sync(each, ago=(place + 1) * 7.1 * HOUR) for place, each in enumerate(calm)))
    stage.report(*_before(troubled), *_troubles())
    tell_who(stage)
    remember(stage)


def tell_who(stage: Stage) -> None:
    """CloudTrail told whose hand the drift was."""
    revision = f"arn:aws:ecs:eu-west-1:123456789012:task-definition/{PRICING.task_definition['family']}:42"
    since = NOW - 42 * MINUTE
    made = Author(MALLORY, since - 50, "203.0.113.24", "ecs:RegisterTaskDefinition", "AWS CLI 2.31.4", "e-1")
    stage.board.attributed(PRICING.key, of_revision(revision), made)
    scaled = replace(made, at=since, call="ecs:UpdateService", via="console")
    stage.board.attributed(PRICING.key, of_field("/serviceDefinition/desiredCount", since), scaled)
    stage.poke()


def remember(stage: Stage) -> None:
    """What AWS remembers of those that do not run what Git wants."""
    goes_on = {"state": AttemptState.RUNNING, "aws_status": "InProgress", "finished_at": None}
    shift = attempt(CHECKOUT, "d-7KQ2M9XA1", 4 * MINUTE + 12, **goes_on)
    by_hand = attempt(WEBHOOKS, "d-HANDMADE1", 3 * MINUTE, mark=None, **goes_on)
    stage.histories |= {
        CHECKOUT.key: History((shift, _earlier(CHECKOUT, "d-2VC0TR5NB")), as_of=NOW - 2),
        WEBHOOKS.key: History((by_hand, _earlier(WEBHOOKS, "d-9LM3XWQ0K")), as_of=NOW - 3),
        LEDGER.key: History((_earlier(LEDGER, "d-6JD8FZP41"),), as_of=NOW - 5),
        NOTES.key: History((_earlier(NOTES, "d-3NS7HYC2E"),), as_of=NOW - 4),
    }
    stage.histories[PAYMENTS.key] = History(
        attempts=(
            attempt(PAYMENTS, "d-ZR0LLB4CK", 27 * MINUTE, mark=None, creator="codeDeployRollback",
                    rollback_of="d-MX41TQ0ZB", finished_at=NOW - 26 * MINUTE),
            attempt(PAYMENTS, "d-MX41TQ0ZB", 34 * MINUTE, state=AttemptState.STOPPED, aws_status="Stopped",
                    finished_at=NOW - 27 * MINUTE, reason=ALARMED, rollback="d-ZR0LLB4CK"),
            attempt(PAYMENTS, "d-0UTS1DE42", 2 * DAY, mark=None),
            attempt(PAYMENTS, "d-4P8QW1ERT", EARLIER, mark=Mark(PAYMENTS.release, "41d0a77c3b", Cause.HEAL)),
            attempt(PAYMENTS, "d-0LDER0NE2", 6 * DAY, mark=Mark(PAYMENTS.release, "e2207b9cf0", Cause.COMMIT)),
        ),
        failures={"d-MX41TQ0ZB": (Failure("AllowTraffic", "AlarmActive", "at 30 % of production, after 3 min 4 s"),)},
        as_of=NOW - 4,
    )  # fmt: skip


def _earlier(wanted: Service, deployment: str) -> Attempt:
    """The deployment that brought what runs, where something newer is wanted."""
    return attempt(wanted, deployment, EARLIER, mark=Mark(digest("before"), "41d0a77c3b", Cause.COMMIT))


def lived(stage: Stage) -> None:
    """A day in the life of the busy fleet, for the activity."""
    busy(stage)
    for place, wanted in enumerate((*_calm("prod")[:5], *_calm("staging")[:3])):
        ago = (place + 1) * 4.4 * HOUR
        tried = attempt(wanted, f"d-{wanted.key.name[:4].upper()}{place}X7Q2", ago)
        stage.report(looked(wanted, Look(InSync(), ago=ago - 17 * MINUTE, attempts=(tried,))))
    stage.now = NOW - 5 * MINUTE
    stage.silent("Could not resolve host: git.example.com", "Check the network and the URL.")
    stage.now = NOW
    stage.silent("Could not resolve host: git.example.com", "Check the network and the URL.")


def _calm(environment: str) -> list[Service]:
    return [
        wants(name, environment, f"{1 + place % 4}.{place * 3 % 17}.{place % 5}") for place, name in enumerate(CALM)
    ]


def _before(services: Iterable[Service]) -> Iterable[Report]:
    return [in_sync(each, ago=9 * DAY) for each in services]


def _troubles() -> tuple[Report, ...]:
    waits = Waiting("d-HANDMADE1 of somebody else runs.", "its end", 15.0)
    degraded = looked(RECOMMENDER, Look(InSync(), health=Health.DEGRADED, ago=8 * MINUTE))
    return (
        drifted(PRICING),
        hold(PAYMENTS),
        looked(LEDGER, Look(Blocked(BlockedBy.PREFLIGHT, (FIRING,)), Sync.OUTDATED, ago=12 * MINUTE, runs="1.31.1")),
        looked(NOTES, Look(Differs(f"{COMMIT.commit[:12]} waits for somebody to say sync."), Sync.OUTDATED,
                           ago=11 * MINUTE, runs="9b0cc12")),
        looked(WEBHOOKS, Look(waits, Sync.OUTDATED, Health.PROGRESSING, ago=3 * MINUTE, runs="5.1.9")),
        degraded,
        replace(shifting(CHECKOUT, traffic=0.0), at=NOW - 252),
        shifting(CHECKOUT),
    )  # fmt: skip
