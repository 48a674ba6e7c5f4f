"""Sound inputs, to begin with, and words that mutation alone would take long to find."""

import json
from pathlib import Path

DEFINITION = json.dumps(
    {
        "family": "web",
        "networkMode": "awsvpc",
        "cpu": "256",
        "memory": "512",
        "requiresCompatibilities": ["FARGATE"],
        "containerDefinitions": [
            {
                "name": "web",
                "image": "a/b:c",
                "environment": [{"name": "A", "value": "1"}],
                "portMappings": [{"containerPort": 80}],
            }
        ],
    }
).encode()
LONG = DEFINITION.replace(b"256", b"9" * 5_000)  # more digits than Python reads as one number
NAMELESS = json.dumps(  # what Fargate does not take, of entries that have no name, or one with signs of a pointer
    {
        **json.loads(DEFINITION),
        "containerDefinitions": [
            {"image": "a/b:c", "privileged": True, "portMappings": [{"containerPort": 80, "hostPort": 81}]},
            {"name": "a/~b", "image": "a", "linuxParameters": {"devices": [{}], "capabilities": {"add": [""]}}},
        ],
        "volumes": [{"host": {"sourcePath": "/var"}}, {"name": "", "dockerVolumeConfiguration": {}}],
    }
).encode()
SCHEMA = b'{"properties": {"logLevel": {"type": "string"}}}'
GUARD_RAILS = b"""\
guardRails:
  - environments: [prod]
    allowedImages: [ghcr.io/you]
    secretsBelow: [/prod/]
"""
ROLES = b"""\
grants:
  - role: deployer
    environments: [dev]
    tokens: [{name: ci, sha256: "%s"}]
""" % (b"0" * 64)
NOTIFICATIONS = b"""\
channels:
- name: a
  kind: slack
  url: https://h.example.com/x
  only: {kinds: [held]}
"""
APPSPEC = b"""\
version: 0.0
Resources:
- TargetService:
    Type: AWS::ECS::Service
    Properties: {TaskDefinition: arn}
Hooks:
- AfterInstall: f
"""
APPSPEC_JSON = json.dumps(
    {
        "version": 0.0,
        "Resources": [{"TargetService": {"Type": "AWS::ECS::Service", "Properties": {"TaskDefinition": "arn"}}}],
        "Hooks": [{"AfterInstall": "f"}],
    }
).encode()
MARK = b"trueup release=v1-a commit=b cause=heal"
CURSOR = b"eJyLjgUAARUAuQ=="
CALLS = (
    b"GET /api/v1/services",
    b"GET /api/v1/services/prod/web",
    b"GET /api/v1/activity?limit=5&kind=held&before=x",
    b"GET /api/v1/fleet?since=1-1",
    b'POST /api/v1/services/prod/web/sync\n{"by": "ann", "despiteAlarm": "because"}',
    b"POST /api/v1/services/prod/web/retry\n{}",
    b"POST /api/v1/source/sync\n",
    b"GET /api/v1/services/prod/web/history",
    b"GET /services/prod/web",
)

# libFuzzer puts these into inputs.
WORDS = Path(__file__).with_name("words.txt").read_text("utf-8").split()
