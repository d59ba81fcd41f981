"""The place of a list in its page: the table that is ours, or where one could be made."""

from collections.abc import Sequence
from typing import NamedTuple

from .marks import Marker, part_of
from .page import Page, is_heading
from .table import ADDRESSES, Table


class Gap(NamedTuple):
    """An offset where a table can be made, above the end marker if it is marked."""

    start: int
    is_marked: bool

    @property
    def end(self) -> int:
        """The same offset: nothing is there yet."""
        return self.start


def find_place(page: Page, section: str, markers: Sequence[Marker]) -> Table | Gap:
    """Return our table: the one between our markers, else the page's first of papers.

    Of several below the same heading it is the one with the most papers.
    """
    part = part_of(section, markers)
    if part:
        candidates = [table for table in page.tables if table.start in part]
        gap = Gap(part.stop, is_marked=True)
    else:
        candidates = [] if section else _tables_of_papers(page, markers)
        gap = Gap(len(page.text), is_marked=False)
    if not candidates:
        return gap
    return max(_below_one_heading(page, candidates), key=_count_papers)


def _tables_of_papers(page: Page, markers: Sequence[Marker]) -> list[Table]:
    """Return the tables outside of all markers that people keep papers in."""
    names = {marker.name for marker in markers}
    parts = [part_of(name, markers) or range(0) for name in names]
    tables: list[Table] = []
    for table in page.tables:
        is_free = not any(table.start in part for part in parts)
        has_papers = not ADDRESSES.isdisjoint(table.columns) or _count_papers(table)
        if is_free and "title" in table.columns and has_papers:
            tables.append(table)
    return tables


def _below_one_heading(page: Page, tables: Sequence[Table]) -> list[Table]:
    """Return the first tables, up to the next heading."""
    first = tables[0].line
    for line, written in enumerate(page.lines[first:], start=first + 1):
        if is_heading(written.shown):
            return [table for table in tables if table.line < line]
    return [*tables]


def _count_papers(table: Table) -> int:
    return sum(bool(row.ids) for row in table.rows)
