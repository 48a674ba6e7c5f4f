"""Several real daemons on one lease table, killed and paused. ``python -m tests.replicas`` measures."""
