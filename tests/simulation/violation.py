"""That a rule does not hold."""


class Violated(BaseException):
    """A rule does not hold. Nothing of the controller may catch this."""

    def __init__(self, rule: str, said: str) -> None:
        super().__init__(f"{rule}: {said}")
        self.rule = rule
        self.said = said
