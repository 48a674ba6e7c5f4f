"""Numbers about all of it, for Prometheus: ``counted`` what happens, ``state`` what is true at the moment of a scrape,
``services`` the same service by service, ``limits`` what AWS allows.

Labels are bounded: services and their clusters, closed sets of words, and of fields and alarms so many a service.
"""

from controller.metrics.counted import Metrics

__all__ = ["Metrics"]
