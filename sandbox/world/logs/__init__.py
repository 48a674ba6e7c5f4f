"""Amazon CloudWatch Logs: what the tasks of ECS write through the awslogs driver, and the three calls that read it.

``Logs`` is told by ECS when a task's containers start and end. For each container whose definition names the awslogs
driver it opens a stream (``awslogs-stream-prefix/container/task``) in the driver's group and region. ``speaking`` says
what a container writes: its start, one request of every ten seconds and one health check of every thirty, of AWS's time
and with the answers that its image gives, the traceback of one that does not start, and its end. Nobody writes while
nobody looks: lines are made up to now when the traffic changes, when a task ends, and when somebody reads.

``events`` answers GetLogEvents and FilterLogEvents, ``streams`` DescribeLogStreams. What tasks never wrote to is not
known here: such a group may be somebody else's (``Unclaimed``). At most ``book.STREAMS`` streams of a group and
``book.LINES`` lines of a stream are kept, the newest.
"""

from sandbox.world.logs.service import Logs

__all__ = ["Logs"]
