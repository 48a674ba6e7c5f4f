"""When, and how it went: the shell around the reconcilers.

``source`` turns a commit into a Snapshot of what is wanted. ``loop`` hands out keys to workers and collects what came
of them. ``web`` and ``cli`` are the two faces. ``settings`` are read once, ``wiring`` builds everything from them, and
``metrics`` and ``logs`` are listeners: they get one frozen record per reconcile, and the loop knows neither.
"""
