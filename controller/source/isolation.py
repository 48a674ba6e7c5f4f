"""The surroundings git runs in: nothing of the user's or the machine's configuration, no prompts, no other transports.

Credentials travel in git's environment, which only this user can read, and from there through a credential helper that
answers for one site alone. They are in no file, no command line, and follow no redirect to another host.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path

from controller.source.remote import GitSettings, Remote

# What of the daemon's own environment a network needs: where programs are, proxies, trusted authorities, an ssh agent.
_PASSED_ON = (
    *("PATH", "TMPDIR", "SSH_AUTH_SOCK", "SSL_CERT_FILE", "SSL_CERT_DIR", "GIT_SSL_CAINFO", "GIT_SSL_CAPATH"),
    *("http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY"),
)

_HELPER = (
    r"!f() { test \"$1\" = get && "
    r"printf 'username=%s\\npassword=%s\\n' \"$TRUEUP_GIT_USERNAME\" \"$TRUEUP_GIT_PASSWORD\"; }; f"
)

# safe.directory: mirrors on volumes and repositories on this machine may belong to another user.
# unpackLimit: each fetch adds one pack instead of many small files. The low speed limit ends a transfer that stands
# still even if nobody is left to end it.
_CONFIGURATION = """\
[safe]
\tdirectory = *
[core]
\thooksPath = /dev/null
[gc]
\tauto = 0
[maintenance]
\tauto = false
[fetch]
\tunpackLimit = 1
[http]
\tlowSpeedLimit = 1
\tlowSpeedTime = {seconds}
"""


def configuration(remote: Remote, settings: GitSettings) -> str:
    """The text of git's only configuration file. It holds no secret."""
    text = _CONFIGURATION.format(seconds=_seconds(settings))
    if remote.password and remote.site:
        site = remote.site.replace("\\", "\\\\").replace('"', '\\"')
        text += f'[credential "{site}"]\n\thelper = "{_HELPER}"\n'
    return text


def environment(ambient: Mapping[str, str], home: Path, settings: GitSettings) -> dict[str, str]:
    """Everything git gets to see of its surroundings; `home` is a directory of ours, with the configuration in it."""
    return {
        **{name: ambient[name] for name in _PASSED_ON if name in ambient},
        **_authorities(ambient),
        "HOME": str(home),
        "LC_ALL": "C",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": str(home / "config"),
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_CEILING_DIRECTORIES": str(home.parent),
        "GIT_ALLOW_PROTOCOL": ":".join(settings.transports),
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_LITERAL_PATHSPECS": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_GRAFT_FILE": "/dev/null",
        "GIT_SSH_VARIANT": "ssh",
        "GIT_SSH_COMMAND": _ssh(settings),
        **{f"GIT_{role}_{what}": "trueup" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
    }


def credentials(remote: Remote) -> dict[str, str]:
    """What the commands that go to the network get beside it."""
    if not remote.password:
        return {}
    return {"TRUEUP_GIT_USERNAME": remote.username, "TRUEUP_GIT_PASSWORD": remote.password}


def _authorities(ambient: Mapping[str, str]) -> dict[str, str]:
    """SSL_CERT_FILE in git's own word: only OpenSSL reads the other, and Debian's git speaks TLS with GnuTLS."""
    file = ambient.get("GIT_SSL_CAINFO") or ambient.get("SSL_CERT_FILE")
    return {"GIT_SSL_CAINFO": file} if file else {}


def _ssh(settings: GitSettings) -> str:
    seconds = _seconds(settings)
    options = [
        "BatchMode=yes",
        "StrictHostKeyChecking=yes",
        f"ConnectTimeout={seconds}",
        f"ServerAliveInterval={seconds}",
        "ServerAliveCountMax=1",
        "ControlMaster=no",
        "ControlPath=none",
        "ForwardAgent=no",
        "PermitLocalCommand=no",
        "UpdateHostKeys=no",
    ]
    if settings.known_hosts_file is not None:
        known_hosts = str(settings.known_hosts_file).replace("%", "%%")
        options += [f'UserKnownHostsFile="{known_hosts}"', "GlobalKnownHostsFile=/dev/null"]
    key = []
    if settings.ssh_key_file is not None:
        options.append("IdentitiesOnly=yes")
        key = ["-i", str(settings.ssh_key_file)]
    # Neither the user's nor the machine's configuration of ssh: it could name other keys, hosts and commands.
    return shlex.join(["ssh", "-F", "none", *key, *(part for option in options for part in ("-o", option))])


def _seconds(settings: GitSettings) -> int:
    return max(1, round(settings.timeout))
