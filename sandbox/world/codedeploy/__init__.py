"""CodeDeploy for ECS: applications, deployment groups, and deployments that shift traffic."""

from sandbox.world.codedeploy.service import CodeDeploy

__all__ = ["CodeDeploy"]
