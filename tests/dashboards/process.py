"""Numbers of the daemon itself, in the shapes that its panels ask for."""

from tests.dashboards.frame import OF_INSTANCE
from tests.dashboards.panels import Ask

SERIES = f"%s{{{OF_INSTANCE}}}"
OURS = f"on (instance, job) group_left () group by (instance, job) (trueup_build_info{{{OF_INSTANCE}}})"


def rate(counter: str, by: str, more: str = "") -> str:
    return f"sum by ({by}) (rate({counter}{{{OF_INSTANCE}{more}}}[$__rate_interval]))"


def took(histogram: str, share: float, by: str = "le") -> str:
    """Nothing where nothing ended within the window."""
    buckets = f"rate({histogram}_bucket{{{OF_INSTANCE}}}[$__rate_interval])"
    return f"histogram_quantile({share}, sum by ({by}) ({buckets})) >= 0"


def both(histogram: str) -> list[Ask]:
    return [Ask(took(histogram, 0.5), "Median"), Ask(took(histogram, 0.95), "95 %")]
