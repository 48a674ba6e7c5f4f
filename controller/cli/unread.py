"""What is said while Git was never read since the daemon started: then no service is known, which is not none."""

from controller.web.views import SourceView


def unread(source: SourceView) -> str:
    """That Git was not read yet, why, and what to do; empty where it was read."""
    if not source.unread:
        return ""
    far = f"It is large: {source.arriving}." if source.arriving else "It is being read."
    why = f"{source.message} {source.remedy}".strip() if source.failing_since is not None else ""
    return f"Git has not been read yet. {why or far}"
