"""The kinds of panels, each with the look that all dashboards share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from grafana_foundation_sdk.builders import bargauge, common, prometheus, stat, statetimeline, table, timeseries
from grafana_foundation_sdk.builders import dashboard as built
from grafana_foundation_sdk.models import common as words
from grafana_foundation_sdk.models import dashboard
from grafana_foundation_sdk.models.prometheus import PromQueryFormat, QueryEditorMode

from tests.dashboards import colours

SOURCE = dashboard.DataSourceRef(type_val="prometheus", uid="${datasource}")
Panel = timeseries.Panel | stat.Panel | bargauge.Panel | table.Panel | statetimeline.Panel
P = TypeVar("P", timeseries.Panel, stat.Panel, bargauge.Panel, table.Panel, statetimeline.Panel)
Steps = Sequence[tuple[float | None, str]]
ALL_WELL: Steps = ((None, colours.GOOD),)


@dataclass(frozen=True, slots=True)
class Ask:
    """One query and what its answer is called: ``name`` may have labels as ``{{label}}``."""

    expression: str
    name: str
    colour: str = ""


@dataclass(frozen=True, slots=True)
class Says:
    """What a panel is about: its title, what it means and what to do, the unit, and what stands there without data."""

    title: str
    description: str
    unit: str = "short"
    nothing: str = "Nothing known: does Prometheus reach Trueup?"
    decimals: int | None = None


def query(ask: Ask, place: int, *, instant: bool = False, tabular: bool = False) -> prometheus.Dataquery:
    """The ``place``-th query of a panel, over the time that is looked at or of its end."""
    made = prometheus.Dataquery().expr(ask.expression).legend_format(ask.name).ref_id(chr(ord("A") + place))
    made = made.datasource(SOURCE).editor_mode(QueryEditorMode.CODE)
    made = made.instant() if instant else made.range()
    return made.format(PromQueryFormat.TABLE if tabular else PromQueryFormat.TIME_SERIES)


def figure(
    says: Says, asks: Sequence[Ask], width: int, *, steps: Steps = ALL_WELL, coloured: bool = True
) -> stat.Panel:
    """One or some numbers, as they are now."""
    panel = _said(stat.Panel(), says, width, 4).thresholds(_steps(steps))
    panel = panel.color_mode(words.BigValueColorMode.VALUE if coloured else words.BigValueColorMode.NONE)
    panel = panel.graph_mode(words.BigValueGraphMode.NONE).justify_mode(words.BigValueJustifyMode.AUTO)
    panel = panel.text_mode(words.BigValueTextMode.VALUE_AND_NAME if len(asks) > 1 else words.BigValueTextMode.AUTO)
    panel = panel.reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]))
    return _asked(panel, asks, instant=True)


def bars(says: Says, asks: Sequence[Ask], width: int, *, height: int = 7) -> bargauge.Panel:
    """Numbers beside each other, as they are now."""
    panel = _said(bargauge.Panel(), says, width, height).thresholds(_steps(ALL_WELL)).min(0)
    panel = panel.orientation(words.VizOrientation.HORIZONTAL).display_mode(words.BarGaugeDisplayMode.BASIC)
    panel = panel.reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]))
    return _asked(panel, asks, instant=True)


def lines(says: Says, asks: Sequence[Ask], width: int, *, limit: float | None = None) -> timeseries.Panel:
    """What went up and down over the time that is looked at. ``limit``: where it becomes somebody's business."""
    panel = _said(timeseries.Panel(), says, width, 8).min(0).line_width(2).fill_opacity(8)
    panel = panel.show_points(words.VisibilityMode.NEVER).span_nulls(False)
    panel = panel.color_scheme(built.FieldColor().mode(dashboard.FieldColorModeId.PALETTE_CLASSIC_BY_NAME))
    panel = _legend(panel)
    if limit is not None:
        panel = panel.thresholds(_steps(((None, "transparent"), (limit, colours.WARNING))))
        panel = panel.thresholds_style(common.GraphThresholdsStyleConfig().mode(words.GraphThresholdsStyleMode.DASHED))
    return _asked(panel, asks)


def counts(says: Says, asks: Sequence[Ask], width: int) -> timeseries.Panel:
    """What happened when, as bars upon each other. A minute at least is one bar, or events would fall between them."""
    panel = lines(says, asks, width).draw_style(words.GraphDrawStyle.BARS).fill_opacity(80).line_width(0)
    return panel.stacking(common.StackingConfig().mode(words.StackingMode.NORMAL)).interval("1m")


def layers(says: Says, asks: Sequence[Ask], width: int) -> timeseries.Panel:
    """Parts of a whole over time, upon each other."""
    panel = (
        lines(says, asks, width).fill_opacity(45).line_width(1).line_interpolation(words.LineInterpolation.STEP_AFTER)
    )
    return panel.stacking(common.StackingConfig().mode(words.StackingMode.NORMAL))


def dots(says: Says, asks: Sequence[Ask], width: int) -> timeseries.Panel:
    """One value for each moment in which something ended."""
    panel = lines(says, asks, width).draw_style(words.GraphDrawStyle.POINTS).show_points(words.VisibilityMode.ALWAYS)
    return panel.point_size(8).interval("1m")


def states(says: Says, ask: Ask, known: Mapping[str, tuple[str, str]], width: int) -> statetimeline.Panel:
    """A band for each series, in the colour of the state it is in: its value is the place in ``known``, from 1."""
    panel = _said(statetimeline.Panel(), says, width, 8).fill_opacity(85).line_width(0)
    panel = panel.mappings([_mapping({str(at): each for at, each in enumerate(known.values(), 1)})])
    panel = panel.legend(common.VizLegendOptions().show_legend(True).placement(words.LegendPlacement.BOTTOM))
    panel = panel.color_scheme(built.FieldColor().mode(dashboard.FieldColorModeId.THRESHOLDS)).thresholds(
        _steps(ALL_WELL)
    )
    return _asked(panel, [ask])


@dataclass(frozen=True, slots=True)
class Column:
    """A label or ``Value``, what the column is called, its width in pixels (0: the rest), and where a click leads."""

    field: str
    title: str
    width: int = 0
    link: str = ""
    unit: str = ""
    words: Mapping[str, tuple[str, str]] | None = None


def rows(says: Says, ask: Ask, columns: Sequence[Column], width: int) -> table.Panel:
    """A table of what is so now: one row for each series, the greatest value first."""
    panel = _said(table.Panel(), says, width, 8).thresholds(_steps(ALL_WELL)).cell_height(words.TableCellHeight.SM)
    value = next(each.title for each in columns if each.field == "Value")
    panel = panel.sort_by([common.TableSortByFieldState().display_name(value).desc(True)])
    panel = panel.with_target(query(ask, 0, instant=True, tabular=True)).with_transformation(_arranged(columns))
    for column in columns:
        panel = panel.override_by_name(column.title, _looks(column))
    return panel


def _looks(column: Column) -> list[dashboard.DynamicConfigValue]:
    found: list[tuple[str, object]] = []
    if column.width:
        found.append(("custom.width", column.width))
    if column.unit:
        found.append(("unit", column.unit))
    if column.link:
        found.append(("links", [{"title": "Open in Trueup", "url": column.link, "targetBlank": True}]))
    if column.words:
        found += [
            ("mappings", [_mapping(column.words).to_json()]),
            ("custom.cellOptions", {"type": "color-text"}),
        ]
    return [dashboard.DynamicConfigValue(id_val=name, value=value) for name, value in found]


def _arranged(columns: Sequence[Column]) -> dashboard.DataTransformerConfig:
    options = {
        "excludeByName": {"Time": True},
        "indexByName": {each.field: place for place, each in enumerate(columns)},
        "renameByName": {each.field: each.title for each in columns},
    }
    return dashboard.DataTransformerConfig(id_val="organize", options=options)


def _mapping(known: Mapping[str, tuple[str, str]]) -> dashboard.ValueMap:
    shown = {
        value: dashboard.ValueMappingResult(text=text, color=colour, index=place)
        for place, (value, (text, colour)) in enumerate(known.items())
    }
    return dashboard.ValueMap(options=shown)


def _said(panel: P, says: Says, width: int, height: int) -> P:
    panel = panel.title(says.title).description(says.description).unit(says.unit).datasource(SOURCE)
    panel = panel.span(width).height(height).no_value(says.nothing)
    return panel if says.decimals is None else panel.decimals(says.decimals)


def _asked(panel: P, asks: Sequence[Ask], *, instant: bool = False) -> P:
    for place, ask in enumerate(asks):
        panel = panel.with_target(query(ask, place, instant=instant))
        if ask.colour:
            fixed = {"mode": "fixed", "fixedColor": ask.colour}
            panel = panel.override_by_name(ask.name, [dashboard.DynamicConfigValue(id_val="color", value=fixed)])
    return panel


def _legend(panel: timeseries.Panel) -> timeseries.Panel:
    legend = common.VizLegendOptions().show_legend(True).display_mode(words.LegendDisplayMode.TABLE)
    legend = legend.placement(words.LegendPlacement.BOTTOM).calcs(["lastNotNull", "max"])
    tip = common.VizTooltipOptions().mode(words.TooltipDisplayMode.MULTI).sort(words.SortOrder.DESCENDING)
    return panel.legend(legend).tooltip(tip)


def _steps(steps: Steps) -> built.ThresholdsConfig:
    thresholds = [dashboard.Threshold(value=value, color=colour) for value, colour in steps]
    return built.ThresholdsConfig().mode(dashboard.ThresholdsMode.ABSOLUTE).steps(thresholds)
