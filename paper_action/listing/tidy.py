"""Rows made anew from arXiv's own records, as the table's header wants them."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from paper_action.paper import Paper
from paper_action.settings import Settings

from .files import line_ending
from .frame import Frame
from .table import Row, cells, is_theirs, margin


class Tidied(NamedTuple):
    """The rows of a table, and how many of them are made anew or gone."""

    rows: Sequence[Row]
    changed: int


def row_of(
    paper: Paper, frame: Frame, settings: Settings, old_cells: Sequence[str] = ()
) -> Row:
    """Return a paper's row in the table of a frame, as far from the margin as that.

    Of an old row's cells those stay that only people can have filled.
    """
    folded = "abstract-folded" in settings.columns
    made = cells(paper, frame.columns, folded=folded)
    for number, (column, old) in enumerate(zip(frame.columns, old_cells, strict=False)):
        if is_theirs(column, old):
            made[number] = old
    text = f"{margin(frame.header)}| {' | '.join(made)} |{line_ending(frame.header)}"
    return Row(text=text, cells=made, ids=[paper.id], told=paper.id, line=0)


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
