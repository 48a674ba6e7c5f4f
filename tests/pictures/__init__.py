"""What is drawn for the docs: ``make pictures`` makes all of it anew, ``python -m tests.pictures demo`` one of them.

Each module draws one group of pictures into ``docs/pictures`` by its ``draw()``, from a Trueup that runs.
"""
