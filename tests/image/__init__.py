"""The image, built as it is written and run as it is meant to be run; and its figures (``python -m tests.image``).

``tools`` knows the programs and where their storage is; ``stand_in`` makes what the Dockerfile begins with, out of
Debian's packages and a Python 3.12 of this machine, so that no registry of images is asked; ``building`` builds on it,
and ``container`` runs what was built with everything taken away that can be taken away.
"""
