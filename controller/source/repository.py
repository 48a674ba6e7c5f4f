"""One branch of one repository, as what should run: looked at, compiled when it moved, never worse than before."""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from controller.source.git import Fetched, GitSource
from controller.source.git_errors import SourceError
from controller.source.headway import Compiling, Headway
from controller.source.load import CommitFiles, load_since
from controller.source.problem import Problem
from controller.source.recalled import Recalled
from controller.source.rendering import ChildRenderer, Render, RendererError
from controller.source.settled import Settled
from controller.source.snapshot import Snapshot, kept
from controller.source.watching import watched
from reconcilers.model import Revision, ServiceKey


class Repository:
    """``folder`` holds the manifests. Rendering runs in a child process unless another ``render`` is handed in.

    ``clock`` gives seconds that only go forward.
    """

    def __init__(
        self,
        git: GitSource,
        folder: str,
        render: Render | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._git = git
        self._folder = folder
        self._render = watched(render or ChildRenderer(), self._got_on, clock)
        self._clock = clock
        self._rendered_at = float("-inf")
        self._compiling: Callable[[Compiling], None] = lambda _: None
        self._settled: tuple[Settled, ...] = ()

    def poll(self, previous: Snapshot | None) -> Snapshot | None:
        """What the newest commit says, or ``None`` if that is the commit of ``previous``. Raises ``SourceError``.

        A commit that is not signed as it must be is not even read, after a restart on the same disk as well. What a
        commit spoils stands as ``previous`` had it.
        """
        fetched = self._git.fetch()
        if previous is not None and previous.revision.commit == fetched.revision.commit:
            self._git.looked()
            return None
        self._git.verify(fetched.revision, previous.revision.commit if previous is not None else None)
        fresh = self._compiled(self._git, fetched)
        self._git.applied(fetched.revision)
        self._git.looked()
        return fresh if previous is None else kept(previous, fresh)

    def recall(self) -> Recalled | None:
        """What the commit says that was applied last, by this disk alone: for when ``poll`` fails from the start on.

        It is verified anew, by the keys of today. ``None`` where it is not to be had whole, or may not be applied.
        """
        git = self._git.alone()
        try:
            last = git.kept()
            if last is None:
                return None
            git.verify(last.revision, last.revision.commit)
            return Recalled(self._compiled(git, Fetched(last.revision, changed=True)), last.looked_at)
        except SourceError:
            return None

    def named(self, commits: Iterable[str]) -> Mapping[str, Revision]:
        """Who wrote earlier commits, when and why, as far as Git still knows. Raises ``SourceError``."""
        return self._git.named(commits)

    def touched(self, places: Mapping[ServiceKey, tuple[str, ...]]) -> Mapping[ServiceKey, Revision]:
        """The commit that last changed one of the files of each service, as far as it was lately. Raises as above."""
        return self._git.touched(places)

    @property
    def moved_at(self) -> float:
        """When a large commit was last seen to get nearer, on the monotonic clock; minus infinity for never."""
        return max(self._git.moved_at, self._rendered_at)

    def on_arriving(self, tell: Callable[[Headway], None]) -> None:
        """Let somebody know now and then how far the fetch of a large commit is."""
        self._git.arriving = tell

    def on_compiling(self, tell: Callable[[Compiling], None]) -> None:
        """Let somebody know now and then how far a commit is that takes long to compile."""
        self._compiling = tell

    def close(self) -> None:
        """End what is running, from whatever thread."""
        self._git.close()

    def _got_on(self, far: Compiling) -> None:
        self._rendered_at = self._clock()
        self._compiling(far)

    def _compiled(self, git: GitSource, fetched: Fetched) -> Snapshot:
        files = CommitFiles(git, fetched.revision)
        try:
            loaded = load_since(self._settled, files, fetched.revision, self._render, self._folder)
        except RendererError as error:
            raise SourceError("local", str(error), "See that this machine can start processes.") from None
        self._settled, snapshot = loaded.settled, loaded.snapshot
        return replace(snapshot, problems=(*snapshot.problems, *_rewritten(fetched)))


def _rewritten(fetched: Fetched) -> tuple[Problem, ...]:
    if not fetched.rewritten or fetched.previous is None:
        return ()
    message = (
        f"Branch {fetched.revision.branch} was rewritten by force: {fetched.revision.commit[:12]} does not follow "
        f"{fetched.previous[:12]}. It was taken"
    )
    return (Problem(".", None, None, message, "Protect the branch against force pushes.", "warning"),)
