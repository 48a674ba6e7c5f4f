from __future__ import annotations

import os
from pathlib import Path

import pytest

from controller.source.git import GitSource
from controller.source.git_errors import SourceError
from controller.source.isolation import configuration, credentials, environment
from controller.source.remote import GitSettings, remote
from reconcilers.aws.sanitize import sanitized
from tests.controller.source.repository import Repository, local


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ("https://git.example/team/app.git", "https://git.example/team/app.git"),
        ("https://git.example:8443/app.git", "https://git.example:8443/app.git"),
        ("https://u:p%40@git.example/app.git", "https://git.example/app.git"),
        ("ssh://git@git.example:22/app.git", "ssh://git@git.example:22/app.git"),
        ("ssh://git:pw@git.example/app.git", "ssh://git@git.example/app.git"),
        ("git@git.example:team/app.git", "git@git.example:team/app.git"),
        ("git.example:app.git", "git.example:app.git"),
        ("git://127.0.0.1/app.git", "git://127.0.0.1/app.git"),
        ("file:///srv/app.git", "file:///srv/app.git"),
        ("/srv/app.git", "/srv/app.git"),
        ("srv/app.git", f"{Path.cwd()}/srv/app.git"),
    ],
)
def test_an_address_is_taken_without_its_credentials(given: str, url: str) -> None:
    assert remote(local(given)).url == url


@pytest.mark.parametrize(
    "given",
    [
        "",
        "-uc=touch x",
        "--upload-pack=touch",
        "ext::sh -c touch",
        "ext::id",
        "fd::17",
        "https::https://u:p@h/x",
        "gopher://git.example/x",
        "https://-oProxyCommand=id/x",
        "ssh://-oProxyCommand=id/x",
        "-oProxyCommand=id:x",
        "git@-oProxyCommand=id:x",
        "https:///x",
        "https://h/x?private_token=s3cret",
        "https://[h/x",
        "https://h/x\nhttps://h/y",
        "https://h/a b",
        "file://u:s3cret@h/x",
        "u:s3cret@h:x",
        "u:s3cret/z@h:x",
        "https://u:s3cret/z@127.0.0.1:1/y",
        "https://u:1/s3cret@h/y",
        "https://u:s3cret/z",
        "ssh://u:s3cret/z@h/y",
        "https://u:s3cret?z@h/y",
        "https://u:s3cret#z@h/y",
        "https://u:s3cret z@h/y",
        "https://h/y?user=a@s3cret",
        "https:/u:s3cret@h/x",
        "https//u:s3cret@h/x",
        "HTTPS:u:s3cret@h/x",
        "https:/h/x",
        "https//h/x",
    ],
)
def test_an_address_that_git_could_misread_is_refused(given: str) -> None:
    with pytest.raises(SourceError) as caught:
        remote(local(given))
    assert caught.value.reason == "refused"
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize("given", ["https://u:s3cret/z@h/y", "https://u:s3cret z@h/y", "https://u:s3cret?z@h/y"])
def test_a_password_that_breaks_the_address_is_answered_with_how_to_write_it(given: str) -> None:
    with pytest.raises(SourceError) as caught:
        remote(GitSettings(url=given))
    assert "'https://***'" in caught.value.message
    assert "percent-encode" in caught.value.remedy
    assert "TRUEUP_GIT_TOKEN" in caught.value.remedy
    assert "://***" not in sanitized(caught.value.remedy)


def test_a_path_that_is_not_allowed_is_refused_without_what_may_be_a_password_in_it() -> None:
    with pytest.raises(SourceError) as caught:
        remote(GitSettings(url="srv/u:s3cret@h/x"))
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    "branch",
    ["", "-x", "--upload-pack=x", "a b", "a..b", "a~1", "a:b", "a^", "x.lock", "/a", "a/", "a\n", "@{u}", "*", "."],
)
def test_a_branch_that_git_could_misread_is_refused(branch: str) -> None:
    with pytest.raises(SourceError) as caught:
        remote(local("/srv/app.git", branch=branch))
    assert caught.value.reason == "refused"


@pytest.mark.parametrize("branch", ["main", "release/1.10", "refs/heads/main", "ünïcode", "a@b"])
def test_a_branch_is_taken_by_its_short_or_its_full_name(branch: str) -> None:
    assert remote(local("/srv", branch=branch)).ref == f"refs/heads/{branch.removeprefix('refs/heads/')}"


@pytest.mark.parametrize("content", [None, b"", b" \n", b"\xff", b"one\ntwo\n"])
def test_an_unusable_token_file_is_said_without_its_content(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "token"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(SourceError) as caught:
        remote(GitSettings(url="https://h/x", token_file=file))
    assert caught.value.reason == "wrong-credentials"
    assert "one" not in caught.value.message.replace("one line", "")


def test_settings_and_remotes_do_not_print_credentials() -> None:
    settings = GitSettings(url="https://u:s3cret@h/x", token="0ther")
    assert "s3cret" not in repr(settings)
    assert "0ther" not in repr(settings)
    assert "0ther" not in repr(remote(settings))


def test_a_token_in_the_settings_goes_before_one_in_the_url() -> None:
    origin = remote(GitSettings(url="https://u:p@h/x", username="v", token="q"))
    assert credentials(origin) == {"TRUEUP_GIT_USERNAME": "v", "TRUEUP_GIT_PASSWORD": "q"}


def test_credentials_are_for_their_own_site_alone_and_not_in_the_configuration() -> None:
    settings = GitSettings(url="https://git.example:8443/x", token="s3cret")
    text = configuration(remote(settings), settings)
    assert '[credential "https://git.example:8443"]' in text
    assert "s3cret" not in text


def test_without_a_token_there_is_no_helper_and_nothing_in_the_environment() -> None:
    settings = GitSettings(url="https://git.example/x")
    assert "credential" not in configuration(remote(settings), settings)
    assert credentials(remote(settings)) == {}


def test_proxies_and_authorities_are_passed_on_and_nothing_else() -> None:
    ambient = {"https_proxy": "http://p", "SSL_CERT_FILE": "/ca", "AWS_SECRET_ACCESS_KEY": "x", "GIT_TRACE_CURL": "1"}
    seen = environment(ambient, Path("/state"), GitSettings(url="/srv"))
    assert (seen["https_proxy"], seen["SSL_CERT_FILE"], seen["HOME"]) == ("http://p", "/ca", "/state")
    assert "AWS_SECRET_ACCESS_KEY" not in seen
    assert "GIT_TRACE_CURL" not in seen


@pytest.mark.parametrize(
    ("ambient", "file"),
    [
        ({"SSL_CERT_FILE": "/ca"}, "/ca"),
        ({"GIT_SSL_CAINFO": "/git-ca"}, "/git-ca"),
        ({"SSL_CERT_FILE": "/ca", "GIT_SSL_CAINFO": "/git-ca"}, "/git-ca"),
        ({"SSL_CERT_FILE": "/ca", "GIT_SSL_CAINFO": ""}, "/ca"),
        ({}, None),
    ],
)
def test_authorities_are_named_in_gits_own_word_too(ambient: dict[str, str], file: str | None) -> None:
    assert environment(ambient, Path("/state"), GitSettings(url="/srv")).get("GIT_SSL_CAINFO") == file


def stand_in_for_ssh(tmp_path: Path, script: str) -> dict[str, str]:
    """An `ssh` that notes what it is asked."""
    programs = tmp_path / "programs"
    programs.mkdir()
    ssh = programs / "ssh"
    ssh.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" >{tmp_path}/asked\n{script}\n')
    ssh.chmod(0o755)
    return {"PATH": f"{programs}:{os.environ['PATH']}"}


def test_ssh_is_given_the_key_and_the_known_hosts_and_never_asks(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "app.git")
    commit = repository.commit({"desired/a": "1"})
    ambient = stand_in_for_ssh(tmp_path, 'for last; do :; done; eval "$last"')
    settings = GitSettings(
        url=f"git@git.example:{repository.path}",
        ssh_key_file=Path("/my keys/id"),
        known_hosts_file=Path("/my/known hosts"),
    )

    assert GitSource(settings, tmp_path / "state", ambient).fetch().revision.commit == commit

    asked = (tmp_path / "asked").read_text().splitlines()
    assert asked[:4] == ["-F", "none", "-i", "/my keys/id"]
    for option in ("BatchMode=yes", "StrictHostKeyChecking=yes", "IdentitiesOnly=yes", "ControlMaster=no"):
        assert asked[asked.index(option) - 1] == "-o"
    assert 'UserKnownHostsFile="/my/known hosts"' in asked
    assert "git@git.example" in asked


@pytest.mark.parametrize(
    ("said", "reason"),
    [("git@h: Permission denied (publickey).", "wrong-credentials"), ("Host key verification failed.", "host-key")],
)
def test_what_ssh_refuses_has_its_reason(tmp_path: Path, said: str, reason: str) -> None:
    ambient = stand_in_for_ssh(tmp_path, f"echo '{said}' >&2; exit 255")
    with pytest.raises(SourceError) as caught:
        GitSource(GitSettings(url="ssh://git@h/app.git"), tmp_path / "state", ambient).fetch()
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    ("given", "transport"),
    [
        ("http://git.example/app.git", "http"),
        ("HTTP://git.example/app.git", "http"),
        ("git://git.example/app.git", "git"),
        ("file:///srv/app.git", "file"),
        ("/srv/app.git", "file"),
        ("srv/app.git", "file"),
    ],
)
def test_only_https_and_ssh_are_taken_unless_another_is_allowed(given: str, transport: str) -> None:
    with pytest.raises(SourceError) as caught:
        remote(GitSettings(url=given))
    assert caught.value.reason == "refused"
    assert f"TRUEUP_GIT_ALLOW={transport}" in caught.value.remedy
    assert remote(GitSettings(url=given, allow=frozenset({transport}))).url


@pytest.mark.parametrize("given", ["https://h/x", "HTTPS://h/x", "ssh://git@h/x", "git@h:x", "h:x"])
def test_https_and_ssh_need_nobodys_leave(given: str) -> None:
    assert remote(GitSettings(url=given)).url


def test_what_is_not_allowed_is_refused_without_the_credentials_in_it() -> None:
    with pytest.raises(SourceError) as caught:
        remote(GitSettings(url="http://ann:s3cret@h/x"))
    assert "s3cret" not in str(caught.value)


def test_git_is_told_what_it_may_speak() -> None:
    settings = GitSettings(url="https://h/x", allow=frozenset({"file"}))
    assert environment({}, Path("/state"), settings)["GIT_ALLOW_PROTOCOL"] == "https:ssh:file"


def test_the_users_configuration_of_ssh_takes_no_part() -> None:
    assert environment({}, Path("/state"), GitSettings(url="h:x"))["GIT_SSH_COMMAND"].startswith("ssh -F none ")
