"""What stands beside a container's name under `images`: a tag, a digest or a whole reference."""

from __future__ import annotations

import re

from reconcilers.image_reference import DIGEST, LONGEST, REFERENCE, TAG

_NO_REFERENCE = re.compile(r"[0-9]+:[0-9]+|[^/:]+")  # a time of day; a name by itself, which is a tag or nothing


class ImageError(ValueError):
    """A text that names no image: what is wrong with it, and what to write."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(f"{message}. {remedy}")
        self.message = message
        self.remedy = remedy


def checked(declared: str) -> str:
    """Give `declared` back if it is a tag, a digest or a whole reference. Raises ImageError."""
    if len(declared) > LONGEST:
        raise ImageError(f"An image of {len(declared):,} characters is none", f"Write at most {LONGEST}.")
    if declared.startswith("sha256:") or "@" in declared:
        return _checked_digest(declared)
    whole = REFERENCE.fullmatch(declared) and not _NO_REFERENCE.fullmatch(declared)
    if whole or re.fullmatch(TAG, declared):
        return declared
    raise ImageError(
        f"{declared!r} is no image: neither a tag, nor a digest, nor a whole reference",
        "A tag has at most 128 letters, digits and . _ -; a digest is sha256: and 64 hexadecimal digits; a reference "
        "is repository:tag, its repository in lower case.",
    )


def image(declared: str, rendered: str) -> str:
    """Give the image that runs where the rendering says `rendered` and the manifest `declared`.

    A tag or a digest keeps the repository of the rendering, a whole reference replaces it. Raises ImageError.
    """
    checked(declared)
    if re.fullmatch(TAG, declared):
        return f"{repository(rendered)}:{declared}"
    if declared.startswith("sha256:"):
        return f"{repository(rendered)}@{declared}"
    return declared


def repository(reference: str) -> str:
    """Give a reference's repository, registry included. Raises ImageError where it is no reference."""
    return _taken_apart(reference)["repository"]


def floats(reference: str) -> bool:
    """Whether what a reference names may change without notice: no tag, or the tag latest, and no digest.

    Raises ImageError where it is no reference.
    """
    parts = _taken_apart(reference)
    return parts["digest"] is None and parts["tag"] in (None, "latest")


def _checked_digest(declared: str) -> str:
    if re.fullmatch(DIGEST, declared) or (REFERENCE.fullmatch(declared) and not declared.startswith("sha256:")):
        return declared
    raise ImageError(f"{declared!r} has no valid digest", "A digest is sha256: and 64 hexadecimal digits.")


def _taken_apart(reference: str) -> dict[str, str]:
    found = REFERENCE.fullmatch(reference) if len(reference) <= LONGEST else None
    if found is None:
        raise ImageError(
            f"{reference[:LONGEST]!r} is no image reference", "Write registry/repository:tag, in lower case."
        )
    return found.groupdict()
