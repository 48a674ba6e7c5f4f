"""Hostile input: whatever bytes come, there is an answer with a place, and never a crash.

``targets`` says what is fed and what must hold; ``python -m tests.fuzz`` feeds it with what libFuzzer makes, guided by
the coverage that each input reached (atheris), and the tests do the same for a short while.
"""
