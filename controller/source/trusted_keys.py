"""The keys whose signatures count, laid out for git: nobody's own keyring takes part, and no agent is started."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from controller.source.git_errors import SourceError, stopped, too_slow, unusable
from controller.source.process import Completed, Runner, TimedOutError
from controller.source.signatures import Trust

# The keyring holds the keys that are trusted and no others, so gpg need not ask whether they are. It looks for no key
# elsewhere and starts neither agent nor dirmngr: to check a signature takes neither.
_GPG_CONFIGURATION = """\
batch
no-tty
no-greeting
no-autostart
disable-dirmngr
no-auto-key-retrieve
no-auto-key-import
trust-model always
"""
_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Keys:
    """What git is given: options that go before its command, and more of an environment."""

    options: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)


class TrustedKeys:
    """Lays out the keys of `trust` below `home`. Files are read anew each time: a change counts at the next look."""

    def __init__(self, trust: Trust, home: Path, runner: Runner, surroundings: Mapping[str, str]) -> None:
        self._trust = trust
        self._home = home
        self._runner = runner
        self._surroundings = surroundings

    def keys(self) -> Keys:
        """The keys as they are now. Raises SourceError `local` where they, or the programs for them, are not there."""
        ssh = self._ssh()
        if self._trust.keyring is None:
            return Keys((*_option("gpg.program", "false"), *ssh))
        content = _content(self._trust.keyring, "GPG_KEYRING")
        return Keys((*_option("gpg.program", "gpg"), *ssh), {"GNUPGHOME": str(self._gpg_home(content))})

    def _ssh(self) -> tuple[str, ...]:
        signers = self._trust.signers
        if signers is None:
            signers = self._home / "no-signers"
            signers.write_bytes(b"")
        else:
            self._require("ssh-keygen", "openssh-client")
            _content(signers, "ALLOWED_SIGNERS")
        options = [*_option("gpg.ssh.allowedSignersFile", str(signers.absolute()))]
        if self._trust.revoked is not None:
            _content(self._trust.revoked, "REVOKED_SIGNERS")
            options += _option("gpg.ssh.revocationFile", str(self._trust.revoked.absolute()))
        # Each kind has its program named here, so that no configuration beside the mirror can name another.
        return (*options, *_option("gpg.ssh.program", "ssh-keygen"), *_option("gpg.x509.program", "false"))

    def _gpg_home(self, content: bytes) -> Path:
        """A home of gpg's with exactly the keys of `content`, made once for each content."""
        folder = self._home / "gnupg"
        home = folder / hashlib.sha256(_GPG_CONFIGURATION.encode() + content).hexdigest()[:16]
        if home.exists():
            return home
        self._require("gpg", "gnupg")
        try:
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(mode=0o700)
            fresh = Path(tempfile.mkdtemp(dir=folder))
            (fresh / "gpg.conf").write_text(_GPG_CONFIGURATION, "ascii")
        except OSError as error:
            raise unusable(str(folder), error) from None
        done = self._run(["gpg", "--homedir", str(fresh), "--status-fd", "1", "--import"], content)
        if b"[GNUPG:] IMPORT_OK" not in done.output:
            raise SourceError(
                "local",
                f"The keyring {self._trust.keyring} holds no key that gpg can read.",
                "Make it with `gpg --armor --export KEY ...`.",
            )
        return fresh.rename(home)

    def _run(self, command: list[str], stdin: bytes) -> Completed:
        try:
            return self._runner.run(command, self._surroundings, _SECONDS, stdin)
        except TimedOutError:
            raise too_slow("gpg", _SECONDS) from None
        except InterruptedError:
            raise stopped() from None
        except OSError as error:
            raise unusable("gpg", error) from None

    def _require(self, program: str, package: str) -> None:
        if shutil.which(program, path=self._surroundings.get("PATH")) is None:
            message = f"{program} is not installed, and without it no signature can be checked."
            raise SourceError("local", message, f"Install it: apt-get install {package}.")


def _option(name: str, value: str) -> tuple[str, str]:
    return ("-c", f"{name}={value}")


def _content(file: Path, name: str) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        message = f"{file} cannot be read: {error.strerror}. So no signature can be checked."
        raise SourceError("local", message, f"Put it there, or name another: TRUEUP_{name}.") from None
