"""``python -m controller.cli`` is ``trueup``."""

from controller.cli import main

main()
