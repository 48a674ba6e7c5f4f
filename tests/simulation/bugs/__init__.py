"""Planted bugs: does the net catch fish? Each is a small change of the controller's own text, and some rule must tell.

Nothing is patched: a child process loads the changed text in the place of the module (``planting``). Where the text has
moved on, planting says so, and the bug is to be written anew. ``catalogue`` has them, with the seed that finds each.
"""
