"""CodeDeploy for ECS: applications, deployment groups, and deployments that shift traffic.

``records`` are the things, ``store`` holds and finds them. ``applications``, ``revisions``, ``configs``, ``groups``
(with ``group_rules``), ``deployments`` and ``targets`` answer the calls; ``shapes`` says things as AWS does,
``words`` in AWS's sentences.

A deployment under way is a ``run``: it walks through the eight lifecycle events, and every event is one step
(``steps``). ``install`` brings the green task set up, ``shift`` moves listeners, ``termination`` ends what has
succeeded, ``ending`` what has not, and ``rollback`` is the second deployment that brings the first one back. ``pace``
is how long AWS takes for each.
"""

from sandbox.world.codedeploy.pace import Pace
from sandbox.world.codedeploy.service import CodeDeploy

__all__ = ["CodeDeploy", "Pace"]
