"""What Prometheus, Alertmanager, the API and the terminal say of the demo's story, step by step."""

import html
from collections import Counter
from collections.abc import Iterator

import pytest

from controller.demo.acts import ACTS
from tests.dashboards.asking import Question
from tests.dashboards.unseen import UNSEEN, known_as
from tests.page.browser import MISSING
from tests.rules.files import rules
from tests.story import panels, same, servers
from tests.story.page import CHROMIUM
from tests.story.telling import Told, told

# Told in two minutes; AWS waits for whoever looks, so a slow machine takes its time and nothing is missed.
pytestmark = [pytest.mark.skipif(not servers.present(), reason=servers.MISSING), pytest.mark.timeout(1500)]

ADOPTED, SHIPPED, ROLLED_BACK, FIXED, HEALED, KILLED = range(1, 7)
NOTES = 'environment="prod", service="notes-app"'
TRAFFIC = "Traffic on the new version, and alarms"
RESULTS = {"Succeeded": 3, "Rolled back": 1, "Failed": 0, "Stopped": 0, "Superseded": 0}
STEPS = [step / 10 for step in range(1, 11)]
# AWS throttles nothing in the story; the unit test of the rule shows that.
SILENT = {"trueup:aws_throttles:rate5m"}
# These fire in the acts that are named, and in no other.
FIRE = {"TrueupReleaseHeld": {ROLLED_BACK, FIXED}, "TrueupDriftStays": {HEALED}}
# An alert outlasts what it tells of by a while, which may reach into the next act.
LINGERS = {("TrueupDriftStays", KILLED), ("TrueupReleaseHeld", HEALED)}
# These tell of a machine that is slow for alerts that come so much faster, and of the daemon that was killed.
MAY_FIRE = {
    "TrueupAbsent",
    "TrueupDown",
    "TrueupGitStale",
    "TrueupNotificationsLate",
    "TrueupQueueSlow",
    "TrueupRolloutStuck",
    "TrueupServiceUnread",
    "TrueupSweepSlow",
}


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    with told(tmp_path_factory.mktemp("story")) as one:
        yield one


def test_every_rule_is_in_good_health(story: Told) -> None:
    found = story.prometheus.rules()
    assert {rule["name"] for rule in found} == {*rules("alert"), *rules("record")}
    assert [(rule["name"], rule.get("lastError")) for rule in found if rule["health"] != "ok"] == []


def test_every_recorded_series_has_values(story: Told) -> None:
    recorded = {rule["name"] for rule in story.prometheus.rules() if rule["type"] == "recording"}
    assert {name for name in recorded - SILENT if not story.whole(name)} == set()


@pytest.mark.parametrize("act", [SHIPPED, FIXED, HEALED, KILLED])
def test_every_step_of_a_shift_is_seen(story: Told, act: int) -> None:
    shares = story.values(f"trueup_rollout_traffic_ratio{{{NOTES}}}", act)
    assert shares == sorted(shares)
    assert set(STEPS) - set(shares) <= ({0.3} if act == KILLED else set())  # the daemon is killed at 30 percent


def test_the_bad_shift_rises_and_falls_back(story: Told) -> None:
    shares = story.values(f"trueup_rollout_traffic_ratio{{{NOTES}}}", ROLLED_BACK)
    assert 0 < max(shares) < 1
    assert shares[-1] == 0


def test_the_alarm_fires_beside_the_bad_shift_alone(story: Told) -> None:
    firing = [max(story.values(f"trueup_rollout_alarm_firing{{{NOTES}}}", act), default=0) for act in range(1, 7)]
    assert firing == [0, 0, 1, 0, 0, 0]


def test_the_held_release_is_counted_from_its_rollback_to_its_fix(story: Told) -> None:
    assert [story.at_the_end("trueup:services_held:count", act) for act in range(1, 7)] == [0, 0, 1, 0, 0, 0]


def test_drift_is_counted_while_it_lasts(story: Told) -> None:
    assert max(story.values("trueup:services_drifted:count", HEALED)) == 1
    assert [story.at_the_end("trueup:services_drifted:count", act) for act in range(1, 7)] == [0] * 6


def test_drift_is_told_by_field_and_by_hand(story: Told) -> None:
    act = story.acts[HEALED - 1]
    seen = story.prometheus.range(f"trueup_service_drift_field_age_seconds{{{NOTES}}}", act.begin, act.end)
    told = {(each["metric"]["field"].rpartition("/")[2], each["metric"].get("who", "")) for each in seen}
    assert ("DEBUG", "user/mallory") in told


def test_the_time_to_heal_is_observed(story: Told) -> None:
    assert story.at_the_end("sum(trueup_drift_duration_seconds_count)", HEALED) >= 1  # type: ignore[operator]


def test_rollouts_are_counted_by_how_they_ended(story: Told) -> None:
    ended = f"sum(trueup_rollouts_total{{{NOTES}, result='rolled-back'}})"
    assert [story.at_the_end(ended, act) for act in (2, 3, 4)] == [0, 1, 1]
    assert story.at_the_end(f"sum(trueup_rollouts_total{{{NOTES}, result='succeeded'}})", FIXED) == 2


def test_lead_time_is_observed_for_each_commit_that_is_live(story: Told) -> None:
    assert [story.at_the_end("sum(trueup_commit_to_live_seconds_count)", act) for act in (1, 2, 3, 4)] == [0, 1, 1, 2]


def test_the_fix_restored_what_the_bad_release_broke(story: Told) -> None:
    assert [story.at_the_end("sum(trueup_restore_duration_seconds_count)", act) for act in (3, 4)] == [0, 1]


def test_the_fleet_is_in_sync_at_the_end(story: Told) -> None:
    assert story.at_the_end("trueup:services_in_sync:ratio", KILLED) == 1


def test_the_alerts_fire_for_what_happened_and_for_nothing_else(story: Told) -> None:
    fired: dict[str, set[int]] = {}
    for number, act in enumerate(story.acts, 1):
        for series in story.prometheus.range('ALERTS{alertstate="firing"}', act.begin, act.end):
            name = series["metric"]["alertname"]
            if (name, number) not in LINGERS:
                fired.setdefault(name, set()).add(number)
    assert {name: acts for name, acts in fired.items() if name not in MAY_FIRE} == FIRE


def test_a_held_release_arrives_at_slack_with_its_reason_and_what_to_do(story: Told) -> None:
    held = [message for _, message in story.alerts.messages if "a release is held" in str(message)]
    assert held
    assert held[0]["channel"] == "#deploys-critical"
    [attachment] = held[0]["attachments"]
    assert attachment["title"] == "prod/notes-app: a release is held"
    assert "ALARM_ACTIVE" in attachment["text"]
    assert "trueup retry prod/notes-app" in attachment["text"]


def test_the_alert_is_resolved_by_the_fix(story: Told) -> None:
    begin = story.acts[FIXED - 1].begin
    resolved = [at for at, message in story.alerts.messages if "Resolved: prod/notes-app: a release" in str(message)]
    assert resolved
    assert resolved[0] > begin


def test_drift_that_stays_arrives_in_the_channel_of_warnings(story: Told) -> None:
    drift = [message for _, message in story.alerts.messages if "otherwise than Git says" in str(message)]
    assert drift
    assert drift[0]["channel"] == "#deploys"


def test_a_controller_that_is_gone_is_told(story: Told) -> None:
    gone = [
        message for at, message in story.alerts.messages if at > story.stopped_at and "does not answer" in str(message)
    ]
    assert gone
    assert gone[0]["channel"] == "#deploys-critical"


def test_no_alert_carries_a_secret(story: Told) -> None:
    assert not any("hunter2" in text or "AKIA" in text for text in story.alerts.texts())


each_act = pytest.mark.parametrize("act", range(1, 7), ids=[each.title for each in ACTS])


@each_act
def test_api_terminal_prometheus_and_slack_say_the_same(story: Told, act: int) -> None:
    assert same.different(story.acts[act - 1], story, act, page=False) == {}


@pytest.mark.skipif(CHROMIUM is None, reason=MISSING)
@each_act
def test_the_page_says_the_same_without_being_reloaded(story: Told, act: int) -> None:
    shown = story.acts[act - 1].shown
    assert shown is not None
    assert shown.same
    assert same.different(story.acts[act - 1], story, act, page=True) == {}


@each_act
def test_slack_is_told_each_thing_once(story: Told, act: int) -> None:
    seen = story.acts[act - 1]
    told, whole = Counter(same.titled(each) for each in seen.news), Counter(same.ENDS[act - 1].news)
    # A second hand in the same drift is a second find; what AWS is not ready for is in the way of a fix for a moment.
    again = {"Drift found": 1, "Blocked": 1, "Cleared": 1}
    assert whole - told == Counter()
    assert told - whole <= Counter(again), "\n".join(each["text"] for each in seen.news)


@each_act
def test_slack_is_told_of_rollouts_and_holds_in_the_activity_s_sentences(story: Told, act: int) -> None:
    seen = story.acts[act - 1]
    known = [fact.text for fact in seen.facts]
    told = [html.unescape(each["text"].partition(". ")[2]).rstrip("…") for each in seen.news if not same.of_drift(each)]
    assert [text for text in told if not any(fact.startswith(text) for fact in known)] == []


def test_slack_is_told_of_the_fields_that_the_activity_has(story: Told) -> None:
    seen = story.acts[HEALED - 1]
    known = {path for fact in seen.facts if fact.kind == "drift-found" for path in fact.paths}
    assert len(known) == 2
    for title in ("Drift found", "Drift healed"):
        assert {path for each in seen.news if same.titled(each) == title for path in same.fields(each)} == known


@pytest.mark.parametrize("question", [each for each in panels.QUESTIONS if known_as(each) not in UNSEEN], ids=known_as)
def test_a_dashboard_s_question_has_an_answer(story: Told, question: Question) -> None:
    assert panels.over(story, question)


def test_a_quiet_fleet_leaves_no_panel_empty_that_does_not_say_so(story: Told) -> None:
    empty = panels.empty_in_a_quiet_fleet(story)
    assert empty["Drift by field"] == "No drift"
    assert [title for title, nothing in empty.items() if nothing.startswith("Nothing known")] == []


@pytest.mark.parametrize("act", [SHIPPED, FIXED, HEALED])
def test_the_panel_of_traffic_shows_each_step(story: Told, act: int) -> None:
    shares = panels.numbers(story, panels.one(TRAFFIC, "{{environment}}/{{service}}"), act)
    assert [share for share in dict.fromkeys(shares) if share] == STEPS


def test_the_panel_s_alarm_is_the_one_that_codedeploy_names(story: Told) -> None:
    overlay = panels.one(TRAFFIC, "alarm {{alarm}} of {{environment}}/{{service}}")
    fired = [{each.labels["alarm"] for each in panels.over(story, overlay, act)} for act in range(1, 7)]
    [alarm] = fired.pop(ROLLED_BACK - 1)
    assert f"<{alarm}>" in story.acts[ROLLED_BACK - 1].api["text"]
    assert fired == [set()] * 5
    assert set(panels.numbers(story, overlay, ROLLED_BACK)) == {1}


@pytest.mark.parametrize(("where", "legend"), [("Held and blocked", "Held"), ("Fleet by state", "Held")])
def test_a_held_release_is_shown_until_its_fix(story: Told, where: str, legend: str) -> None:
    question = panels.one(where, legend)
    assert [panels.number(story, question, act) for act in range(1, 7)] == [0, 0, 1, 0, 0, 0]
    assert panels.number(story, question, ROLLED_BACK, environment="dev") == 0
    assert panels.number(story, question, ROLLED_BACK, environment="dev,prod", service="notes-app") == 1


def test_who_is_needed_is_told_with_the_reason_and_for_how_long(story: Told) -> None:
    needed = panels.one("Needs a person")
    assert [len(panels.after(story, needed, act)) for act in range(1, 7)] == [0, 0, 1, 0, 0, 0]
    [row] = panels.after(story, needed, ROLLED_BACK)
    told = {"environment": "prod", "service": "notes-app", "obstacle": "held", "reason": "ALARM_ACTIVE"}
    assert row.labels == told
    assert 0 < row.numbers[0] < story.acts[ROLLED_BACK - 1].end - story.acts[ROLLED_BACK - 1].begin


def test_drift_is_shown_while_it_lasts_with_its_field_and_its_maker(story: Told) -> None:
    assert set(panels.numbers(story, panels.one("Fleet over time", "Drifted"), HEALED)) == {0, 1}
    assert panels.number(story, panels.one("Fleet over time", "Drifted"), HEALED) == 0
    assert {0, 1} == set(panels.numbers(story, panels.one("Drift by age", "up to 5 min"), HEALED))
    rows = [each.labels for each in panels.over(story, panels.one("Drift by field"), HEALED)]
    assert ("DEBUG", "user/mallory") in {(row["field"].rpartition("/")[2], row["who"]) for row in rows}
    assert {"drifted"} == {each.labels["obstacle"] for each in panels.over(story, panels.one("Needs a person"), HEALED)}


def test_a_heal_is_counted_and_timed_once_it_is_done(story: Told) -> None:
    ended = [panels.number(story, panels.one("Drifts that ended"), act) or 0 for act in range(1, 7)]
    assert [round(number) for number in ended[:4]] == [0, 0, 0, 0]
    assert [number > 0.9 for number in ended[4:]] == [True, True]
    healed = [panels.number(story, panels.one("Time to heal", "Median"), act) is not None for act in range(1, 7)]
    assert healed == [False, False, False, False, True, True]


def test_the_four_figures_are_those_of_the_story(story: Told) -> None:
    days = (story.acts[-1].end - story.acts[0].begin) / 86400
    frequency, failed = panels.one("Deployments a day"), panels.one("Change failure rate")
    shipped = [(panels.number(story, frequency, act) or 0) * days for act in range(1, 6)]
    assert [round(number) for number in shipped] == [0, 1, 1, 2, 2]
    rates = [panels.number(story, failed, act) for act in range(1, 6)]
    assert rates == [None, *(pytest.approx(rate, abs=0.02) for rate in (0, 1 / 2, 1 / 3, 1 / 3))]
    for title, first in (("Lead time", SHIPPED), ("Time to restore", FIXED)):
        known = [panels.number(story, panels.one(title, "Median"), act) is not None for act in range(1, 6)]
        assert known == [act >= first for act in range(1, 6)]
    assert panels.number(story, frequency, FIXED, environment="dev") == 0


def test_results_are_counted_by_how_rollouts_ended(story: Told) -> None:
    ended = {legend: panels.number(story, panels.one("Results", legend), HEALED) for legend in RESULTS}
    assert {legend: round(number or 0) for legend, number in ended.items()} == RESULTS


def test_rollouts_are_marked_from_start_to_end(story: Told) -> None:
    going = panels.spans(story, panels.one("Rollouts, from start to end"))
    assert all(begin == end for begin, end in going)
    assert {begin for begin, _ in going} == {SHIPPED, ROLLED_BACK, FIXED, HEALED, KILLED}
    assert {begin for begin, _ in panels.spans(story, panels.one("Rolled back or failed"))} == {ROLLED_BACK}
    assert {SHIPPED, FIXED, HEALED} <= {act for act, _ in panels.spans(story, panels.one("Rollouts that ended well"))}


def test_variables_offer_what_there_is(story: Told) -> None:
    environment, service = panels.one("$environment"), panels.one("$service")
    offered = [
        {each.labels["environment"] for each in panels.over(story, environment)},
        {each.labels["service"] for each in panels.over(story, service, environment="prod")},
    ]
    assert (environment.legend, service.legend) == ("environment", "service")
    assert offered == [{"dev", "prod"}, {"notes-app", "web"}]


def test_the_state_of_what_was_not_in_sync_goes_through_its_colours(story: Told) -> None:
    [band] = panels.over(story, panels.one("Services that were not in sync"))
    assert (band.labels["environment"], band.labels["service"]) == ("prod", "notes-app")
    places = [round(value) for value in band.numbers]
    assert {1, 2, 3, 4} <= set(places)
    assert places[-1] == 1


def test_the_controller_is_shown_to_act_and_to_read_git(story: Told) -> None:
    assert [panels.number(story, panels.one("Acts"), act) for act in range(1, 7)] == [1] * 6
    assert max(panels.numbers(story, panels.one("Workers", "Busy"), SHIPPED)) >= 1
    assert max(panels.numbers(story, panels.one("Looks at Git", "{{result}}"), FIXED)) > 0
    assert panels.number(story, panels.one("Defects"), KILLED) == 0
    assert all(1e7 < number < 1e9 for number in panels.numbers(story, panels.one("Memory"), HEALED))
