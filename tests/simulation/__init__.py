"""The whole controller, several replicas of it, in one thread on a clock that nobody waits for, against the sandbox's
world and a Git that is made up: a seed in, a history out, and after every step what must always be true.

    fleet       which services there are, as manifests and as what stands in AWS
    history     a seed → everything that happens from outside: commits, people, faults
    repository  Git as a history of generated commits, and what each replica has read of it
    weather     what becomes of a call on its way, and when a process stops in the middle of one
    door        the clients between the controller's own gateways and the world
    replica     one controller: source, queue, sweeps, reconciles, lease; and its two clocks
    stage       the one thread: whoever is next, until the end
    truth       what is so, read from the world itself and from nothing of the controller's
    rules       what must always be true, a class for each
    running     one history played from its beginning to its end
    shrinking   the smallest history that still fails
    bugs        mutations of the controller, which the rules must find

``python -m tests.simulation`` runs histories, ``python -m tests.simulation.bugs`` the mutations. The order of a set
of texts depends on PYTHONHASHSEED, so both fix it: a seed is the same history everywhere.
"""
