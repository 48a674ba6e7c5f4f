"""What the demo's story has no reason to show, question by question.

Series that are made up show in ``tests.rules.test_unseen`` that these have an answer, too.
"""

from collections.abc import Mapping

from tests.dashboards.asking import Question

UNSEEN: Mapping[str, str] = {
    "Throttled {{service}} {{operation}}": "AWS refuses no call of the story as too many",
    "Duration, by result Failed": "no rollout fails without a rollback",
    "Duration, by result Stopped": "nobody stops a rollout",
    "Duration, by result Superseded": "no commit overtakes another",
}


def known_as(question: Question) -> str:
    """Where a question stands, and what its answer is called."""
    return f"{question.where} {question.legend}"
