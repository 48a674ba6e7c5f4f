from __future__ import annotations

from controller.source.chart_sandbox import ChartSandbox, ChartTemplates
from controller.source.templating import Rendered


def test_a_chart_renders_more_than_once() -> None:
    chart = ChartSandbox(ChartTemplates({"main.j2": "{{ values.a }}"}, "main.j2", {"required": ["a"]}))
    assert [type(chart.render({"values": {"a": 1}}, 100)) for _ in range(2)] == [Rendered, Rendered]
