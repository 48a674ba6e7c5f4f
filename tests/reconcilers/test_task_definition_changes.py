"""Task definitions compared: what counts, what does not, and how it is told."""

from reconcilers.diff import Change, task_definition_changes
from reconcilers.task_definition import canonical, revision_digest
from tests.reconcilers.rows import task


def port(**fields: object) -> dict[str, object]:
    return {"portMappings": [fields]}


def test_an_undeclared_family_is_not_compared() -> None:
    assert task_definition_changes({"cpu": "256"}, {"family": "generated-1", "cpu": "256"}) == ()


def test_what_was_compared_before_is_compared_with_another_as_if_for_the_first_time() -> None:
    live = {"family": "web", "cpu": "256"}
    undeclared, declared = {"cpu": "256"}, {"family": "shop", "cpu": "256"}
    change = (Change("/taskDefinition/family", "changed", "shop", "web"),)
    assert [task_definition_changes(each, live) for each in (declared, undeclared, declared)] == [change, (), change]


def test_declared_tags_are_compared_and_others_are_not() -> None:
    declared = {"tags": [{"key": "team", "value": "shop"}, {"key": "tier", "value": ""}]}
    live = {"tags": [{"key": "tier"}, {"key": "other", "value": "x"}, {"key": "team", "value": "ops"}]}
    assert task_definition_changes(declared, live) == (Change("/taskDefinition/tags/team", "changed", "shop", "ops"),)


def test_a_renamed_tag_is_one_removed_and_one_added() -> None:
    declared = {"tags": [{"key": "team", "value": "shop"}]}
    live = {"tags": [{"key": "group", "value": "shop"}, {"key": "other", "value": "x"}]}
    assert [(one.path, one.kind) for one in task_definition_changes(declared, live)] == [
        ("/taskDefinition/tags/group", "added"),
        ("/taskDefinition/tags/team", "removed"),
    ]


def test_tags_that_nobody_asked_for_are_unknown() -> None:
    assert task_definition_changes({"tags": [{"key": "team", "value": "shop"}]}, {}) == ()


def test_tags_are_labels_and_no_content() -> None:
    assert revision_digest(task({}, tags=[{"key": "a", "value": "b"}])) == revision_digest(task({}))


def test_another_network_mode_is_one_change_and_not_one_for_each_port() -> None:
    declared = task(port(containerPort=80), networkMode="awsvpc")
    live = task(port(containerPort=80, hostPort=80), networkMode="bridge")
    assert [one.path for one in task_definition_changes(declared, live)] == ["/taskDefinition/networkMode"]


def test_variables_of_one_name_do_not_collapse() -> None:
    declared = task({"environment": [{"name": "A", "value": "1"}, {"name": "A", "value": "2"}]})
    live = task({"environment": [{"name": "A", "value": "2"}, {"name": "A", "value": "3"}]})
    assert task_definition_changes(declared, declared) == ()
    changes = task_definition_changes(declared, live)
    assert changes == (Change("/taskDefinition/containerDefinitions/app/environment/A", "changed", "1", "3"),)


def test_a_second_entry_of_one_name_is_told_by_its_number() -> None:
    declared = task({"environment": [{"name": "A", "value": "1"}]})
    live = task({"environment": [{"name": "A", "value": "1"}, {"name": "A", "value": "2"}]})
    assert task_definition_changes(declared, live) == (
        Change("/taskDefinition/containerDefinitions/app/environment/A#2", "added", None, "2"),
    )


def test_an_entry_with_more_than_name_and_value_is_compared_field_by_field() -> None:
    declared = task({"environment": [{"name": "A", "value": "1"}]})
    live = task({"environment": [{"name": "A", "value": "1", "scope": "build"}]})
    assert task_definition_changes(declared, live) == (
        Change("/taskDefinition/containerDefinitions/app/environment/A/scope", "added", None, "build"),
    )


def test_a_value_of_another_type_is_a_change_and_no_crash() -> None:
    declared = {"volumes": [{"name": "a"}], "command": ["x"], "user": "x"}
    live = {"volumes": ["a"], "command": {"x": 1}, "user": ["x"]}
    changes = task_definition_changes(declared, live)
    assert [(one.path, one.declared, one.live) for one in changes] == [
        ("/taskDefinition/command", ["x"], {"x": 1}),
        ("/taskDefinition/user", "x", ["x"]),
        ("/taskDefinition/volumes/0", {"name": "a"}, "a"),
    ]


def test_an_amount_that_cannot_be_read_stays_as_it_is() -> None:
    assert canonical({"cpu": "half a vCPU", "memory": "1 vCPU"}) == {"cpu": "half a vCPU", "memory": "1 vCPU"}
    assert canonical({"cpu": "0.3 vCPU"}) == {"cpu": "0.3 vCPU"}


def test_a_whole_number_is_a_whole_number_however_it_is_written() -> None:
    assert canonical(task({"memory": 256.0})) == canonical(task({"memory": 256}))


def test_zero_is_a_number_where_it_is_not_the_default() -> None:
    limits = {"ulimits": [{"name": "core", "softLimit": 0, "hardLimit": 0}]}
    assert canonical(task(limits))["containerDefinitions"][0]["ulimits"] == limits["ulimits"]


def test_values_that_are_swapped_for_others_are_removed_and_added() -> None:
    changes = task_definition_changes(task({"links": ["a", "b", "c"]}), task({"links": ["c", "d", "e"]}))
    assert [(one.path.rsplit("/", 1)[1], one.kind) for one in changes] == [
        ("a", "removed"),
        ("b", "removed"),
        ("d", "added"),
        ("e", "added"),
    ]


def test_an_amount_may_have_noughts_behind_its_point() -> None:
    assert canonical({"cpu": "1.50 vCPU", "memory": "2.0GB"}) == {"cpu": "1536", "memory": "2048"}
