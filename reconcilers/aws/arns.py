"""ARNs in their longer and shorter formats, and the names in them."""


def service_name(name_or_arn: str) -> str:
    """A service's name: ``…:service/web`` (the older format) and ``…:service/prod/web`` are both ``web``."""
    return name_or_arn.rsplit("/", 1)[-1]


def cluster_name(name_or_arn: str) -> str:
    """A cluster's name, given as such or as ``…:cluster/prod``."""
    return name_or_arn.rsplit("/", 1)[-1]
