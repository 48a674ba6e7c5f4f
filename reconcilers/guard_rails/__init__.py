"""Guard rails: what may not run, whatever Git says. The operator's word against that of the repository's writers.

``rails`` is what is allowed, per environment; ``judging`` holds a service against it. What it looks at is what would be
written: rendered, images in place, with live's values where the manifest ignores a leaf. A refusal is a ``Finding``
with the place and the remedy. What cannot be read for certain is refused.

The plan asks, so that a refusal blocks and is shown; and the reconciler asks once more before each single call, so that
no plan, however it was made, registers a revision that the rails refuse.
"""
