"""A list's file, read: its page, our table there, the note, the papers that it has."""

from collections.abc import Mapping, Sequence, Set
from typing import NamedTuple

from paper_action.paper import ConfigError, linked_ids
from paper_action.settings import TELLING, Settings

from . import advice
from .marks import (
    Marker,
    Note,
    find_comments,
    find_markers,
    find_note,
    lone_marker,
    part_of,
)
from .page import Page, read_page
from .table import ADDRESSES, Row, Table

NEEDED = "it needs a column Title, Link, PDF or ID"


class Opened(NamedTuple):
    """A list's page, and what of it is ours.

    ``part`` is the text between our markers, empty without them. Where there is no
    ``table``, one can be made at its end, or without markers at the end of the page.
    ``commented`` are the papers that comments link to. ``warnings`` say what a person
    may have meant otherwise.
    """

    page: Page
    part: range
    table: Table | None
    note: Note | None
    papers: Set[str]
    commented: Set[str]
    warnings: Sequence[str]

    @property
    def rows(self) -> Sequence[Row]:
        """The rows of our table."""
        return self.table.rows if self.table else ()

    @property
    def place(self) -> range:
        """Where our table stands in the text; empty where it can be made."""
        if self.table:
            return range(self.table.start, self.table.end)
        end = self.part.stop if self.part else len(self.page.text)
        return range(end, end)


def opened(text: str, settings: Settings) -> Opened:
    """Read a list's text; raise ConfigError where no rows can stand in it."""
    section = settings.section
    page = read_page(text)
    markers = find_markers(page)
    own = markers.get(section, [])
    part = part_of(own)
    table = _find_table(page, markers, section)
    obstacle = _obstacle(page, own, table, section)
    if obstacle:
        raise refusal(obstacle, page, settings)

    commented: set[str] = set()
    for _, comment in find_comments(page):
        commented.update(linked_ids(comment))
    papers = page.papers(page.whole)
    if section:  # the other lists of the file are not ours, but comments are for all
        papers = page.papers(part) | commented
    return Opened(
        page=page,
        part=part,
        table=table,
        note=find_note(page, section, settings.today),
        papers=papers,
        commented=commented,
        warnings=_warnings(page, part, table, section),
    )


def _find_table(
    page: Page, markers: Mapping[str, Sequence[Marker]], section: str
) -> Table | None:
    """Return our table: the first between our markers, else the first of papers."""
    parts = {name: part_of(each) for name, each in markers.items()}
    own = parts.get(section, range(0))
    if own or section:
        inside = [table for table in page.tables if table.start in own]
        return inside[0] if inside else None

    for table in page.tables:
        is_free = not any(table.start in part for part in parts.values())
        if is_free and _is_of_papers(table):
            return table
    return None


def _is_of_papers(table: Table) -> bool:
    """Tell whether a table is one of papers: it has links, or a column for them."""
    if "title" not in table.columns:
        return False
    return not ADDRESSES.isdisjoint(table.columns) or any(row.ids for row in table.rows)


def _warnings(page: Page, part: range, table: Table | None, section: str) -> list[str]:
    """Return what to say where no markers tell which table is ours."""
    if part:
        return []
    said = advice.nearly_markers(page, section, with_others=table is None)
    if not table:
        said += advice.unfit_headers(page, part)
    return said


def refusal(why: str, page: Page, settings: Settings) -> ConfigError:
    """Return the error that a page takes no rows, with the line that is in the way."""
    if page.unclosed:
        why += f"; line {page.unclosed} begins code or a comment that nothing ends"
    return ConfigError("path", f"{settings.path}: {why}")


def _obstacle(
    page: Page, own: Sequence[Marker], table: Table | None, section: str
) -> str:
    """Return why no rows can stand in a page, or nothing."""
    lone = lone_marker(own)
    if lone:
        nearly = advice.nearly_markers(page, section, with_others=False)
        return "; ".join([advice.other_half(page, lone, section), *nearly])
    if table:
        if not TELLING.isdisjoint(table.columns):
            return ""
        return f"the table in line {table.line} takes no rows: {NEEDED}"
    part = part_of(own)
    if part:
        return "; ".join(advice.unfit_headers(page, part))
    return "a table at its end would not be shown" if page.unclosed else ""
