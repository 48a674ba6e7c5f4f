"""People who sign commits, with keys made on the spot."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class SshSigner:
    """Somebody with an SSH key below `folder`. `namespace`: what they sign for; git checks for `git`."""

    folder: Path
    name: str
    namespace: str = "git"

    def __post_init__(self) -> None:
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", self.name, "-f", str(self._key))

    @property
    def options(self) -> tuple[str, ...]:
        """What lets git sign as this one."""
        program = self.folder / f"{self.name}-signs"
        program.write_text(f'#!/bin/sh\nshift 4\nexec ssh-keygen -Y sign -n {self.namespace} "$@"\n')
        program.chmod(0o755)
        return options("ssh", str(self._key), "gpg.ssh.program", program)

    @property
    def public(self) -> str:
        """The public key, in a line."""
        return self._key.with_suffix(".pub").read_text()

    @property
    def fingerprint(self) -> str:
        return run("ssh-keygen", "-lf", str(self._key)).split()[1]

    def line(self, options: str = "") -> str:
        """The line of a file of allowed signers."""
        return f"{self.name}@example.com {options} {self.public}"

    @property
    def _key(self) -> Path:
        return self.folder / self.name


@dataclass(frozen=True)
class GpgSigners:
    """People with GPG keys in a home of their own. `close` ends the agent that signing starts."""

    home: Path

    def add(self, name: str, expires: str = "never", at: str = "") -> tuple[str, ...]:
        """A new key. `at`: made, and used, at that time. Gives what lets git sign with it."""
        program = self.home / f"{name}-signs"
        faked = f"--faked-system-time {at}" if at else ""
        program.write_text(f'#!/bin/sh\nexec gpg --homedir {self.home} {faked} "$@"\n')
        program.chmod(0o755)
        run(str(program), "--batch", "--passphrase", "", "--quick-gen-key", name, "ed25519", "sign", expires)
        return options("openpgp", f"={name}", "gpg.program", program)

    def fingerprint(self, name: str) -> str:
        said = run("gpg", "--homedir", str(self.home), "--with-colons", "--list-keys", f"={name}")
        return next(line.split(":")[9] for line in said.splitlines() if line.startswith("fpr"))

    def revoke(self, name: str) -> None:
        kept = self.home / "openpgp-revocs.d" / f"{self.fingerprint(name)}.rev"
        kept.write_text(kept.read_text().replace(":-----BEGIN", "-----BEGIN"))
        run("gpg", "--homedir", str(self.home), "--batch", "--import", str(kept))

    def export(self, *names: str) -> bytes:
        """Their public keys, as a keyring holds them."""
        return run("gpg", "--homedir", str(self.home), "--armor", "--export", *(f"={name}" for name in names)).encode()

    def close(self) -> None:
        run("gpgconf", "--homedir", str(self.home), "--kill", "all")
        shutil.rmtree(self.home, ignore_errors=True)


def options(kind: str, key: str, program: str, path: Path) -> tuple[str, ...]:
    return ("-c", f"gpg.format={kind}", "-c", f"user.signingKey={key}", "-c", f"{program}={path}")


def run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout
