"""How many examples a property is asked with: few here, others with each run, and ten times as many when thorough.

And what the garbage collector need not look at again, and that Ctrl-C is heard.
"""

import gc
import signal

from hypothesis import settings

# No deadline: the cores are others' too.
settings.register_profile("suite", max_examples=20, deadline=None)
settings.register_profile("thorough", max_examples=200, deadline=None)
settings.load_profile("suite")


# A shell lets what it runs in the background ignore Ctrl-C, and so all that a test starts and presses it for.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_finish() -> None:
    """Let the garbage collector pass over what stays to the end: all tests, and the models of every AWS service."""
    gc.collect()
    gc.freeze()
