"""Rows made anew from arXiv's own records, as the table's header wants them."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from paper_action.paper import Paper
from paper_action.settings import Settings

from .frame import Frame
from .table import Row, made_row


class Tidied(NamedTuple):
    """The rows of a table, and how many of them are made anew or gone."""

    rows: Sequence[Row]
    changed: int


def row_of(
    paper: Paper, frame: Frame, settings: Settings, old_cells: Sequence[str] = ()
) -> Row:
    """Return a paper's row in the table of a frame."""
    return made_row(
        paper,
        frame.columns,
        frame.header,
        folded="abstract-folded" in settings.columns,
        old_cells=old_cells,
    )


def tidied(
    rows: Sequence[Row], records: Mapping[str, Paper], frame: Frame, settings: Settings
) -> Tidied:
    """Return rows made anew where a record tells how; the others stay byte for byte.

    A repeat goes only where the paper's first row says the same, whatever people
    wrote beside it.
    """
    left: list[Row] = []
    firsts: dict[str, Row] = {}
    changed = 0
    for row in rows:
        paper = records.get(row.told)
        if not paper:
            left.append(row)
            continue
        made = row_of(paper, frame, settings, old_cells=row.cells)
        is_tidy = made.text.strip() == row.text.strip()
        first = firsts.get(row.told)
        if first and _says_nothing_new(made, first):
            changed += 1
            continue
        firsts.setdefault(row.told, made)
        left.append(row if is_tidy else made)
        changed += not is_tidy
    return Tidied(left, changed)


def _says_nothing_new(row: Row, first: Row) -> bool:
    return {*row.cells} <= {"", *first.cells}
