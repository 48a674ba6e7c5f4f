"""Rows: what is declared, what AWS answers to it, and what somebody made of it by hand."""

from typing import Any, NamedTuple

from reconcilers.change import Change, Kind

Fields = dict[str, Any]


class Row(NamedTuple):
    """What is declared, what AWS answers to it, and another answer, which differs in ``path``."""

    declared: Fields
    live: Fields
    drifted: Fields
    path: str
    was: Any
    became: Any

    def change(self, root: str) -> Change:
        """What has to be found in the other answer."""
        kind: Kind = "added" if self.was is None else "removed" if self.became is None else "changed"
        return Change(f"/{root}{self.path}", kind, self.was, self.became)


def task(container: Fields, **task_level: Any) -> Fields:
    """A task definition of one container with these fields."""
    return {"family": "shop", "containerDefinitions": [{"name": "app", "image": "shop:1", **container}], **task_level}
