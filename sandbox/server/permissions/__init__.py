"""IAM at the door: who has a policy here may do only what it allows; everybody else may do everything.

``policy`` reads IAM's documents, as far as they are understood, and decides; ``requests`` tells which actions a request
is, on which resources and under which conditions; ``guard`` refuses in IAM's words and keeps what it refused. A request
that names no resource (a deployment's id alone) is held against the action only.
"""
