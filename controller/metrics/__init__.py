"""Numbers about all of it, for Prometheus: ``counted`` what happens, ``state`` what is true at the moment of a scrape.

Labels are bounded: services, and closed sets of words.
"""

from controller.metrics.counted import Metrics

__all__ = ["Metrics"]
