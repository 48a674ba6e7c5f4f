"""A token bucket that promises a turn to whoever comes too early, and that learns where AWS gives less than it says.

Those who come too early stand in a line: each is told a moment of its own, so that a thousand do not come back at once
to be told the same again. Whoever comes back then goes ahead of everybody who never stood in line. AWS meters what
everybody does in an account, so a refusal says that the tokens counted here were spent by somebody else: then nobody
goes for a while, twice as long each time, and less again as time passes without a refusal.
"""

from dataclasses import dataclass
from math import inf

KEPT = 60.0  # seconds for which a promised turn waits for whoever it was promised to
HARSHEST = 16.0  # a refusal costs the time of at most so many tokens
HALVES = 10.0  # seconds after which refusals weigh half
RECENT = 60.0
ROUNDING = 1e-6


@dataclass(frozen=True, slots=True)
class Go:
    """Yes, in ``after`` seconds; the token is taken."""

    after: float


@dataclass(frozen=True, slots=True)
class Later:
    """Not now. A turn is kept for whoever asks again under the same name in ``after`` seconds."""

    after: float


class Bucket:
    """``capacity`` calls at once and ``refill`` a second, without threads or a clock: every method is told the time.

    A clock that is set back does no harm: it is taken to have stood still.
    """

    def __init__(self, capacity: float, refill: float) -> None:
        self._interval = 1.0 / refill
        self._burst = (max(1.0, capacity) - 1.0) * self._interval
        self._spent = -inf  # when the bucket is full again, less one token
        self._line = -inf  # everything before this moment is promised
        self._turns: dict[str, float] = {}
        self._shut = self._refused_at = -inf
        self._harsh = 0.0
        self._seen, self._behind = -inf, 0.0

    def ask(self, who: str, now: float, patience: float) -> Go | Later:
        """Whether ``who`` may call, which waits for ``patience`` seconds at most."""
        now = self._time(now)
        turn = self._turns.get(who, inf)
        if now + patience < turn < inf:
            return Later(turn - now)
        promised = turn < inf and now <= turn + KEPT
        self._turns.pop(who, None)
        at = max(now, self._spent - self._burst, turn if promised else self._line)
        if at - now > patience:
            return Later(self._promise(who, max(at, self._line), now) - now)
        self._spent = max(self._spent, at) + self._interval
        if not promised and self._line > now:
            self._line = at + self._interval
        return Go(at - now)

    def refused(self, now: float) -> None:
        """AWS refused a call as too many. Several that were under way together count once."""
        now = self._time(now)
        if now < self._shut - ROUNDING:
            return
        self._harsh = min(HARSHEST, max(1.0, 2.0 * self._harsh * 0.5 ** ((now - self._refused_at) / HALVES)))
        self._refused_at, self._shut = now, now + self._harsh * self._interval
        self._spent = max(self._spent, self._shut + self._burst)

    def troubled(self, now: float) -> bool:
        """Whether AWS refused something in the last minute."""
        return self._time(now) - self._refused_at < RECENT

    def tokens(self, now: float) -> float:
        """How many calls could be made now; below nought, so many have been promised a turn."""
        now = self._time(now)
        ahead = max(0.0, self._spent - now) / self._interval
        return self._burst / self._interval + 1.0 - ahead - self._waiting(now)

    def _promise(self, who: str, at: float, now: float) -> float:
        self._turns = {name: turn for name, turn in self._turns.items() if turn + KEPT >= now} | {who: at}
        self._line = at + self._interval
        return at

    def _waiting(self, now: float) -> int:
        return sum(turn + KEPT >= now for turn in self._turns.values())

    def _time(self, now: float) -> float:
        self._behind += max(0.0, self._seen - now)
        self._seen = now
        return now + self._behind
