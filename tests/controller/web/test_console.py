"""Links to AWS's console."""

from controller.web import console


def test_a_service_has_a_page_in_its_region() -> None:
    link = console.service("eu-west-1", "prod", "notes")
    assert (
        link == "https://eu-west-1.console.aws.amazon.com/ecs/v2/clusters/prod/services/notes/health?region=eu-west-1"
    )


def test_china_and_govcloud_have_consoles_of_their_own() -> None:
    assert console.service("cn-north-1", "c", "s").startswith("https://console.amazonaws.cn/")
    assert console.service("us-gov-west-1", "c", "s").startswith("https://console.amazonaws-us-gov.com/")


def test_a_revision_has_a_page_by_family_and_number() -> None:
    link = console.task_definition("eu-west-1", "arn:aws:ecs:eu-west-1:1:task-definition/notes:7")
    assert "/task-definitions/notes/7/" in link


def test_a_codedeploy_deployment_has_a_page() -> None:
    assert console.deployment("eu-west-1", "d-1").endswith("/deployments/d-1?region=eu-west-1")


def test_ecs_own_deployment_is_found_with_those_of_its_service() -> None:
    link = console.deployment("eu-west-1", "arn:aws:ecs:eu-west-1:1:service-deployment/prod/notes/1")
    assert link.endswith("/ecs/v2/clusters/prod/services/notes/deployments?region=eu-west-1")


def test_what_is_no_deployment_has_no_page() -> None:
    assert console.deployment("eu-west-1", "ecs-svc/123") == ""


def test_a_deployment_group_has_a_page() -> None:
    assert "/applications/app/deployment-groups/dg?" in console.deployment_group("eu-west-1", "app", "dg")


def test_a_name_cannot_leave_its_place() -> None:
    assert "/../" not in console.service("eu-west-1", "../../evil", "a?b#c")
    assert console.alarm("eu-west-1", "a/b c").endswith("alarm/a%2Fb%20c")


def test_cloudwatch_spells_log_groups_in_its_own_way() -> None:
    assert console.log_group("eu-west-1", "/ecs/notes").endswith("log-group/$252Fecs$252Fnotes")
