"""A plan as GitHub's workflow commands."""

from controller.cli.planned import Planned, text
from controller.cli.planned_annotations import annotations
from controller.source.problem import Problem
from reconcilers.attempts import AwsReason
from reconcilers.model import ServiceKey
from reconcilers.outcome import Blocked, BlockedBy, Failed, Finding, Health, Held, InSync, Outcome, Sync
from reconcilers.verdict import Plan
from tests.controller.builders import named, wanted

WEB = ServiceKey("prod", "web")
ERROR = Problem("desired/prod/web, b.yaml", 3, 7, "There is no field imagez", "Did you mean 100 % images?")
WARNING = Problem("desired/prod/web.yaml", 9, None, "The tag is latest", "Name a release.", "warning")
WHOLE = Problem("desired/prod/api.yaml", None, None, "No such file", "Add it.")
BLOCKED = Plan((), Blocked(BlockedBy.PREFLIGHT, (Finding("A", "a.\nb.", "c."),)), Sync.OUTDATED, Health.HEALTHY)


def commands(planned: Planned, folder: str = "") -> list[str]:
    return annotations(planned, folder, "t0ken").partition("::stop-commands::")[0].splitlines()


def test_a_problem_stands_at_its_line() -> None:
    (said,) = commands(Planned({}, (ERROR,)))
    place, _, message = said.partition("title=Trueup::")
    assert place == "::error file=desired/prod/web%2C b.yaml,line=3,col=7,"
    assert message == "There is no field imagez. Did you mean 100 %25 images?"


def test_errors_come_before_warnings_and_a_whole_file_has_no_line() -> None:
    assert [line.partition(",title")[0] for line in commands(Planned({}, (WARNING, WHOLE)))] == [
        "::error file=desired/prod/api.yaml",
        "::warning file=desired/prod/web.yaml,line=9",
    ]


def test_the_folder_of_the_files_stands_before_their_paths() -> None:
    assert commands(Planned({}, (WHOLE,)), "gitops/")[0].startswith("::error file=gitops/desired/prod/api.yaml,")


def test_a_service_that_is_held_or_blocked_is_a_warning_at_its_manifest() -> None:
    (said,) = commands(Planned({WEB: BLOCKED}, services={WEB: named("web")}))
    assert said.startswith(f"::warning file={named('web').source},title=Trueup::prod/web is blocked (preflight). A: ")
    assert "a.%0Ab." in said


def test_what_is_in_the_way_is_one_sentence() -> None:
    held = Held(wanted().release, "d-1", AwsReason("ALARM_ACTIVE", "5xx fired."))
    outcomes: tuple[Outcome, ...] = (held, Failed("RevisionUnread", "It could not be read."))
    said = [commands(Planned({WEB: Plan((), each, Sync.HELD, Health.HEALTHY)}))[0] for each in outcomes]
    assert [each.partition("Trueup::")[2] for each in said] == [
        "prod/web is held since d-1 did not succeed. ALARM_ACTIVE: 5xx fired.",
        "prod/web failed. RevisionUnread: It could not be read.",
    ]


def test_a_service_that_could_not_be_planned_is_an_error() -> None:
    assert commands(Planned({}, failed={WEB: "Timeout."})) == [
        "::error title=Trueup::prod/web could not be planned. Timeout."
    ]


def test_what_is_well_is_no_annotation() -> None:
    calm = Plan((), InSync(), Sync.IN_SYNC, Health.HEALTHY)
    assert commands(Planned({WEB: calm})) == []


def test_the_text_below_gives_no_commands() -> None:
    planned = Planned({}, failed={WEB: "x\n::set-output name=a::b"})
    said = annotations(planned, "", "t0ken").partition("::stop-commands::")[2]
    assert said == f"t0ken\n{text(planned)}\n::t0ken::"
