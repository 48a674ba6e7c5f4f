"""The files of keys whose signatures count, cut off at every byte: what is left of one lets nobody in by mistake.

Real git and real programs check them, so that this is what a half-written or half-copied file does.
"""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from controller.source.git import GitSource
from controller.source.git_errors import SourceError
from controller.source.signatures import Trust, Verify
from tests.controller.source.repository import Repository, local
from tests.controller.source.signers import GpgSigners, SshSigner

with_ssh = pytest.mark.skipif(
    shutil.which("ssh-keygen") is None, reason="ssh-keygen is missing: apt-get install openssh-client"
)
with_gpg = pytest.mark.skipif(shutil.which("gpg") is None, reason="gpg is missing: apt-get install gnupg")


@pytest.fixture(scope="module")
def people() -> Iterator[GpgSigners]:
    made = GpgSigners(Path(tempfile.mkdtemp(prefix="gpg")))  # an agent's socket takes a short path
    yield made
    made.close()


class Judged:
    """A commit with a signature, judged by a file of keys that may be cut off."""

    def __init__(self, folder: Path, signing: tuple[str, ...], file: Path, trust: Trust) -> None:
        self._file = file
        repository = Repository(folder / "origin.git")
        repository.signing = signing
        repository.commit({"a": "1"})
        self._source = GitSource(local(repository.path.as_uri(), timeout=60, trust=trust), folder / "state")
        self._revision = self._source.fetch().revision

    def by(self, content: bytes) -> str:
        """Why the commit is not applied by such a file, in a word; empty where it is."""
        self._file.write_bytes(content)
        try:
            self._source.verify(self._revision, None)
        except SourceError as error:
            return error.reason if error.message and error.remedy else "said nothing"
        return ""


@with_ssh
def test_allowed_signers_cut_anywhere_allow_nobody_whose_key_is_not_whole(tmp_path: Path) -> None:
    ann, file = SshSigner(tmp_path, "ann"), tmp_path / "signers"
    judged = Judged(tmp_path, ann.options, file, Trust(Verify.HEAD, signers=file))
    whole, key = ann.line().encode(), ann.public.split()[1].encode()
    complete = whole.index(key) + len(key)
    said = [judged.by(whole[:length]) for length in range(len(whole) + 1)]
    assert set(said[:complete]) <= {"unverified", "local"}
    assert set(said[complete:]) == {""}


@with_gpg
def test_a_keyring_cut_anywhere_gives_an_answer_and_none_of_it_trusts_another_key(
    tmp_path: Path, people: GpgSigners
) -> None:
    ann, eve, file = people.add("Ann"), people.add("Eve"), tmp_path / "keyring"
    by_ann = Judged(tmp_path / "ann", ann, file, Trust(Verify.HEAD, keyring=file))
    by_eve = Judged(tmp_path / "eve", eve, file, Trust(Verify.HEAD, keyring=file))
    whole = people.export("Ann")
    said = [by_ann.by(whole[:length]) for length in range(len(whole))]
    assert set(said) <= {"", "unverified", "local"}
    assert said[len(whole) // 2] != ""
    assert by_ann.by(whole) == ""
    assert by_eve.by(whole) == "unverified"
