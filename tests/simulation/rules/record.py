"""What the rules remember of each service."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.simulation.fleet import Declared, Plan
from tests.simulation.truth import Content

OLDEST = 30.0  # seconds that an answer of AWS's may be behind
HOUR = 3600.0


@dataclass
class Shipment:
    """A deployment that a replica of ours began. ``cause``: as it says itself, empty for a rolling update.
    ``superseded``: we stopped it for a newer release. ``doomed``: we said on its revision that we would, and whoever
    stopped it then, AWS tells the two not apart. ``read``: the newest commit that the replica knew; ``sound``: the
    newest in which it could read the manifest.
    """

    id: str
    content: Content
    arn: str
    at: float
    cause: str = ""
    superseded: bool = False
    doomed: bool = False
    read: str = ""
    sound: str = ""


@dataclass
class Record:
    """What has happened to one service. Times are the world's.

    ``registered``: our revisions by content; ``excused``: how many more there may be than contents, since an answer
    was lost. ``field_heals``: when fields were put back, and in which epoch of the shard. ``foreign``: since when
    somebody else's deployments run. ``asked``: what people meant, by what they
    were shown. ``wrong``: since when a replica says in sync and it is not.
    """

    plan: Plan
    shipments: list[Shipment] = field(default_factory=list)
    retries: list[float] = field(default_factory=list)
    syncs: list[float] = field(default_factory=list)
    field_heals: list[tuple[float, int]] = field(default_factory=list)
    registered: dict[Content, list[str]] = field(default_factory=dict)
    excused: int = 0
    foreign: dict[str, float] = field(default_factory=dict)
    writes: int = 0
    wrong: dict[str, float] = field(default_factory=dict)
    asked: set[Content] = field(default_factory=set)
    by_hand: list[float] = field(default_factory=list)

    @property
    def words(self) -> list[float]:
        """When a person said something."""
        return [*self.retries, *self.syncs]

    def last(self, content: Content) -> Shipment | None:
        """The newest deployment of ours with this content."""
        return next((each for each in reversed(self.shipments) if each.content == content), None)


Records = Mapping[str, Record]


def declared_content(declared: Declared) -> Content:
    """A manifest's content, as ``truth`` has that of a revision."""
    return ((declared.tag, (("COLOUR", declared.colour),)),)
