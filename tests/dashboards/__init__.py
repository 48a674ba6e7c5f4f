"""Grafana's dashboards: built in code with Grafana's own typed builders, and checked in as JSON.

They are built here and not beside the JSON (``charts/observability/dashboards``), since charts hold no Python, and not
in the daemon, since whoever runs it needs neither this code nor Grafana's library. ``make dashboards`` writes them
anew; a test says when it was forgotten.

``colours`` what a state looks like, as on Trueup's page; ``panels`` what a kind of panel looks like; ``frame`` what all
dashboards share (variables, annotations, links); ``drift``, ``rollouts`` and ``controller`` (with ``process`` and
``outside``) what they show; ``made`` all of them as files.

``schema`` checks against Grafana's own types, ``asking`` puts the questions of a dashboard to a Prometheus as Grafana
would.
"""
