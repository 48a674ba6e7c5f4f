from __future__ import annotations

import pytest

from controller.source.chart_sandbox import ChartSandbox, ChartTemplates
from controller.source.templating import Rendered


def test_a_chart_renders_more_than_once() -> None:
    chart = ChartSandbox(ChartTemplates({"main.j2": "{{ values.a }}"}, "main.j2", {"required": ["a"]}))
    assert [type(chart.render({"values": {"a": 1}}, 100)) for _ in range(2)] == [Rendered, Rendered]


@pytest.mark.parametrize("schema", [None, {"type": "object"}])
def test_a_chart_that_was_prepared_renders_as_one_that_was_not(schema: object) -> None:
    chart = ChartSandbox(ChartTemplates({"main.j2": "a"}, "main.j2", schema))
    chart.prepare()
    assert chart.render({"values": {}}, 10) == Rendered("a", (("main.j2", 1),))
