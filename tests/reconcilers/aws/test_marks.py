import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconcilers.attempts import Attempt, AttemptState, Cause, Mark
from reconcilers.aws.marks import DESCRIPTION_LIMIT, description, mark_in, mark_on, marked
from reconcilers.digest import Digest
from reconcilers.tags import VALUE_LIMIT, stamped, stamps
from tests.examples import examples

WORDS = st.text("abcdef0123456789-", min_size=1, max_size=64)
MARKS = st.builds(Mark, WORDS.map(Digest), WORDS, st.sampled_from(Cause))


@given(MARKS, st.none() | st.text())
@settings(max_examples=examples(100))
def test_a_mark_that_was_written_is_read_again(mark: Mark, reason: str | None) -> None:
    text = description(mark, reason)

    assert mark_in(text) == mark
    assert len(text) <= DESCRIPTION_LIMIT


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "by hand",
        "see trueup release=a commit=b cause=commit",
        "trueup release=a commit=b",
        "trueup release=a commit=b cause=whim",
        "trueup release=a commit=b cause=commitment",
    ],
)
def test_what_somebody_else_wrote_is_no_mark(text: str | None) -> None:
    assert mark_in(text) is None


def test_tags_of_this_service_are_a_mark() -> None:
    tags = {"trueup:owner": "prod/web", "trueup:release": "r", "trueup:commit": "c"}

    assert mark_on(tags, "prod/web") == Mark(Digest("r"), "c", Cause.COMMIT)


@pytest.mark.parametrize("tags", [{}, {"trueup:owner": "prod/web"}, {"trueup:owner": "dev/web", "trueup:release": "r"}])
def test_tags_of_nobody_or_of_another_service_are_no_mark(tags: dict[str, str]) -> None:
    assert mark_on(tags, "prod/web") is None


OURS = {"trueup:owner": "prod/web", "trueup:release": "r", "trueup:commit": "c"}


def causes(*shipped: tuple[float, str], **labels: str | None) -> list[str | None]:
    """Whose the deployments of these revisions at these times are, in order; ``labels``: each revision's stamps."""
    attempts = [
        Attempt(f"d-{at}", AttemptState.SUCCEEDED, "SUCCESSFUL", at, task_definition_arn=arn) for at, arn in shipped
    ]
    tags = {arn: OURS if stamps is None else {**OURS, "trueup:shipped": stamps} for arn, stamps in labels.items()}
    found = marked(tuple(reversed(attempts)), tags, "prod/web")
    return [each.mark.cause.value if each.mark else None for each in reversed(found)]


def test_a_deployment_near_its_revisions_stamp_is_ours_and_says_why() -> None:
    assert causes((1001.0, "a"), (5003.0, "a"), a="1000-commit 5000-heal") == ["commit", "heal"]


def test_a_revision_of_ours_that_somebody_else_shipped_is_not_ours() -> None:
    assert causes((1001.0, "a"), (2001.0, "b"), (3000.0, "a"), a="1000-commit", b="2000-commit") == [
        "commit",
        "commit",
        None,
    ]


def test_a_stamp_is_of_one_deployment_only() -> None:
    assert causes((1001.0, "a"), (1020.0, "b"), (1040.0, "a"), a="1000-commit", b="1019-commit") == [
        "commit",
        "commit",
        None,
    ]


def test_the_same_revision_started_anew_without_a_stamp_is_somebody_elses() -> None:
    assert causes((1001.0, "a"), (9000.0, "a"), a="1000-heal") == ["heal", None]


def test_a_revision_of_ours_that_has_no_stamp_was_rolled_out_by_somebody_else() -> None:
    """As after a migration: CodeDeploy's deployments leave none."""
    assert causes((1.0, "a"), (9000.0, "a"), a=None) == [None, None]


def test_what_is_not_told_keeps_the_mark_it_has() -> None:
    kept = Attempt("d", AttemptState.SUCCEEDED, "SUCCESSFUL", 1.0, mark=Mark(Digest("r"), "c", Cause.HEAL))
    assert marked((kept,), {}, "prod/web") == (kept,)


def test_stamps_are_kept_for_the_newest_and_fit_a_tag() -> None:
    text = ""
    for at in range(1_790_000_000, 1_790_000_020):
        text = stamped(text, float(at), Cause.COMMIT)

    assert len(text) <= VALUE_LIMIT
    assert [at for at, _ in stamps(text)] == [1_790_000_010.0 + each for each in range(10)]


def test_a_stamp_that_is_not_ours_to_read_is_left_out() -> None:
    assert stamps("yesterday 5-whim 7-retry") == ((7.0, Cause.RETRY),)


def test_a_deployment_gives_way_where_its_revisions_tag_names_it() -> None:
    first, again = (
        Attempt(f"d-{at}", AttemptState.STOPPED, "STOPPED", at, task_definition_arn="a") for at in (1.0, 2.0)
    )
    found = marked((again, first), {"a": {**OURS, "trueup:superseded": "d-2.0"}}, "prod/web")
    assert [(each.id, each.gives_way) for each in found] == [("d-2.0", True), ("d-1.0", False)]
