"""Columns that stay legible: what does not fit beside each other stands below each other."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

from rich.cells import cell_len
from rich.console import Group, OverflowMethod, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

Cell = str | Text

GAP = 2
LEAST = 24  # columns below which text that flows is worse beside other columns than below them
NOTHING = ("", "-")


def sheet(headings: Sequence[str], rows: Sequence[Sequence[Cell]], width: int | None, *, cut: bool = False) -> Table:
    """A table of ``rows``; one entry for each where ``width`` columns are too few.

    The last column gives way first: it wraps, or is ``cut`` so that each row stays one line.
    """
    flows = len(headings) - 1
    widths = [max(map(_wide, cells)) for cells in zip(headings, *rows, strict=True)]
    left = None if width is None else width - sum(widths) - GAP * (len(widths) - 1) + widths[flows]
    if left is not None and left < min(LEAST, widths[flows]):
        return _entries(headings, rows)
    made = Table(box=None, pad_edge=False, padding=(0, GAP, 0, 0), header_style="bold")
    for place, heading in enumerate(headings):
        most = left if place == flows else None
        overflow: OverflowMethod = "ellipsis" if cut else "fold"
        made.add_column(heading, no_wrap=cut or place != flows, max_width=most, overflow=overflow)
    for row in rows:
        made.add_row(*row)
    return made


@dataclass(frozen=True, slots=True)
class Row:
    """Cells, and sentences that go with them."""

    cells: Sequence[Cell]
    notes: Sequence[str] = ()


def ledger(headings: Sequence[str], rows: Sequence[Row], width: int | None) -> RenderableType:
    """A table whose rows have sentences below them: beside them, where there is no end of columns."""
    if width is None:
        return sheet([*headings, "WHAT"], [[*row.cells, "; ".join(row.notes) or "-"] for row in rows], None)
    widths = [max(map(_wide, cells)) for cells in zip(headings, *(row.cells for row in rows), strict=True)]
    if sum(widths) + GAP * (len(widths) - 1) > width:
        return _entries([*headings, "WHAT"], [[*row.cells, "\n".join(row.notes)] for row in rows])
    told: list[RenderableType] = [_padded(headings, widths, "bold")]
    for row in rows:
        told.append(_padded(row.cells, widths))
        told += [Padding(Text(each), (0, 0, 0, GAP)) for each in row.notes]
    return Group(*told)


def _padded(cells: Sequence[Cell], widths: Sequence[int], style: str = "") -> Text:
    made = Text()
    for cell, width in zip(cells, widths, strict=True):
        text = cell.copy() if isinstance(cell, Text) else Text(cell, style)
        text.pad_right(width - text.cell_len + GAP)
        made.append_text(text)
    return made


def _entries(headings: Sequence[str], rows: Sequence[Sequence[Cell]]) -> Table:
    """Each row as a few lines: its first cell, and below it the others with their names."""
    made = Table.grid(padding=(0, 0))
    for first, *others in rows:
        title = first.copy() if isinstance(first, Text) else Text(first)
        title.stylize("bold")
        below = Table.grid(padding=(0, 1, 0, 0))
        below.add_column(no_wrap=True, style="bright_black", min_width=2 + max(map(len, headings)))
        below.add_column(overflow="fold")
        for heading, cell in zip(headings[1:], others, strict=True):
            if str(cell) not in NOTHING:
                below.add_row(f"  {heading.lower()}", cell)
        made.add_row(Group(title, below))
    return made


def stacked(*parts: RenderableType | None) -> Group:
    """Parts below each other, a blank line between; those that are ``None`` are left out."""
    shown = [each for each in parts if each is not None]
    return Group(*list(chain.from_iterable((Text(), each) for each in shown))[1:])


def _wide(cell: Cell) -> int:
    return cell.cell_len if isinstance(cell, Text) else cell_len(cell)
