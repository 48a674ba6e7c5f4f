"""An AWS to hold in your hand: one model of the world, two doors.

``world`` is what AWS would answer, as a function of what was asked and the clock. ``clients`` is the door for tests:
boto3's shape in process. ``server`` is the door for everybody else: the AWS wire protocol over HTTP, for boto3, the aws
CLI and the demo. Nothing here knows of Trueup: to the controller this is AWS.
"""
