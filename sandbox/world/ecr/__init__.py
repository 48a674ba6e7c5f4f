"""The container registry: which images there are, under which tags, and what their scans found.

Images come by PutImage, or are declared (``Ecr.declare``). A tag names one image at a time: one that moves to another
digest leaves the first without it. Lifecycle and repository policies and layers are not modelled here.
"""

from sandbox.world.ecr.records import Scan
from sandbox.world.ecr.service import Ecr

__all__ = ["Ecr", "Scan"]
