"""Door two: the AWS wire protocol over HTTP, for boto3, the aws CLI, and every other SDK that takes an endpoint URL.

    with serve(World(HostClock(), speed=60)) as server:
        boto3.client("ecs", endpoint_url=server.url, …)

A request goes where its signature's scope says: ECS, CodeDeploy, ELBv2 and CloudWatch to the world and nowhere else;
any other operation to the world if it knows it, and to moto, in this process, if not. Signatures are read, never
checked: an access key of twelve digits is that account, a key that moto's STS or IAM gave out is its role session or
user, and any other is a user of that name in account 123456789012. What nobody answers is an AWS error in the protocol
of the request (``UnknownOperationException``, ``InvalidAction``), with status 400, so that no SDK tries again.

Under ``/_sandbox/``, where AWS has nothing, is the door for whoever runs the sandbox; it needs no signature:

    GET    /_sandbox/calls   {"ecs": {"DescribeServices": 10}, …}: calls since the start, or since the last DELETE
    DELETE /_sandbox/calls   begin to count anew
    GET    /_sandbox/refused [{"principal": …, "action": "ecs:UpdateService", "resource": …}, …]: what policies refused
    GET    /_sandbox/clock   {"now": seconds since the epoch, "speed": how many times as fast AWS's durations pass}
    GET    /_sandbox/traffic {"on": whether a real proxy splits real requests, "listeners": their addresses, weights and
           what their visitors saw, "targetGroups": what the proxy counted}
    POST   /_sandbox/behaviours
           {"pattern": "*:3.*", "starts": true, "healthy": true, "errorRate": 0.6, "account": …, "region": …}
           what images that match the pattern do from now on: whether their containers stay up, whether they pass
           health checks, which share of requests they fail. All but the pattern may be left out.
    POST   /_sandbox/images
           {"image": "notes/backend:3f2a1bc", "digest": "sha256:…", "findings": {"HIGH": 2}, "account": …, "region": …}
           let an image be in ECR that nobody pushed. All but the image may be left out; without findings, no scan.

It listens on loopback unless it is told otherwise, and whoever reaches it may do everything.
"""

from sandbox.server.serving import Server, serve

__all__ = ["Server", "serve"]
