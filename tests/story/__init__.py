"""The demo's story, told once beside a real Prometheus and a real Alertmanager, and what everybody makes of it.

``telling`` plays the acts and keeps what each face said at the end of each; ``patience`` lets AWS wait until all have
looked, so that no machine is too slow; ``servers`` starts what the system's packages bring; ``quick`` makes the very
files of ``charts/observability`` as much faster as the story is; ``slack`` stands in for Slack; ``page`` reads
Trueup's page in a browser. ``same`` says in two tables what it means that all faces say the same thing.

All tests are in one module, since the story is told once. ``python -m tests.story`` prints its figures.
"""
