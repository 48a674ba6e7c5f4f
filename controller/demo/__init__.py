"""The story that ``trueup demo`` tells: a real Git repository, a real daemon, and an AWS of its own.

``stage`` builds what the story happens on; where Envoy can be had, ``visitors`` come all the time and say what failed.
``acts`` are what happens, one function each. ``witness`` reads every claim back from the sandbox's AWS API: what the
controller says of itself proves nothing. ``teller`` speaks, with bars on a terminal and in plain lines elsewhere;
``record`` keeps what ``--report`` writes.
"""
