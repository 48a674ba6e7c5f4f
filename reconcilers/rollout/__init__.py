"""One pure transition function per way of deploying, and a common face before them.

``transition`` takes a ``Situation``, everything that one decision stands on, and answers with a ``Plan`` of at most one
step, or with what to look at more closely first. In the order in which a decision goes through them::

    survey      wanted against live, compared once: a Situation
    codedeploy  a traffic shift: what is under way comes first        } the two ways
    rolling     ECS's own update: the same rules on service deployments }
    following   a deployment that is under way: progress, time-out, somebody else's
    intent      nothing under way: in sync, held, outdated, drifted, failing; ship or not
    history     what was tried, from AWS's record                holds      what failed stays held
    failures    whose fault an error code is                     heal       how often something is put back
    fields      the service's own fields                         stamps     by what a rolling deployment is ours
    shipping    preflight, the revision, the deployment
    health      how the service is, whatever Git says

A decision is made anew from what AWS says at every look. Neither RegisterTaskDefinition nor CreateDeployment has a
token that would make a repeated call harmless: after a lost answer the next look finds the revision by its content and
the deployment by its mark, and nothing is done twice.
"""

from typing import assert_never

from reconcilers.model import CodeDeployRollout, RollingRollout
from reconcilers.rollout import codedeploy, rolling
from reconcilers.rollout.situation import Situation
from reconcilers.verdict import LookCloser, Plan


def transition(situation: Situation) -> Plan | LookCloser:
    """The next step of a service, by whichever way it is deployed."""
    rollout = situation.wanted.rollout
    match rollout:
        case CodeDeployRollout():
            return codedeploy.transition(situation, rollout)
        case RollingRollout():
            return rolling.transition(situation, rollout)
        case _:
            assert_never(rollout)
