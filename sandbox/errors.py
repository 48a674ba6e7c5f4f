"""The one way in which the world says no."""


class AwsError(Exception):
    """What AWS answers instead of a result.

    ``code`` is the exception's name on the wire (``DeploymentLimitExceededException``), ``message`` AWS's own words,
    ``status`` the HTTP status. Both doors turn it into what their callers know: botocore's ``ClientError`` or an AWS
    error body.
    """

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status


class Unclaimed(AwsError):
    """The world has nothing under that name. Where something else answers for the service too, it may."""
