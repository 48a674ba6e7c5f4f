"""A commit in, a Snapshot out.

``git`` mirrors a branch and reads files out of its object store; ``signatures`` decides from what git tells whether a
commit is signed by somebody who may, and one that is not goes no further. ``load`` asks git for the folder of manifests
and for what those need. ``snapshot`` compiles: a manifest is read (``documents``, ``manifest_reading``), its chart is
rendered in a child process (``charts``, ``rendering``) or its task definition taken as it stands (``sources``), the
result is completed, checked and looked through (``definitions``, ``lint``), and what two manifests claim is given to
neither (``claims``). What a later commit leaves as it was is not compiled again (``settled``). What is wrong is a
``Problem`` with file, line, column and remedy; all of a commit come at once, and a service without one stands beside
those that have some. ``snapshot.kept`` carries over what could not be read.

Only ``git`` (with ``mirror``, ``trusted_keys``, ``last_applied`` and ``applied_note``), ``load`` and ``rendering``
touch the world::

    git -> load -> declarations -> sources -> definitions -> snapshot
                                     |            |
                          rendering -+            +- lint, reconcilers
                              |
                         render_child -> chart_sandbox -> template_sandbox, values

Files hold what strangers wrote. Templates and the patterns of a values.schema.json run in the child, under limits
(``spending`` bounds what those of one chart take together, ``watching`` tells how far they are); everything else takes
time in proportion to its input and raises nothing for what is in it.

This module imports nothing, because the child imports it.
"""
