"""The AWS edge: one thin gateway per service, and nothing of AWS's SDK beyond it.

A gateway asks and translates: pages and batches are hidden, answers become ``live`` types with times in seconds since
the epoch, errors become ``Retry`` or ``Stalled``. It decides nothing, and it remembers only what never changes.

``session`` makes clients: whose credentials, which calls are repeated, what is parsed, what is counted. ``pace`` says
when each attempt goes out, by the ``limits`` that AWS publishes and what a ``bucket`` has left of them. ``gateways``
puts one of each gateway over them, per scope. ``shapes`` checks a request offline against the same service models.
"""
