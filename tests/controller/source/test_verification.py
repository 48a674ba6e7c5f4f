"""Signatures by real keys, checked by real git: what is applied, and what is said of the rest."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from controller.source.git import GitSource
from controller.source.git_errors import SourceError
from controller.source.process import Runner
from controller.source.rendering import render_in_process
from controller.source.repository import Repository as Polled
from controller.source.signatures import Trust, Verify
from controller.source.trusted_keys import TrustedKeys
from reconcilers.outcome import Retry
from tests.controller.notes import FakeNotes
from tests.controller.source.repository import Repository, local
from tests.controller.source.signers import GpgSigners, SshSigner
from tests.controller.source.test_git_hosts import commands

pytestmark = pytest.mark.skipif(
    shutil.which("ssh-keygen") is None, reason="ssh-keygen is missing: apt-get install openssh-client"
)
with_gpg = pytest.mark.skipif(shutil.which("gpg") is None, reason="gpg is missing: apt-get install gnupg")


@dataclass
class Court:
    """A repository that Ann may sign for, and Eve may not. `trust` is what the next look goes by."""

    folder: Path
    trust: Trust

    def __post_init__(self) -> None:
        self.repository = Repository(self.folder / "origin.git")
        self.ann, self.eve = SshSigner(self.folder, "ann"), SshSigner(self.folder, "eve")
        self.allow(self.ann.line())
        self.serial = 0

    def allow(self, *lines: str) -> None:
        (self.folder / "signers").write_text("\n".join(lines))
        self.trust = replace(self.trust, signers=self.folder / "signers")

    def commit(self, signing: tuple[str, ...] = ()) -> str:
        self.serial += 1
        self.repository.signing = signing
        return self.repository.commit({"a": str(self.serial)}, f"Change {self.serial}")

    def start(self, notes: FakeNotes | None = None) -> str:
        """What a new process on the same disk says against the newest commit at its first look."""
        settings = local(self.repository.path.as_uri(), timeout=60, trust=self.trust)
        git = GitSource(settings, self.folder / "state", notes=notes)
        polled = Polled(git, "desired", render_in_process)
        try:
            polled.poll(None)
        except SourceError as error:
            return f"{error.reason}: {error}"
        finally:
            polled.close()
        return ""

    def look(self, applied: str | None = None) -> str:
        """What is said against the newest commit; empty where it may be applied."""
        source = GitSource(local(self.repository.path.as_uri(), timeout=60, trust=self.trust), self.folder / "state")
        try:
            source.verify(source.fetch().revision, applied)
        except SourceError as error:
            return f"{error.reason}: {error}"
        return ""


@pytest.fixture
def court(tmp_path: Path) -> Court:
    return Court(tmp_path, Trust(Verify.HEAD))


@pytest.fixture
def every(court: Court) -> Court:
    court.trust = replace(court.trust, verify=Verify.EVERY)
    return court


@pytest.fixture(scope="module")
def people() -> Iterator[GpgSigners]:
    # An agent's socket has a path of at most 107 bytes, and pytest's folders are long.
    made = GpgSigners(Path(tempfile.mkdtemp(prefix="gpg")))
    yield made
    made.close()


def test_without_a_policy_nothing_is_asked(court: Court) -> None:
    court.trust = Trust()
    court.commit()
    assert court.look() == ""
    assert not (court.folder / "state" / "no-signers").exists()


def test_the_head_of_an_allowed_signer_is_applied(court: Court) -> None:
    court.commit(court.ann.options)
    assert court.look() == ""


def test_an_unsigned_head_is_not_applied(court: Court) -> None:
    commit = court.commit()
    assert court.look().startswith(
        f"unverified: Not verified, so not applied: commit {commit[:12]} (as it says, of Ada) has no"
    )


def test_a_head_signed_by_somebody_else_is_not_applied_and_the_key_is_named(court: Court) -> None:
    court.commit(court.eve.options)
    said = court.look()
    assert f"is signed with {court.eve.fingerprint}, which is no allowed signer's" in said
    assert str(court.folder / "signers") in said


def test_a_signer_who_is_added_counts_at_the_next_look(court: Court) -> None:
    court.commit(court.eve.options)
    assert court.look() != ""
    court.allow(court.ann.line(), court.eve.line())
    assert court.look() == ""


def test_a_signature_for_something_else_than_commits_does_not_count(court: Court) -> None:
    court.commit(SshSigner(court.folder, "files", "file").options)
    assert "for something else than commits" in court.look()


def test_a_key_that_is_allowed_for_something_else_does_not_count(court: Court) -> None:
    court.allow(court.ann.line('namespaces="file"'))
    court.commit(court.ann.options)
    assert "for something else than commits" in court.look()


def test_a_key_counts_only_at_the_times_at_which_it_is_allowed(court: Court) -> None:
    court.commit(court.ann.options)  # in November 2023
    court.allow(court.ann.line('valid-before="20230101"'))
    assert "at a time at which the key was not valid" in court.look()
    court.allow(court.ann.line('valid-before="20240101"'))
    assert court.look() == ""


def test_a_revoked_key_does_not_count(court: Court) -> None:
    court.commit(court.ann.options)
    revoked = court.folder / "revoked"
    revoked.write_text(court.ann.public)
    court.trust = replace(court.trust, revoked=revoked)
    assert "its key was revoked" in court.look()


def test_a_commit_that_was_changed_after_it_was_signed_is_not_applied(court: Court) -> None:
    commit = court.commit(court.ann.options)
    content = court.repository.git("cat-file", "commit", commit).replace("Change 1", "Change 2")
    court.repository.reset(court.repository.git("hash-object", "-t", "commit", "-w", "--stdin", stdin=content.encode()))
    assert "was changed after it was signed" in court.look()


@pytest.mark.parametrize("missing", ["signers", "revoked", "keyring"])
def test_a_file_that_is_not_there_lets_nothing_through(court: Court, missing: str) -> None:
    court.commit(court.ann.options)
    court.trust = replace(court.trust, **{missing: court.folder / "nowhere"})  # type: ignore[arg-type]
    assert "nowhere cannot be read: No such file" in court.look()


def test_without_anybody_who_may_sign_nothing_is_applied(court: Court) -> None:
    court.commit(court.ann.options)
    court.trust = Trust(Verify.HEAD)
    assert "which is no allowed signer's" in court.look()


def test_below_a_signed_head_anything_goes_where_only_the_head_counts(court: Court) -> None:
    applied = court.commit(court.ann.options)
    court.commit()
    court.commit(court.ann.options)
    assert court.look(applied) == ""


def test_an_unsigned_commit_below_a_signed_head_is_found(every: Court) -> None:
    applied = every.commit(every.ann.options)
    unsigned = every.commit()
    every.commit(every.ann.options)
    assert f"commit {unsigned[:12]}" in every.look(applied)


def test_every_commit_signed_is_applied_together(every: Court) -> None:
    applied = every.commit()
    for _ in range(3):
        every.commit(every.ann.options)
    assert every.look(applied) == ""


def test_what_was_applied_is_not_asked_for_again(every: Court) -> None:
    every.commit()
    applied = every.commit()
    every.commit(every.ann.options)
    assert every.look(applied) == ""


def test_before_anything_was_applied_the_head_alone_is_asked_for(every: Court) -> None:
    every.commit()
    every.commit(every.ann.options)
    assert every.look() == ""


def test_what_a_merge_brings_in_must_be_signed_too(every: Court) -> None:
    base = every.commit(every.ann.options)
    tree = every.repository.git("rev-parse", f"{base}^{{tree}}")
    every.repository.signing = ()
    side = every.repository.made(tree, (base,), "From the side")
    applied = every.commit(every.ann.options)
    every.repository.merge(side)
    assert f"commit {side[:12]}" in every.look(applied)


def test_a_branch_forced_back_is_asked_for_its_head(every: Court) -> None:
    unsigned = every.commit()
    applied = every.commit(every.ann.options)
    every.repository.reset(unsigned)
    assert f"commit {unsigned[:12]}" in every.look(applied)


def test_a_branch_forced_elsewhere_is_asked_for_all_that_is_new(every: Court) -> None:
    base = every.commit()
    applied = every.commit(every.ann.options)
    every.repository.reset(base)
    unsigned = every.commit()
    every.commit(every.ann.options)
    said = every.look(applied)
    assert f"commit {unsigned[:12]}" in said
    assert base[:12] not in said


def test_a_branch_forced_elsewhere_with_signatures_is_applied(every: Court) -> None:
    base = every.commit()
    applied = every.commit(every.ann.options)
    every.repository.reset(base)
    every.commit(every.ann.options)
    every.commit(every.ann.options)
    assert every.look(applied) == ""


def test_a_last_commit_that_the_host_has_forgotten_is_said(every: Court) -> None:
    every.commit(every.ann.options)
    assert "start Trueup with TRUEUP_VERIFY=head until it is applied" in every.look("1" * 40)


def test_more_commits_than_can_be_looked_at_are_not_applied(every: Court) -> None:
    applied = every.commit()
    lines = [
        f"commit refs/heads/main\ncommitter G <g@h> {number} +0000\ndata 0\n"
        + (f"from {applied}\n" if not number else "")
        for number in range(501)
    ]
    every.repository.git("fast-import", "--quiet", stdin="".join(lines).encode())
    every.commit(every.ann.options)
    assert "more than 500 generations" in every.look(applied)


def test_a_commit_that_was_refused_is_refused_after_a_restart(every: Court) -> None:
    every.commit(every.ann.options)
    assert every.start() == ""
    foreign = every.commit(every.eve.options)
    every.commit(every.ann.options)
    assert [f"commit {foreign[:12]}" in every.start() for _ in range(2)] == [True, True]


def test_what_was_signed_while_nothing_ran_is_applied_at_the_start(every: Court) -> None:
    every.commit()
    every.commit(every.ann.options)
    assert every.start() == ""
    for _ in range(3):
        every.commit(every.ann.options)
    assert every.start() == ""


def test_a_restart_at_the_commit_that_was_applied_applies_it(every: Court) -> None:
    every.commit(every.ann.options)
    assert [every.start() for _ in range(2)] == ["", ""]


def test_a_branch_forced_elsewhere_while_nothing_ran_is_asked_for_all_that_is_new(every: Court) -> None:
    base = every.commit(every.ann.options)
    every.commit(every.ann.options)
    assert every.start() == ""
    every.repository.reset(base)
    foreign = every.commit(every.eve.options)
    every.commit(every.ann.options)
    assert f"commit {foreign[:12]}" in every.start()


def test_a_lost_mirror_asks_no_less(every: Court) -> None:
    every.commit(every.ann.options)
    assert every.start() == ""
    foreign = every.commit(every.eve.options)
    every.commit(every.ann.options)
    for mirror in (every.folder / "state").glob("*.git"):
        shutil.rmtree(mirror)
    assert f"commit {foreign[:12]}" in every.start()


def test_a_lost_disk_is_as_before_anything_was_applied(every: Court) -> None:
    every.commit(every.ann.options)
    assert every.start() == ""
    every.commit(every.eve.options)
    every.commit(every.ann.options)
    shutil.rmtree(every.folder / "state")
    assert every.start() == ""


def test_where_the_disk_is_lost_a_note_tells_what_to_go_on_from(every: Court) -> None:
    notes = FakeNotes()
    every.commit(every.ann.options)
    assert every.start(notes) == ""
    foreign = every.commit(every.eve.options)
    every.commit(every.ann.options)
    shutil.rmtree(every.folder / "state")
    assert [f"commit {foreign[:12]}" in every.start(notes) for _ in range(2)] == [True, True]


def test_a_note_that_cannot_be_read_leaves_the_commit_alone(every: Court) -> None:
    every.commit(every.ann.options)
    said = every.start(FakeNotes(refuses=Retry("Timeout", "no answer in time")))
    assert said.startswith("unreachable: The lease table")


def test_who_verifies_nothing_asks_nothing_of_the_notes(court: Court) -> None:
    court.trust = Trust()
    court.commit()
    assert court.start(FakeNotes(refuses=Retry("Timeout", "no answer in time"))) == ""


def test_what_was_applied_under_another_policy_is_gone_on_from(every: Court) -> None:
    every.trust = replace(every.trust, verify=Verify.OFF)
    every.commit()
    assert every.start() == ""
    unsigned = every.commit()
    every.commit(every.ann.options)
    every.trust = replace(every.trust, verify=Verify.EVERY)
    assert f"commit {unsigned[:12]}" in every.start()
    every.trust = replace(every.trust, verify=Verify.HEAD)
    assert every.start() == ""
    every.trust = replace(every.trust, verify=Verify.EVERY)
    assert every.start() == ""


@with_gpg
def test_a_key_of_the_keyring_counts_and_no_other(court: Court, people: GpgSigners) -> None:
    keyring = court.folder / "keys.asc"
    bob, mallory = people.add("Bob"), people.add("Mallory")
    keyring.write_bytes(people.export("Bob"))
    court.trust = replace(court.trust, keyring=keyring)
    court.commit(bob)
    assert court.look() == ""
    court.commit(mallory)
    assert f"{people.fingerprint('Mallory')[-16:]}, which is not in the keyring" in court.look()
    keyring.write_bytes(people.export("Bob", "Mallory"))
    assert court.look() == ""


@with_gpg
def test_a_gpg_signature_counts_for_nothing_without_a_keyring(court: Court, people: GpgSigners) -> None:
    court.commit(people.add("Carol"))
    assert "of GPG none does without TRUEUP_GPG_KEYRING" in court.look()


@pytest.fixture
def said(every: Court) -> Path:
    """What a program that vouches for everybody leaves behind when it is run, in a court that refused Eve's commit."""
    ran = every.folder / "ran"
    program = every.folder / "program"
    program.write_text(f"#!/bin/sh\ntouch {ran}\necho 'Good \"git\" signature for ann@example.com with X key Y'\n")
    program.chmod(0o755)
    every.commit(every.ann.options)
    assert every.start() == ""
    every.commit(every.eve.options)
    assert every.start().startswith("unverified")
    return ran


@pytest.mark.parametrize("written", ["config", "elsewhere/config"])
def test_a_program_that_the_mirrors_configuration_names_is_not_run(every: Court, said: Path, written: str) -> None:
    (mirror,) = (every.folder / "state").glob("*.git")
    (mirror / "elsewhere").mkdir()
    config = (mirror / "config").read_text()
    (mirror / written).write_text(f'{config}[gpg "ssh"]\n\tprogram = {said.with_name("program")}\n')
    if written != "config":
        (mirror / "commondir").write_text("elsewhere\n")
    assert every.start().startswith("unverified")
    assert not said.exists()


def test_a_parent_that_is_struck_out_beside_the_commits_is_verified_all_the_same(every: Court) -> None:
    every.commit(every.ann.options)
    assert every.start() == ""
    every.commit(every.eve.options)
    assert every.start().startswith("unverified")
    tip = every.commit(every.ann.options)
    (mirror,) = (every.folder / "state").glob("*.git")
    (mirror / "info").mkdir(exist_ok=True)
    (mirror / "info" / "grafts").write_text(f"{tip}\n")
    assert every.start().startswith("unverified")


def test_each_kind_of_signature_is_checked_by_a_program_that_is_named(tmp_path: Path) -> None:
    options = TrustedKeys(Trust(Verify.EVERY), tmp_path, Runner(tmp_path), {}).keys().options
    assert {"gpg.program=false", "gpg.ssh.program=ssh-keygen", "gpg.x509.program=false"} <= set(options)


@with_gpg
def test_expired_and_revoked_gpg_keys_do_not_count(court: Court, people: GpgSigners) -> None:
    keyring = court.folder / "keys.asc"
    court.trust = replace(court.trust, keyring=keyring)
    old, lost = people.add("Old", "30d", at="20200101T000000"), people.add("Lost")
    court.commit(old)
    keyring.write_bytes(people.export("Old"))
    assert "has expired" in court.look()
    court.commit(lost)
    keyring.write_bytes(people.export("Lost"))
    assert court.look() == ""
    people.revoke("Lost")
    keyring.write_bytes(people.export("Lost"))
    assert "which was revoked" in court.look()


@with_gpg
def test_a_keyring_without_a_key_lets_nothing_through(court: Court) -> None:
    keyring = court.folder / "keys.asc"
    keyring.write_text("no key\n")
    court.trust = replace(court.trust, keyring=keyring)
    court.commit(court.ann.options)
    assert "holds no key that gpg can read" in court.look()


@with_gpg
def test_checking_leaves_no_agent_behind(court: Court, people: GpgSigners) -> None:
    keyring = court.folder / "keys.asc"
    court.commit(people.add("Dan"))
    keyring.write_bytes(people.export("Dan"))
    court.trust = replace(court.trust, keyring=keyring)
    assert court.look() == ""
    assert not [each for each in commands().values() if str(court.folder).encode() in each]
    assert list((court.folder / "state" / "gnupg").glob("*/S.*")) == []


def test_a_missing_program_is_said_with_its_package(court: Court) -> None:
    court.commit()
    programs = court.folder / "programs"
    programs.mkdir()
    for name in ("git", "sh"):
        (programs / name).symlink_to(shutil.which(name) or "")
    settings = local(court.repository.path.as_uri(), timeout=60, trust=court.trust)
    source = GitSource(settings, court.folder / "state", {"PATH": str(programs)})
    with pytest.raises(SourceError, match=r"ssh-keygen is not installed.*apt-get install openssh-client"):
        source.verify(source.fetch().revision, None)
