from __future__ import annotations

import pytest

from controller.source.git_errors import Reason, explain, no_branch, scrub, stopped, too_slow, unusable

URL = "https://git.example/app.git"


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("fatal: could not read Username for 'https://git.example': terminal prompts disabled", "wrong-credentials"),
        ("remote: Invalid username or password.\nfatal: Authentication failed for 'https://x/'", "wrong-credentials"),
        ("fatal: unable to access 'https://x/': The requested URL returned error: 403", "wrong-credentials"),
        ("remote: Repository not found.\nfatal: repository 'https://x/' not found", "wrong-credentials"),
        ("ERROR: Repository not found.\nfatal: Could not read from remote repository.", "wrong-credentials"),
        ("git@x: Permission denied (publickey).\nfatal: Could not read from remote repository.", "wrong-credentials"),
        ("git@x: Permission denied (publickey,keyboard-interactive).", "wrong-credentials"),
        ("Received disconnect from x port 22:2: Too many authentication failures", "wrong-credentials"),
        ('Load key "/k": invalid format\r\ngit@x: Permission denied (publickey).', "wrong-credentials"),
        ("No ED25519 host key is known for x and you have requested strict checking.", "host-key"),
        ("Host key verification failed.\r\nfatal: Could not read from remote repository.", "host-key"),
        ("@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\nHost key verification failed.", "host-key"),
        ("fatal: unable to access 'x': server certificate verification failed. CAfile: none", "host-key"),
        ("fatal: unable to access 'x': SSL certificate problem: unable to get local issuer", "host-key"),
        ("fatal: unable to access 'x': Could not resolve host: git.example", "unreachable"),
        ("ssh: Could not resolve hostname x: Name or service not known\nfatal: Could not read from", "unreachable"),
        ("fatal: unable to access 'x': Failed to connect to x port 443: Connection refused", "unreachable"),
        ("ssh: connect to host x port 22: Connection refused", "unreachable"),
        ("fatal: unable to access 'x': The requested URL returned error: 503", "unreachable"),
        ("fatal: the remote end hung up unexpectedly", "unreachable"),
        ("ssh: connect to host x port 22: Connection timed out", "timeout"),
        ("fatal: unable to access 'x': Operation too slow. Less than 1 bytes/sec", "timeout"),
        ("fatal: '/srv/x' does not appear to be a git repository\nfatal: Could not read from", "not-a-repository"),
        ("fatal: https://x/info/refs not valid: is this a git repository?", "not-a-repository"),
        ("fatal: remote error: access denied or repository not exported: /x", "wrong-credentials"),
        ("error: unable to write file: No space left on device", "local"),
        ("fatal: loose object 1 (stored in x) is corrupt", "corrupt"),
        ("fatal: not a git repository: '/state/1.git'", "corrupt"),
        ("fatal: the world is not enough", "failed"),
        ("", "failed"),
    ],
)
def test_what_git_says_has_its_reason(said: str, reason: Reason) -> None:
    error = explain(said.encode(), URL)
    assert error.reason == reason
    assert URL in error.message
    assert error.remedy


def test_a_changed_host_key_is_told_from_an_unknown_one() -> None:
    changed = explain(b"WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!\nHost key verification failed.", URL)
    unknown = explain(b"Host key verification failed.", URL)
    assert "is not the one that is known" in changed.message
    assert "is not known" in unknown.message


def test_words_in_the_address_say_nothing_about_the_failure() -> None:
    url = "/srv/known_hosts/timeout.git"
    assert explain(f"fatal: '{url}' does not appear to be a git repository".encode(), url).reason == "not-a-repository"


def test_unknown_words_are_given_without_secrets_and_control_characters() -> None:
    error = explain(b"hint: x\nfatal: odd \x1b[31mtoken abc at https://u:p@h/x\nmore", URL, ("abc",))
    assert error.message == f"git failed on {URL}: fatal: odd [31mtoken *** at https://h/x."


def test_credentials_before_an_at_sign_are_taken_out_of_any_address() -> None:
    assert scrub("see https://u:p@ss@h/x and ssh://git@h/y", ()) == "see https://h/x and ssh://h/y"


def test_a_missing_branch_with_no_near_name_names_some() -> None:
    error = no_branch(URL, "main", ["zulu", "yankee"])
    assert error.remedy == "Did you mean zulu or yankee? Or push main."


def test_what_this_machine_cannot_do_is_said_in_its_words() -> None:
    assert (
        unusable("/state", PermissionError(13, "Permission denied")).message
        == "/state cannot be used: Permission denied."
    )


def test_a_daemon_that_stops_asks_no_more() -> None:
    assert stopped().reason == "stopped"


def test_a_host_that_is_too_slow_is_named_with_the_time_it_had() -> None:
    assert too_slow(URL, 30.0).message == f"{URL} did not answer within 30 seconds."


def test_a_machine_without_git_is_told_how_to_get_it() -> None:
    assert "apt-get install git" in unusable("/state", FileNotFoundError(2, "No such file", "git")).remedy
