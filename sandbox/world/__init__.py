"""What AWS would answer: services, task sets, deployments, weights, target health and alarms, as a function of what was
asked and of the clock.

Nothing in here waits, reads a clock of its own, or draws a random number that a seed does not fix: ``World.call`` first
lets everything happen that was due by now, in order, and then answers.
"""
