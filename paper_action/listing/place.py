"""Which table of a page is ours."""

from collections.abc import Sequence

from .marks import Marker, part_of
from .page import Page, heading
from .table import ADDRESSES, Table


def find_table(page: Page, markers: Sequence[Marker], section: str) -> Table | None:
    """Return our table: the one between our markers, else the page's first of papers.

    Of several below the same heading it is the one with the most papers.
    """
    part = part_of(markers, section)
    if part:
        tables = [table for table in page.tables if table.start in part]
    elif section:
        tables = []
    else:
        tables = _tables_of_papers(page, markers)
    if not tables:
        return None
    return max(_below_one_heading(page, tables), key=_count_papers)


def _tables_of_papers(page: Page, markers: Sequence[Marker]) -> list[Table]:
    """Return the tables outside of all markers that people keep papers in."""
    sections = {marker.section for marker in markers}
    parts = [part_of(markers, section) or range(0) for section in sections]
    tables: list[Table] = []
    for table in page.tables:
        is_free = not any(table.start in part for part in parts)
        has_papers = not ADDRESSES.isdisjoint(table.columns) or _count_papers(table)
        if is_free and "title" in table.columns and has_papers:
            tables.append(table)
    return tables


def _below_one_heading(page: Page, tables: Sequence[Table]) -> Sequence[Table]:
    """Return the first tables, up to the next heading."""
    first = tables[0].line
    for number, line in enumerate(page.lines[first:], start=first + 1):
        if heading(line.shown):
            return [table for table in tables if table.line < number]
    return tables


def _count_papers(table: Table) -> int:
    return sum(bool(row.ids) for row in table.rows)
