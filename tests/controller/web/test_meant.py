"""Which service somebody may have meant."""

import pytest

from controller.web.meant import meant
from reconcilers.model import ServiceKey

KNOWN = [ServiceKey(*each.split("/")) for each in ("prod/notes", "prod/web", "staging/notes", "staging/mail")]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("prod/nots", " Did you mean prod/notes?"),
        ("stagin/mail", " Did you mean staging/mail?"),
        ("prod/mail", ""),
        ("prod/zzz", ""),
        ("qa/zzz", ""),
    ],
)
def test_the_nearest_name_there_or_of_another_environment_is_meant(typed: str, said: str) -> None:
    assert meant(ServiceKey(*typed.split("/")), KNOWN) == said
