"""What happens, act by act. Each ends with claims, and with what AWS's API says of them."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from controller.demo.record import Check, Step
from controller.demo.stage import MANIFEST, Stage
from controller.demo.teller import Teller
from controller.demo.visitors import Tally, harmed_between, unharmed
from controller.demo.waiting import follow, new_deployment, until

GOOD, BAD, FIX, LAST = "7c31f0e", "bad1dea", "9e2b4d7", "0012345"
MESSAGES = {
    GOOD: "Ship the new editor",
    BAD: "Ship something that answers 500",
    FIX: "Mend it",
    LAST: "Ship a tag of digits only",
}
SERVICE = ("prod", "notes-app")
GRACE = "/serviceDefinition/healthCheckGracePeriodSeconds"
# Within so many seconds of the host the proxy sends by new weights, and what it has sent by the old ones is answered.
FOLLOWS = 1.0


@dataclass(frozen=True, slots=True)
class Act:
    """A title, what happens under it, and what is claimed of the requests that came meanwhile."""

    title: str
    play: Callable[[Stage, Step, Teller], None]
    visited: Callable[[Stage, Step, Tally], list[Check]]


def adopted(stage: Stage, step: Step, teller: Teller) -> None:
    teller.say("An ECS cluster runs notes-app already; Git says the same. The daemon starts and looks.")
    before = stage.mutations()
    stage.daemon.start()
    stage.daemon.wait_until_ready()
    teller.say(f"Its page, as long as this runs: {stage.daemon.url}")
    until("every service to be in sync", lambda: _all_in_sync(stage, step))
    teller.say(f"{len(stage.daemon.api.services())} services adopted.")
    wanted = stage.tags()
    running = stage.witness.images()
    step.checks += [
        Check("production runs the images that Git names", _holds(wanted, running), _short(running)),
        Check("nothing was registered, deployed or updated", stage.mutations() == before, f"{stage.mutations()} calls"),
    ]


def released(stage: Stage, step: Step, teller: Teller) -> None:
    deployment = _commit(stage, step, teller, GOOD)
    seen = follow(stage.witness, deployment, step, teller, lambda each: each.shift_over)
    shares = _shares(step, deployment)
    running = stage.witness.running()
    step.checks += [
        Check(
            "the traffic moved ten percent at a time", len(shares) >= 8 and _rising(shares), ", ".join(map(str, shares))
        ),
        _serves(stage, "production serves the commit's images", GOOD),
        Check(
            "the revision is tagged with the commit",
            running["tags"].get("trueup:commit") == step.commit,
            running["taskDefinitionArn"].rpartition("/")[2],
        ),
        Check("the deployment names the commit", str(step.commit) in seen.description, seen.description[:60]),
    ]


def rolled_back(stage: Stage, step: Step, teller: Teller) -> None:
    until("the old task set to be gone", lambda: _settled(stage))
    before, revisions = stage.witness.images(), stage.witness.revisions()
    deployment = _commit(stage, step, teller, BAD)
    seen = follow(stage.witness, deployment, step, teller, lambda each: each.status in ("Stopped", "Failed"))
    fired = [name for name, state in stage.witness.alarms().items() if state == "ALARM"]
    teller.say(f"{seen.error}: {', '.join(fired) or 'an alarm'} fired. CodeDeploy rolls back.", "yellow")
    rollback = until("the rollback", lambda: stage.witness.seen(deployment).rollback)
    step.deployments.append(rollback)
    follow(stage.witness, rollback, step, teller, lambda each: each.status == "Succeeded")
    status = until("the release to be held", lambda: _held(stage))
    teller.say(status, "yellow")
    sweeps = stage.sweeps()
    teller.say("Git still says the bad tag. The daemon goes on looking ...")
    until("ten more sweeps", lambda: stage.sweeps() >= sweeps + 10)
    made = [each for each in stage.witness.deployments() if str(step.commit) in stage.witness.seen(each).description]
    step.checks += [
        Check(
            "the alarm stopped it",
            seen.status == "Stopped" and seen.error == "ALARM_ACTIVE",
            f"{seen.status} {seen.error}",
        ),
        Check(
            "production is wholly on the old version",
            stage.witness.images() == before and 100 in stage.witness.weights().values(),
            _short(stage.witness.weights()),
        ),
        Check("ten sweeps later it was tried exactly once", made == [deployment], ", ".join(made)),
        Check(
            "and registered exactly once",
            stage.witness.revisions() == revisions + 1,
            f"{stage.witness.revisions()} revisions",
        ),
    ]


def fixed(stage: Stage, step: Step, teller: Teller) -> None:
    until("the alarms to be quiet", lambda: "ALARM" not in stage.witness.alarms().values())
    deployment = _commit(stage, step, teller, FIX)
    follow(stage.witness, deployment, step, teller, lambda each: each.shift_over)
    status = until("the service to be in sync", lambda: _in_sync(stage))
    step.checks += [
        _serves(stage, "production serves the fix", FIX),
        Check("nothing is held any more", status, "in sync"),
    ]


def healed(stage: Stage, step: Step, teller: Teller) -> None:
    until("the old task set to be gone", lambda: _settled(stage))
    known, revisions = stage.witness.deployments(), stage.witness.revisions()
    teller.say("mallory registers a revision with DEBUG=1, ships it by hand, and edits the service.")
    foreign = stage.somebody.ship_by_hand()
    step.deployments.append(foreign)
    follow(stage.witness, foreign, step, teller, lambda each: each.status == "Succeeded")
    stage.somebody.edit_service()
    drift = until("the drift to be seen", lambda: _drift(stage))
    for each in drift:
        teller.say(f"drift: {each}", "yellow")
    deployment = new_deployment(stage.witness, [*known, foreign])
    step.deployments.append(deployment)
    teller.say(f"{deployment} puts it back.")
    seen = follow(stage.witness, deployment, step, teller, lambda each: each.shift_over)
    until("the service's field to be put back", lambda: _grace(stage) == stage.grace)
    shipper = until("CloudTrail to tell who shipped by hand", lambda: _shipper(stage, foreign))
    editor = until("CloudTrail to tell who edited the service", lambda: _editor(stage))
    teller.say(f"CloudTrail: {shipper}. {editor}.")
    names = {
        variable["name"] for each in stage.witness.running()["containerDefinitions"] for variable in each["environment"]
    }
    step.checks += [
        Check(
            "the daemon named the field and who registered it",
            any("DEBUG" in each and "mallory" in each for each in drift),
            drift[0],
        ),
        Check("CloudTrail named who shipped it, how and from where", "mallory" in shipper, shipper),
        Check("and who edited the service's field, which ECS does not know", "mallory" in editor, editor),
        Check("the variable is gone from production", "DEBUG" not in names, f"{len(names)} variables"),
        Check("the deployment says that it heals", "cause=heal" in seen.description, seen.description[-20:]),
        Check(
            "the old revision was used again",
            stage.witness.revisions() == revisions + 1,
            f"{stage.witness.revisions()} revisions",
        ),
        Check("the service's field is as Git declares it", _grace(stage) == stage.grace, f"{_grace(stage)} seconds"),
    ]


def survived(stage: Stage, step: Step, teller: Teller) -> None:
    until("the old task set to be gone", lambda: _settled(stage))
    deployment = _commit(stage, step, teller, LAST)
    follow(stage.witness, deployment, step, teller, lambda each: each.traffic >= 30)
    killed = stage.daemon.kill()
    teller.say(f"kill -9 {killed}: the daemon is gone, CodeDeploy goes on.", "yellow")
    follow(stage.witness, deployment, step, teller, lambda each: each.traffic >= 40)
    stage.daemon.start()
    teller.say("A new daemon starts, without a memory of its own.")
    stage.daemon.wait_until_ready()
    follow(stage.witness, deployment, step, teller, lambda each: each.shift_over)
    until("the new daemon to be in sync", lambda: _in_sync(stage))
    made = [each for each in stage.witness.deployments() if str(step.commit) in stage.witness.seen(each).description]
    step.checks += [
        Check("the same deployment went on, and no second one", made == [deployment], ", ".join(made)),
        _serves(stage, "production serves 0012345, zeros and all", LAST),
    ]


def _opening(_stage: Stage, _step: Step, _tally: Tally) -> list[Check]:
    """Nothing is claimed while the service opens and the first visitors come."""
    return []


def _unharmed(_stage: Stage, _step: Step, tally: Tally) -> list[Check]:
    return [unharmed(tally)]


def _harmed(stage: Stage, step: Step, tally: Tally) -> list[Check]:
    """Between AWS's own moments: the shift's first step, and the end of the deployment that undid it."""
    if len(step.deployments) < 2:
        return []
    began, _ = stage.witness.moments(step.deployments[0])
    _, ended = stage.witness.moments(step.deployments[1])
    return [harmed_between(tally, began, ended + FOLLOWS, BAD)]


ACTS = (
    Act("Adopted: Git and AWS agree", adopted, _opening),
    Act("A tag is committed, and it ships", released, _unharmed),
    Act("A bad tag is committed, and it is rolled back and held", rolled_back, _harmed),
    Act("A fix is committed, and it ships", fixed, _unharmed),
    Act("Somebody ships by hand and edits the service: seen and healed", healed, _unharmed),
    Act("kill -9 in mid-shift, and the shift goes on", survived, _unharmed),
)


def _commit(stage: Stage, step: Step, teller: Teller, tag: str) -> str:
    """Commit a tag for all of the application's images. The deployment that it leads to."""
    known = stage.witness.deployments()
    stage.push_images(tag)
    step.commit = stage.repository.bump(MANIFEST, dict.fromkeys(stage.tags(), tag), MESSAGES[tag])
    teller.say(f"git commit {step.commit[:7]}  {MESSAGES[tag]}  ({tag})")
    deployment = new_deployment(stage.witness, known)
    step.deployments.append(deployment)
    return deployment


def _serves(stage: Stage, claim: str, tag: str) -> Check:
    images = stage.witness.images()
    return Check(claim, _holds(dict.fromkeys(stage.tags(), tag), images), _short(images))


def _short(answer: Mapping[str, object]) -> str:
    return ", ".join(f"{name} {value}" for name, value in sorted(answer.items()))


def _grace(stage: Stage) -> int:
    return int(stage.witness.service()["healthCheckGracePeriodSeconds"])


def _all_in_sync(stage: Stage, step: Step) -> bool:
    services = stage.daemon.api.services()
    step.saw(
        time.monotonic() - stage.started, ", ".join(f"{each.environment}/{each.name} {each.sync}" for each in services)
    )
    return bool(services) and all(each.sync == "in-sync" for each in services)


def _in_sync(stage: Stage) -> bool:
    return stage.told(SERVICE).sync == "in-sync"


def _held(stage: Stage) -> str | None:
    told = stage.told(SERVICE)
    return told.text if told.outcome == "held" else None


def _settled(stage: Stage) -> bool:
    return [each["status"] for each in stage.witness.service()["taskSets"]] == ["PRIMARY"]


def _drift(stage: Stage) -> list[str]:
    told = stage.told(SERVICE)
    who = told.running.registered_by if told.running else "somebody"
    return [f"{each.path}, registered by {who}" for each in told.drift if "DEBUG" in each.path]


def _shipper(stage: Stage, deployment: str) -> str | None:
    tried = {each.deployment: each for each in stage.daemon.api.history(*SERVICE).attempts}
    made = tried.get(deployment)
    return f"{made.call} by {made.who} with {made.via} from {made.source}" if made and made.who else None


def _editor(stage: Stage) -> str | None:
    told = stage.daemon.api.activity(environment=SERVICE[0], service=SERVICE[1], kind="drift-found").facts
    return next((each.text for each in told if GRACE in each.paths and each.who), None)


def _shares(step: Step, deployment: str) -> list[int]:
    shares = [int(state.rpartition(" ")[2].rstrip("%")) for _, state in step.states if state.startswith(deployment)]
    return sorted(set(shares))


def _rising(shares: list[int]) -> bool:
    return all(later - earlier <= 20 for earlier, later in pairwise(shares)) and shares[-1] == 100


def _holds(wanted: dict[str, str], running: dict[str, str]) -> bool:
    return all(running.get(container) == tag for container, tag in wanted.items())
