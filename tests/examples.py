"""The measure of a property: how many examples it needs where the profile asks a hundred of every other."""

from hypothesis import settings


def examples(of_a_hundred: int) -> int:
    """So many, in proportion to what the profile asks; never fewer than five."""
    return max(5, of_a_hundred * settings().max_examples // 100)
