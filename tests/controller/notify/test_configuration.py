"""What an operator may say of channels, and what is said of what he may not."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from controller.loop.facts import UNSENT, Fact, Kind, Tone
from controller.notify.building import configured
from controller.notify.channels import NowhereError, commits_at, filter_of, kinds, voice
from controller.notify.configuration import IF_NAMED, ON_COMMITS, Filter, Notifications, repository_of, safe, schema
from controller.notify.reading import parse
from controller.notify.secret import Secrets, SecretSource
from controller.notify.told import Answer, Later, Request, Telling
from controller.rules.reading import MisconfiguredError
from controller.source.documents import load
from tests.controller.notify.builders import fact, properties

SLACK = "channels:\n- name: a\n  kind: slack\n  url: https://h.example.com/x\n"
BOT = "channels:\n- name: a\n  kind: slack\n  tokenFrom: {env: T}\n  channel: '#deploys'\n"
HUB = "channels:\n- name: a\n  kind: github\n  tokenFrom: {env: T}\n"
LAB = HUB.replace("github", "gitlab")
HOOK = "channels:\n- name: a\n  kind: webhook\n  url: https://e.example.com/x\n  secretsFrom: [{env: S}]\n"


def many(number: int, wanted: str = "{}") -> str:
    """So many channels."""
    return "channels:\n" + "".join(
        f"- name: c{each}\n  kind: slack\n  url: https://h.example.com/x\n  filter: {wanted}\n"
        for each in range(number)
    )


def said(text: str) -> list[str]:
    """The problems of a file, as people read them."""
    found = parse(text.encode(), "n.yaml")
    return [] if isinstance(found, Notifications) else [f"{each.place}: {each.message} {each.remedy}" for each in found]


def read(text: str) -> Notifications:
    found = parse(text.encode(), "n.yaml")
    assert isinstance(found, Notifications), found
    return found


def test_a_channel_is_told_everything_unless_somebody_says_less() -> None:
    (channel,) = read(SLACK).channels
    assert channel.filter.passes(fact())
    assert set(filter_of(channel).kinds) == set(Kind) - IF_NAMED - UNSENT


def test_orders_are_told_where_a_filter_names_them() -> None:
    (channel,) = read(SLACK + "  filter: {kinds: [ordered, held]}\n").channels
    assert set(filter_of(channel).kinds) == {Kind.ORDERED, Kind.HELD}
    (news,) = read(SLACK + "  filter: {tones: [news]}\n").channels
    assert not filter_of(news).passes(fact(Kind.ORDERED))


UNSENDABLE = SLACK + "  filter: {kinds: [left-git]}\n"
PROBLEMS = {
    "": "n.yaml: The file is empty",
    "{}": "channels is missing Add channels.",
    "channels: []\n": "channels cannot be used",
    "channels: 7\n": "channels cannot be used",
    "channels:\n- 7\n": "channels[0] cannot be used",
    "---\nchannels: []\n---\nchannels: []\n": "holds several documents",
    "channels: [\n": "n.yaml:2:1",
    SLACK + "  nmae: b\n": "There is no field nmae in channels[0] Did you mean name?",
    SLACK + "paegUrl: https://x\n": "There is no field paegUrl in the file Did you mean pageUrl?",
    SLACK + "  filter: {kind: [held]}\n": "There is no field kind in channels[0].filter Did you mean kinds?",
    SLACK + "  filter: {kinds: [heled]}\n": "n.yaml:5:20: channels[0].filter.kinds[0] is not one of the words",
    HUB + "  repository: https://github.com/you/gitops.git\n": "n.yaml:5:15",
    HUB + "  repository: a/..\n": "n.yaml:5:15",
    HUB + "  repository: 'a/b/../c d?x=1#y'\n": "n.yaml:5:15",
    LAB + "  project: not a project 1\n": "n.yaml:5:12",
    HUB + "  filter: {kinds: [ordered]}\n": "ordered is about no commit",
    SLACK + "  filter: {kinds: [held, left-git]}\n": "No channel is told left-git: it is in the activity alone.",
    SLACK + "  filter: {tones: [worse]}\n": "is not one of the words Write 'good', 'news', 'warning' or 'bad'.",
    SLACK + "  channel: '#x'\n": "tokenFrom and channel go together",
    SLACK + "  urlFrom: {env: X}\n": "Name one of the three",
    SLACK + SLACK.removeprefix("channels:\n"): "Two channels are called a",
    SLACK.replace("name: a", "name: A!"): "channels[0].name cannot be used",
    SLACK.replace("slack", "teams"): "channels[0].kind says no kind Write slack, github, gitlab or webhook.",
    SLACK.replace("  kind: slack\n", ""): "channels[0].kind says no kind",
    SLACK.replace("https", "http"): "Anybody on the way could read it Use https, or say insecure: true",
    SLACK.replace("https://", "ftp://"): "It must be an address such as https://example.com/path.",
    SLACK.replace("https://", "https://me:secret@"): "It must hold no user name and no password",
    SLACK.replace("/x", "/x y"): "It must be an address",
    SLACK.replace(".com/x", ".com:99999/x"): "The port after the host must be a number from 1 to 65535.",
    SLACK.replace(".com/x", ".com:0/x"): "The port after the host must be a number from 1 to 65535.",
    SLACK.replace(".com/x", ".com:https/x"): "The port after the host must be a number from 1 to 65535.",
    SLACK + "pageUrl: https://t.example.com:70000/\n": "n.yaml:5:10: pageUrl cannot be used",
    BOT.replace("'#deploys'", "''"): "n.yaml:5:12: channels[0].channel cannot be used",
    BOT.replace("'#deploys'", "' '"): "channels[0].channel cannot be used",
    BOT.replace("'#deploys'", "'#'"): "channels[0].channel cannot be used",
    BOT.replace("'#deploys'", "'two words'"): "channels[0].channel cannot be used",
    SLACK + "  filter: {environments: [prod, '']}\n": "n.yaml:5:33: No name can be like '' A name has letters",
    SLACK + "  filter: {services: [prod/notes]}\n": "No name can be like 'prod/notes'",
    SLACK + "  filter: {services: ['-x']}\n": "No name can be like '-x'",
    SLACK + "  filter: {services: ['[.]*']}\n": "No name can be like '[.]*'",
    SLACK + "  filter: {services: ['[x']}\n": "No name can be like '[x'",
    SLACK + f"  filter: {{services: [{'x' * 101}]}}\n": "No name can be like 'xxx",
    SLACK + "  filter: {kinds: [held, blocked], tones: [good, news]}\n": "n.yaml:5:43: None of the kinds",
    many(26): "26 channels take 52 tags of one service, and AWS allows 50 Name fewer channels.",
    SLACK.replace("url: https://h.example.com/x", "urlFrom: {}"): "Name one: env",
    SLACK.replace("url: https://h.example.com/x", "urlFrom: {env: A, file: B}"): "Name one: env",
    SLACK.replace("url: https://h.example.com/x", "urlFrom: {environ: A}"): "There is no field environ",
    SLACK.replace("  url: https://h.example.com/x\n", ""): "Name one of the three",
    HUB + "  filter: {kinds: [drift-found]}\n": "is about no commit",
    HUB + "  repository: gitops\n": "channels[0].repository cannot",
    LAB + "  project: gitops\n": "channels[0].project cannot",
    "channels:\n- name: a\n  kind: gitlab\n  project: you/gitops\n": "channels[0].tokenFrom is missing",
    HOOK.replace("{env: S}", ""): "channels[0].secretsFrom",
}


@pytest.mark.parametrize(("text", "problem"), PROBLEMS.items(), ids=range(len(PROBLEMS)))
def test_what_cannot_be_used_is_said_with_its_place_and_what_to_do(text: str, problem: str) -> None:
    problems = said(text)
    assert problems
    assert any(problem in each for each in problems), problems


def test_all_problems_are_said_at_once() -> None:
    assert len(said("channels:\n- name: A!\n  kind: slack\n  url: nowhere\n- name: b\n  kind: webhook\n")) >= 4


def test_what_makes_no_sense_is_said_beside_what_has_no_form() -> None:
    problems = said(
        "channels:\n- name: a\n  kind: slack\n  url: http://h.example.com/x\n"
        "- name: a\n  kind: slack\n  url: https://h.example.com/x\n  filter: {environments: ['-x']}\n"
        "- name: c\n  kind: webhook\n"
    )
    lines = [each.split(":")[1] for each in problems]
    assert lines == sorted(lines, key=int)
    for words in ("Anybody on the way could read it", "Two channels are called a", "No name can be like", "is missing"):
        assert any(words in each for each in problems), problems


@pytest.mark.parametrize(
    "text", ["channels: 3\n", "channels: {a: b}\n", "- a\n", "channels:\n- 3\n", "a: 1\n---\nb: 2\n"]
)
def test_where_there_are_no_channels_nothing_more_is_said_of_any(text: str) -> None:
    assert said(text)


@pytest.mark.parametrize("secret", ["https://me:hunter2@h.example.com/x", "https://h.example.com/hunter2 y"])
def test_no_problem_repeats_an_address_which_may_be_a_secret(secret: str) -> None:
    assert "hunter2" not in str(said(SLACK.replace("https://h.example.com/x", secret)))


@properties
@given(st.text(max_size=200))
def test_whatever_a_file_holds_it_is_read_or_has_problems(text: str) -> None:
    found = parse(text.encode("utf-8", "surrogatepass"), "n.yaml")
    assert isinstance(found, Notifications) or found


def test_the_schema_says_the_same_as_the_reader() -> None:
    validator = Draft202012Validator(schema())
    Draft202012Validator.check_schema(schema())
    for text in (SLACK, SLACK + "pageUrl: https://t\n"):
        assert validator.is_valid(load(text.encode(), "n").documents[0].data)
    for text in (
        SLACK.replace("slack", "teams"),
        SLACK + "  nmae: b\n",
        SLACK + "  filter: {kinds: [heled]}\n",
        UNSENDABLE,
    ):
        assert not validator.is_valid(load(text.encode(), "n").documents[0].data)
    assert json.dumps(schema())


FITTING = (
    SLACK.replace(".com/x", ".com:8443/x"),
    BOT,
    BOT.replace("#deploys", "C0123ABCD"),
    BOT.replace("#deploys", "déploiements"),
    SLACK + "  filter: {environments: ['*', 'pr?d', 'prod-*', '*-eu', '[a-c]x', '[!.]', A_b-1]}\n",
    SLACK + f"  filter: {{services: ['{'x' * 100}*']}}\n",
    SLACK + "  filter: {kinds: [held, rollout-done], tones: [good]}\n",
    SLACK + "  filter: {tones: [bad]}\n",
    SLACK + "  filter: {kinds: [ordered]}\n",
    many(25),
    many(50, "{kinds: [held]}"),
)


@pytest.mark.parametrize("text", FITTING, ids=range(len(FITTING)))
def test_what_can_come_true_is_taken(text: str) -> None:
    assert said(text) == []


@pytest.mark.parametrize(
    ("wanted", "seen", "passes"),
    [
        (Filter(), fact(), True),
        (Filter(kinds=(Kind.HELD,)), fact(), False),
        (Filter(kinds=(Kind.DONE,)), fact(), True),
        (Filter(tones=(Tone.BAD,)), fact(), False),
        (Filter(tones=(Tone.GOOD,)), fact(), True),
        (Filter(environments=("pr*",), services=("no?es",)), fact(), True),
        (Filter(environments=("dev",)), fact(), False),
        (Filter(services=("other", "x*")), fact(), False),
        (Filter(environments=("dev",), services=("x",)), fact(Kind.SOURCE_STALE, service=None), True),
    ],
)
def test_a_filter_lets_pass_what_agrees_with_all_of_it(wanted: Filter, seen: Fact, passes: bool) -> None:
    assert wanted.passes(seen) is passes


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("https://github.com/you/gitops.git", ("github.com", "you/gitops")),
        ("git@GitHub.com:you/gitops.git", ("github.com", "you/gitops")),
        ("ssh://git@gitlab.example.com:2222/group/sub/gitops", ("gitlab.example.com", "group/sub/gitops")),
        ("https://token@host/you/gitops/", ("host", "you/gitops")),
        ("file:///srv/you/gitops.git", None),
        ("/srv/you/gitops", None),
        ("https://ghe.example.com:8443/you/gitops.git", ("ghe.example.com:8443", "you/gitops")),
        ("https://github.com:443/you/gitops.git", ("github.com", "you/gitops")),
        ("https://[fd00::1]:8443/you/gitops.git", ("[fd00::1]:8443", "you/gitops")),
        ("https://host:99999/you/gitops.git", ("host", "you/gitops")),
        ("https://host/gitops", None),
        ("host:gitops", None),
        ("", None),
    ],
)
def test_a_repositorys_url_shows_its_host_and_its_path(url: str, found: tuple[str, str] | None) -> None:
    assert repository_of(url) == found


def test_secrets_go_over_https_or_stay_on_this_host_or_somebody_says_so() -> None:
    assert safe("https://x", insecure=False)
    assert safe("http://127.0.0.1:1/x", insecure=False)
    assert safe("http://x", insecure=True)
    assert not safe("http://x", insecure=False)
    assert not safe("file:///x", insecure=True)


def test_a_commit_can_be_looked_at_where_the_host_is_known() -> None:
    assert commits_at("git@github.com:you/gitops") == "https://github.com/you/gitops"
    assert commits_at("https://gitlab.example.com/you/gitops") == "https://gitlab.example.com/you/gitops/-"
    assert commits_at("https://gitlab.example.com:8443/a/b") == "https://gitlab.example.com:8443/a/b/-"
    assert commits_at("https://git.example.com/you/gitops") == commits_at("/srv/x") == ""


def asked(text: str, repository: str = "") -> Request:
    """The first request of a channel that is tried out."""
    (config,) = read(text).channels
    requests: list[Request] = []

    def exchange(request: Request) -> Answer:
        requests.append(request)
        return Answer(200, {}, b'{"ok": true}')

    voice(config, Secrets({"T": "token", "S": "whsec_YWJj"}), repository).test(exchange, 0.0)
    return requests[0]


@pytest.mark.parametrize(
    ("text", "repository", "url"),
    [
        (HUB, "git@github.com:you/gitops", "https://api.github.com/repos/you/gitops/"),
        (HUB, "https://ghe.example.com/you/gitops", "https://ghe.example.com/api/v3/repos/you/gitops/"),
        (HUB, "https://ghe.example.com:8443/you/gitops", "https://ghe.example.com:8443/api/v3/repos/you/gitops/"),
        (LAB, "https://lab.example.com:8443/you/gitops", "https://lab.example.com:8443/api/v4/projects/you%2Fgitops/"),
        (LAB, "ssh://git@lab.example.com:2222/you/gitops", "https://lab.example.com/api/v4/projects/you%2Fgitops/"),
        (HUB + "  repository: me/other\n", "/srv/gitops", "https://api.github.com/repos/me/other/"),
        (HUB + "  apiUrl: https://ghe/api\n", "https://x/you/gitops", "https://ghe/api/repos/you/gitops/"),
        (LAB, "https://gitlab.com/you/gitops", "https://gitlab.com/api/v4/projects/you%2Fgitops/"),
        (LAB + "  project: '42'\n", "/srv/gitops", "https://gitlab.com/api/v4/projects/42/"),
        (LAB + "  apiUrl: https://l/api/v4\n  project: a/b\n", "", "https://l/api/v4/projects/a%2Fb/"),
        (SLACK, "", "https://h.example.com/x"),
        (HOOK, "", "https://e.example.com/x"),
    ],
)
def test_a_channel_asks_where_it_was_told_to_or_where_the_repository_is(text: str, repository: str, url: str) -> None:
    assert asked(text, repository).url.startswith(url)


def test_a_channel_that_is_nowhere_is_said_before_anything_starts(tmp_path: Path) -> None:
    with pytest.raises(NowhereError, match="The channel a names no repository"):
        asked(HUB, "/srv/gitops")
    file = tmp_path / "n.yaml"
    file.write_text(LAB)
    with pytest.raises(MisconfiguredError, match="Add project to the channel"):
        configured(file, "/srv/gitops")


def test_a_file_that_cannot_be_read_or_used_is_said_before_anything_starts(tmp_path: Path) -> None:
    with pytest.raises(MisconfiguredError, match="cannot be read"):
        configured(tmp_path / "none.yaml", "")
    (tmp_path / "n.yaml").write_text("channels: []\n")
    with pytest.raises(MisconfiguredError, match="channels cannot be used"):
        configured(tmp_path / "n.yaml", "")


def test_a_commit_can_be_told_what_concerns_commits() -> None:
    (config,) = read(HUB + "  repository: a/b\n").channels
    assert kinds(config) == frozenset(ON_COMMITS) == set(filter_of(config).kinds)


def test_a_secret_is_read_where_it_stands_each_time_and_never_shown(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    source, secrets = SecretSource(file=str(file)), Secrets({"A": " a \n", "B": "  ", "C": "x\ny"})
    file.write_text("one\n")
    assert secrets.value(source) == "one"
    file.write_text("two\n")
    assert secrets.value(source) == "two"
    assert secrets.value(SecretSource(env="A")) == "a"
    given = SecretSource(value=" s3cret ")
    assert secrets.value(given) == "s3cret"
    assert "s3cret" not in f"{given!r} {given}"
    file.write_bytes(b"\xff\xfe")
    for each, reason in (
        (SecretSource(env="B"), "the variable B is empty"),
        (SecretSource(value=" "), "the value given is empty"),
        (SecretSource(env="Z"), "the variable Z is empty"),
        (SecretSource(env="C"), "the variable C holds more than one line"),
        (SecretSource(file=str(tmp_path / "none")), "cannot be read (FileNotFoundError)"),
        (source, "cannot be read (UnicodeDecodeError)"),
    ):
        with pytest.raises(Later) as caught:
            secrets.value(each)
        assert caught.value.reason.endswith(reason)
        assert caught.value.__cause__ is None


def test_what_holds_secrets_does_not_print_them() -> None:
    request = Request("POST", "https://h/secret", {"authorization": "Bearer secret"}, b"secret")
    assert "secret" not in repr(request)
    assert "token" not in repr(Telling("x", fact()))
