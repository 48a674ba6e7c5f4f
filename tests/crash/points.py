"""Where a daemon is killed, and what must have come of it whatever the point."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.controller.source.repository import Repository
from tests.crash.door import Fate, Point
from tests.crash.life import Life, lived
from tests.crash.nursery import Plainly, Starts
from tests.crash.stories import BROKEN, REUSED, ROLLED, SHIFTED, STOPPED, Story

FIGURES = Path(__file__).parents[2] / "docs/reliability.md"
# What a short run kills at: whatever changes anything, and one read of each kind in one of the stories that make it.
SHORT = {
    SHIFTED: (
        *("RegisterTaskDefinition", "CreateDeployment"),
        *("GetDeploymentGroup", "DescribeListeners", "DescribeTargetGroups", "DescribeAlarms", "DescribeImages"),
    ),
    STOPPED: (
        *("RegisterTaskDefinition", "CreateDeployment", "TagResource"),
        *("ListDeployments", "BatchGetDeployments", "GetDeploymentTarget", "GetDeploymentConfig"),
    ),
    ROLLED: (
        *("RegisterTaskDefinition", "UpdateService"),
        *("ListServiceDeployments", "DescribeServiceDeployments", "DescribeServiceRevisions"),
        "DescribeImageScanFindings",
    ),
    REUSED: ("TagResource", "UpdateService"),
    BROKEN: (
        *("RegisterTaskDefinition", "UpdateService", "TagResource"),
        *("DescribeServices", "DescribeTaskDefinition", "ListTaskDefinitions"),
    ),
}


class Chapter:
    """One story, told undisturbed by a daemon that starts as everybody's does, and then once for each point."""

    def __init__(self, story: Story, folder: Path, starts: Starts) -> None:
        self.story = story
        self._folder, self._starts = folder, starts
        self._repository = Repository(folder / "gitops.git")
        self._repository.commit(story.files())
        self.undisturbed = self._live("undisturbed", None)

    @property
    def operations(self) -> list[str]:
        """What the first daemon calls, in order."""
        return [call.operation for call in self.undisturbed.calls]

    @property
    def mutating(self) -> list[str]:
        """Those of them that change something."""
        return [call.operation for call in self.undisturbed.calls if call.mutates]

    @property
    def row(self) -> str:
        """How the story's row begins in the table of ``make crash``."""
        return f"| {self.story.title} | {len(self.operations)} | {len(list(self.points()))} |"

    def points(self) -> Iterator[Point]:
        """Every call, each fate."""
        return (Point(number, fate) for number in range(1, len(self.operations) + 1) for fate in Fate)

    def middle(self, operation: str) -> int:
        """The number of the call of this kind in the middle: of those that are repeated, one of a release under way."""
        numbers = [number for number, each in enumerate(self.operations, 1) if each == operation]
        return numbers[len(numbers) // 2]

    def killed(self, point: Point) -> Life:
        """The story with a daemon that dies there. At every other number the next finds an empty disk."""
        return self._live(f"{point.number}-{point.fate.name}", point)

    def amiss(self, point: Point, life: Life) -> list[str]:
        """What is not as it must be; nothing, where all is well."""
        had = [call.operation for call in life.calls]
        story, expected = self.story, self.undisturbed.changes + self._stamped_again(life)
        facts = {
            "the daemon was killed there": life.died,
            "its calls up to there are the same": had == self.operations[: point.number],
            "the release was deployed once": life.deployments == 1,
            "its revision was registered once": life.revisions == 1,
            f"production runs {story.runs}": life.runs == story.runs,
            f"it ends {story.ends}": life.said == story.ends,
            f"nothing else was changed: {dict(life.changes)}": life.changes == expected,
        }
        return [
            f"{story.title}, {point.fate} call {point.number}: not so: {each}" for each, so in facts.items() if not so
        ]

    def _stamped_again(self, life: Life) -> Counter[str]:
        """A rolling deployment is known by its revision's tags: one that is there already is stamped before its use."""
        answered = {call.operation for call in life.calls if call.status == 200}
        stamped = bool(answered & {"RegisterTaskDefinition", "TagResource"})
        again = self.story.ships == "UpdateService" not in answered and stamped
        return Counter(TagResource=1) if again else Counter()

    def _live(self, name: str, point: Point | None) -> Life:
        folder = self._folder / name
        folder.mkdir()
        starts = (Plainly() if point is None else self._starts, self._starts)
        return lived(self.story, self._repository, folder, starts, point, keeps=point is None or point.number % 2 == 0)
