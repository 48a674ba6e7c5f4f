"""ARNs in their longer and shorter formats, and the names in them."""


def service_name(name_or_arn: str) -> str:
    """A service's name: ``…:service/web`` (the older format) and ``…:service/prod/web`` are both ``web``."""
    return name_or_arn.rsplit("/", 1)[-1]


def cluster_name(name_or_arn: str) -> str:
    """A cluster's name, given as such or as ``…:cluster/prod``."""
    return name_or_arn.rsplit("/", 1)[-1]


def task_definition_parts(arn: str) -> tuple[str, int]:
    """Family and revision number of ``…:task-definition/web:12``; the number is 0 where there is none."""
    family, _, number = arn.rsplit("/", 1)[-1].partition(":")
    return family, int(number) if number.isdigit() else 0


def target_group_dimension(arn: str) -> str:
    """A target group as CloudWatch's ``TargetGroup`` dimension has it: ``targetgroup/web-blue/0123456789abcdef``."""
    return arn.rsplit(":", 1)[-1]
