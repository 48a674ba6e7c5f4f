"""Whole stories, told to the real loop with its real work over an AWS in process, on a clock that a test lets go.

``house`` is where they happen; ``everywhere`` lets a story happen under each setting of every switch of the sandbox, so
that what nobody knows of AWS makes no difference.
"""
