"""Whether commits are signed by somebody who may: what git tells of their signatures, and what that means.

Pure. git itself checks the signatures, of SSH with ssh-keygen and of GPG with gpg, against keys that are named to it; a
signature counts only where git calls it good (`G`). Whatever else it says, in words not known here too, does not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from controller.source.git_errors import SourceError

# git log's fields, each ended by a NUL. The trust level (%GT) is not among them: git 2.39 aborts where there is none.
FIELDS = ("%H", "%G?", "%GS", "%GF", "%GK", "%an", "%ce", "%GG")
FORMAT = "--format=" + "%x00".join(FIELDS)

_NAMED = 3  # commits that are told one by one
_LONGEST = 100  # characters of a name that is shown
_WEB_FLOW = "noreply@github.com"


class Verify(StrEnum):
    """Which commits must be signed: none, the newest, or every one since the commit that was applied last."""

    OFF = "off"
    HEAD = "head"
    EVERY = "every"


@dataclass(frozen=True, slots=True)
class Trust:
    """Whose signatures count. `signers` and `revoked` are files as ssh-keygen reads them, `keyring` has GPG's keys."""

    verify: Verify = Verify.OFF
    signers: Path | None = None
    revoked: Path | None = None
    keyring: Path | None = None


NOBODY = Trust()


@dataclass(frozen=True, slots=True)
class Signature:
    """What git tells of one commit. `state` is %G?, `said` are the words of whoever checked the signature.

    `author` and `committer` are what the commit claims, and so are worth something only where the signature is good.
    """

    commit: str
    state: str
    signer: str = ""
    key: str = ""
    author: str = ""
    committer: str = ""
    said: str = ""


def parse_signatures(answer: bytes) -> tuple[Signature, ...]:
    """What `git log -z` says in FORMAT."""
    texts = answer.decode("utf-8", "replace").split("\0")
    return tuple(_signature(*texts[at : at + len(FIELDS)]) for at in range(0, len(texts) - 1, len(FIELDS)))


def unverified(commits: Sequence[str], found: Sequence[Signature], trust: Trust) -> SourceError | None:
    """Why `commits` may not be applied; None where each of them is signed by somebody who may."""
    signatures = {each.commit: each for each in found}
    bad = [each for commit in commits if (each := signatures.get(commit, Signature(commit, "N"))).state != "G"]
    if not bad:
        return None
    told = "; ".join(f"{_name(each)} {_fault(each, trust)}" for each in bad[:_NAMED])
    more = f"; and {len(bad) - _NAMED} more" if len(bad) > _NAMED else ""
    return SourceError("unverified", f"Not verified, so not applied: {told}{more}.", _remedy(bad[0], trust))


def untraceable(commit: str, applied: str) -> SourceError:
    """The commits between the two are not to be had, so nobody can say who signed them."""
    return SourceError(
        "unverified",
        f"Not verified, so not applied: what leads from {applied[:12]}, the last that was, to {commit[:12]} is not to "
        "be had, or more than 500 generations.",
        "Push in smaller steps; or look through what is new, and start Trueup with TRUEUP_VERIFY=head until it is "
        "applied.",
    )


def _signature(commit: str, state: str, *rest: str) -> Signature:
    *names, said = rest
    signer, fingerprint, key, author, committer = ("".join(filter(str.isprintable, each))[:_LONGEST] for each in names)
    return Signature(commit, state, signer, fingerprint or key, author, committer, said)


def _name(one: Signature) -> str:
    return f"commit {one.commit[:12]}" + (f" (as it says, of {one.author})" if one.author else "")


def _fault(one: Signature, trust: Trust) -> str:
    match one.state:
        case "N":
            return f"has no signature{_unread(trust)}"
        case "U":
            outdated = ", at a time at which the key was not valid" if "verify time" in one.said else ""
            return f"is signed with {one.key}, which is no allowed signer's{outdated}"
        case "E":
            return f"is signed with the GPG key {one.key}, which is not in the keyring"
        case "X" | "Y":
            return f"is signed by {one.signer} with the GPG key {one.key}, and the key or the signature has expired"
        case "R":
            return f"is signed by {one.signer} with the GPG key {one.key}, which was revoked"
        case _:
            return f"has a signature that does not hold: {_why(one.said)}"


def _unread(trust: Trust) -> str:
    if trust.signers is not None and trust.keyring is not None:
        return ""
    kind, name = ("SSH", "ALLOWED_SIGNERS") if trust.signers is None else ("GPG", "GPG_KEYRING")
    return f" that counts (of {kind} none does without TRUEUP_{name})"


def _why(said: str) -> str:
    if "namespace" in said:
        return "it was made, or its key is allowed, for something else than commits"
    if "incorrect signature" in said or "BAD signature" in said:
        return "the commit was changed after it was signed"
    return "it is damaged, or its key was revoked"


def _remedy(one: Signature, trust: Trust) -> str:
    if one.state in "NE" and one.committer == _WEB_FLOW:
        return (
            "GitHub signs what is merged on its pages: add https://github.com/web-flow.gpg to TRUEUP_GPG_KEYRING to "
            "trust whoever may merge there, or merge on a machine of yours."
        )
    match one.state:
        case "U":
            place = "TRUEUP_ALLOWED_SIGNERS" if trust.signers is None else str(trust.signers)
            return f"If you know whose key that is, add it to {place}; else find out who pushed this."
        case "E":
            return "If you know whose key that is, add it to TRUEUP_GPG_KEYRING; else find out who pushed this."
        case _:
            return "Sign it with a key that is allowed (git commit --amend --no-edit -S) and push, or take it back."
