"""The charts and manifests that travel with Trueup, in a checkout and in an installed wheel alike."""

from pathlib import Path


def bundled(name: str) -> Path:
    """The folder ``charts`` or ``desired``. ``FileNotFoundError`` where neither a checkout nor a wheel has it."""
    here = Path(__file__).parent
    for folder in (here / "bundled" / name, here.parent / name):
        if folder.is_dir():
            return folder
    raise FileNotFoundError(f"{name}/ is missing from this installation. Install trueup again.")
