"""GitSource against hosts that want a password, refuse, hang, or send elsewhere."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from controller.source.git import GitSource
from controller.source.git_errors import SourceError
from controller.source.remote import GitSettings
from tests.controller.source.certificates import tls
from tests.controller.source.hosts import Host, serving, silence
from tests.controller.source.repository import Repository, local

TOKEN = "s3cret%/to:k@en"


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    Repository(tmp_path / "served" / "app.git").commit({"desired/a.yaml": "kind: Service\n"})
    with serving(Host(tmp_path / "served", "deployer", TOKEN)) as host:
        yield host


def open_source(tmp_path: Path, url: str, **settings: Any) -> GitSource:
    return GitSource(local(**{"url": url, "timeout": 20, **settings}), tmp_path / "state")


def failure(source: GitSource) -> SourceError:
    with pytest.raises(SourceError) as caught:
        source.fetch()
    return caught.value


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_a_token_opens_a_repository_over_http(tmp_path: Path, host: Host) -> None:
    source = open_source(tmp_path, f"{host.url}/app.git", username="deployer", token=TOKEN)
    assert source.files(source.fetch().revision, ("desired",)).files == {"desired/a.yaml": b"kind: Service\n"}


def test_a_token_file_is_read_at_each_look(tmp_path: Path, host: Host) -> None:
    file = tmp_path / "token"
    file.write_text("old\n")
    source = open_source(tmp_path, f"{host.url}/app.git", username="deployer", token_file=file)
    assert failure(source).reason == "wrong-credentials"

    file.write_text(f"{TOKEN}\n")

    assert source.fetch().changed


def test_credentials_in_the_url_are_used_and_never_shown(tmp_path: Path, host: Host) -> None:
    escaped = "s3cret%25%2Fto%3Ak%40en"
    url = host.url.replace("://", f"://deployer:{escaped}@")
    assert open_source(tmp_path, f"{url}/app.git").fetch().changed

    error = failure(open_source(tmp_path, f"{url}/other.git"))

    assert f"{host.url}/other.git" in str(error)
    assert "deployer" not in str(error)
    assert escaped not in str(error)
    assert TOKEN not in str(error)


def test_no_credential_is_left_in_a_file(tmp_path: Path, host: Host) -> None:
    open_source(tmp_path, f"{host.url}/app.git", username="deployer", token=TOKEN).fetch()
    for file in (tmp_path / "state").rglob("*"):
        assert not file.is_file() or b"s3cret" not in file.read_bytes()


def test_a_wrong_token_is_said_without_showing_it(tmp_path: Path, host: Host) -> None:
    error = failure(open_source(tmp_path, f"{host.url}/app.git", username="deployer", token="wr0ng"))
    assert error.reason == "wrong-credentials"
    assert "wr0ng" not in f"{error!r} {error} {error.message} {error.remedy}"


def test_missing_credentials_are_said_at_once(tmp_path: Path, host: Host) -> None:
    error = failure(open_source(tmp_path, f"{host.url}/app.git"))
    assert error.reason == "wrong-credentials"
    assert "none that fit are set" in error.message


@pytest.mark.parametrize(
    ("status", "reason"),
    [(403, "wrong-credentials"), (404, "wrong-credentials"), (500, "unreachable"), (429, "unreachable")],
)
def test_what_a_host_answers_has_its_reason(tmp_path: Path, host: Host, status: int, reason: str) -> None:
    host.status = status
    assert failure(open_source(tmp_path, f"{host.url}/app.git", token=TOKEN)).reason == reason


def test_a_page_that_is_no_repository_is_said(tmp_path: Path, host: Host) -> None:
    host.status = 200
    assert failure(open_source(tmp_path, f"{host.url}/app.git")).reason == "not-a-repository"


def test_a_token_does_not_follow_a_redirect_to_another_host(tmp_path: Path, host: Host) -> None:
    with serving(Host(tmp_path, location=host.url)) as elsewhere:
        error = failure(open_source(tmp_path, f"{elsewhere.url}/app.git", username="deployer", token=TOKEN))
    assert error.reason == "wrong-credentials"
    assert not any(host.authorizations)


def over_tls(tmp_path: Path, url: str, certificate: Path, by: str = "GIT_SSL_CAINFO", **settings: Any) -> GitSource:
    """As the daemon reads it when nothing is allowed beside https and ssh; `by` names the authorities."""
    ambient = {"PATH": os.environ["PATH"], by: str(certificate)}
    return GitSource(GitSettings(url, timeout=20, **settings), tmp_path / "state", ambient)


def test_a_token_opens_a_repository_over_https(tmp_path: Path, host: Host) -> None:
    context, certificate = tls(tmp_path)
    with serving(Host(host.root, "deployer", TOKEN, tls=context)) as safe:
        source = over_tls(tmp_path, f"{safe.url}/app.git", certificate, username="deployer", token=TOKEN)
        assert source.fetch().changed


@pytest.mark.parametrize("by", ["SSL_CERT_FILE", "GIT_SSL_CAINFO"])
def test_a_certificate_is_trusted_by_the_file_of_either_name(tmp_path: Path, host: Host, by: str) -> None:
    context, certificate = tls(tmp_path)
    with serving(Host(host.root, tls=context)) as safe:
        assert over_tls(tmp_path, f"{safe.url}/app.git", certificate, by).fetch().changed


def test_a_certificate_of_nobody_is_not_trusted(tmp_path: Path, host: Host) -> None:
    context, _ = tls(tmp_path)
    ours = tmp_path / "ours"
    ours.mkdir()
    _, other = tls(ours)
    with serving(Host(host.root, "deployer", TOKEN, tls=context)) as safe:
        error = failure(over_tls(tmp_path, f"{safe.url}/app.git", other, token=TOKEN))
        assert safe.authorizations == []
    assert error.reason == "host-key"


def test_a_redirect_from_https_to_http_is_not_followed(tmp_path: Path, host: Host) -> None:
    host.password = ""
    context, certificate = tls(tmp_path)
    with serving(Host(tmp_path, location=host.url, tls=context)) as safe:
        error = failure(over_tls(tmp_path, f"{safe.url}/app.git", certificate))
        assert host.authorizations == []
        assert error.reason == "refused"
        allowed = over_tls(tmp_path, f"{safe.url}/app.git", certificate, allow=frozenset({"http"}))
        assert allowed.fetch().changed


def test_a_closed_port_is_unreachable(tmp_path: Path) -> None:
    with silence() as port:
        pass
    for scheme in ("http", "git"):
        assert failure(open_source(tmp_path, f"{scheme}://127.0.0.1:{port}/app.git")).reason == "unreachable"


def commands() -> dict[int, bytes]:
    found = {}
    for process in Path("/proc").iterdir():
        if process.name.isdigit():
            try:
                found[int(process.name)] = (process / "cmdline").read_bytes()
            except OSError:
                continue
    return found


def alive_in_group(group: int) -> list[str]:
    """The processes of a group that are more than an entry waiting for its parent to look."""
    found = []
    for process in Path("/proc").iterdir():
        if process.name.isdigit():
            try:
                name, _, facts = (process / "stat").read_text().rpartition(")")
            except OSError:
                continue
            state, _, its_group = facts.split()[:3]
            found += [name] if int(its_group) == group and state != "Z" else []
    return found


def with_port(port: int) -> list[int]:
    return [number for number, command in commands().items() if f":{port}/".encode() in command]


@pytest.mark.parametrize("scheme", ["http", "git"])
def test_a_host_that_hangs_is_left_in_time_and_nothing_stays_behind(tmp_path: Path, scheme: str) -> None:
    with silence() as port:
        source = open_source(tmp_path, f"{scheme}://127.0.0.1:{port}/app.git", timeout=0.5)
        error = failure(source)

        assert error.reason == "timeout"
        until(lambda: with_port(port) == [])


def test_credentials_stand_in_no_command_line(tmp_path: Path) -> None:
    with silence() as port:
        source = open_source(tmp_path, f"http://deployer:s3cret@127.0.0.1:{port}/app.git", token="0ther")
        errors: list[SourceError] = []
        thread = threading.Thread(target=lambda: errors.append(failure(source)))
        thread.start()
        until(lambda: len(with_port(port)) >= 2)
        seen = b"\n".join(commands()[number] for number in with_port(port) if number in commands())
        source.close()
        thread.join(10)

    assert f"127.0.0.1:{port}/app.git".encode() in seen
    assert b"s3cret" not in seen
    assert b"0ther" not in seen
    assert [error.reason for error in errors] == ["stopped"]


def test_after_closing_nothing_is_asked_any_more(tmp_path: Path, host: Host) -> None:
    source = open_source(tmp_path, f"{host.url}/app.git")
    source.close()
    assert failure(source).reason == "stopped"
    assert host.authorizations == []


def test_a_child_that_ignores_the_end_is_ended_all_the_same(tmp_path: Path) -> None:
    programs = tmp_path / "programs"
    programs.mkdir()
    stubborn = programs / "git"
    stubborn.write_text(f"#!/bin/sh\ntrap '' TERM\necho $$ >{tmp_path}/pid\nsleep 60 & wait; sleep 60\n")
    stubborn.chmod(0o755)
    path = f"{programs}:{os.environ['PATH']}"
    source = GitSource(local(str(tmp_path), timeout=0.3), tmp_path / "state", {"PATH": path})

    assert failure(source).reason == "timeout"

    group = int((tmp_path / "pid").read_text())
    until(lambda: alive_in_group(group) == [])


def test_no_git_at_all_is_said(tmp_path: Path) -> None:
    source = GitSource(local("/nowhere"), tmp_path / "state", {"PATH": str(tmp_path)})
    error = failure(source)
    assert (error.reason, error.message) == ("local", "git is not installed.")


def test_nothing_of_the_users_configuration_takes_part(tmp_path: Path, host: Host) -> None:
    (tmp_path / ".gitconfig").write_text('[url "http://127.0.0.1:1/"]\n\tinsteadOf = http://\n')
    ambient = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "GIT_DIR": "/nowhere",
        "GIT_SSH_COMMAND": "false",
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "http.proxy",
        "GIT_CONFIG_VALUE_0": "http://127.0.0.1:1",
    }
    settings = local(f"{host.url}/app.git", username="deployer", token=TOKEN)
    assert GitSource(settings, tmp_path / "state", ambient).fetch().changed


def test_another_users_repository_and_mirror_are_read(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give files away")
    repository = Repository(tmp_path / "app.git")
    repository.commit({"desired/a": "1"})
    open_source(tmp_path, str(repository.path)).fetch()
    for place in (repository.path, tmp_path / "state"):
        subprocess.run(["chown", "-R", "12345:12345", str(place)], check=True)
    repository_url = f"file://{repository.path}"

    source = open_source(tmp_path, repository_url)

    assert source.files(source.fetch().revision, ("desired",)).files == {"desired/a": b"1"}
