"""The demo's story, told once beside a real Prometheus and a real Alertmanager, and what everybody makes of it.

``telling`` plays the acts and keeps what each face said at the end of each; ``servers`` starts what the system's
packages bring; ``quick`` makes the very files of ``charts/observability`` as much faster as the story is; ``slack``
stands in for Slack. All tests are in one module, since the story is told once.
"""
