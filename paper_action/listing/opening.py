"""A list's file, read: its page, our table there, the note, the papers that it has."""

from collections.abc import Mapping, Sequence, Set
from typing import NamedTuple

from paper_action.paper import ConfigError, linked_ids
from paper_action.settings import TELLING, Settings

from . import advice
from .marks import Note, find_comments, find_markers, find_note, parts_between
from .page import Page, read_page
from .table import ADDRESSES, Row, Table

NEEDED = "it needs a column Title, Link, PDF or ID"


class Opened(NamedTuple):
    """A list's page, and what of it is ours.

    ``part`` is the text between our markers, empty without them. Where there is no
    ``table``, one can be made at its end, or without markers at the end of the page.
    ``warnings`` say what a person may have meant otherwise.
    """

    page: Page
    part: range
    table: Table | None
    note: Note | None
    papers: Set[str]
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
    parts = parts_between(markers)
    part = parts.get(section, range(0))
    if section in markers and not part:
        half = advice.half_a_pair(page, markers[section], section)
        raise refusal(half, page, settings)
    table = _find_table(page, parts, section)
    obstacle = _obstacle(page, part, table)
    if obstacle:
        raise refusal(obstacle, page, settings)

    commented = _commented(page)
    # The other lists of the file are not ours, but comments are for all.
    papers = page.papers(part if section else page.whole) | commented
    elsewhere = papers - commented
    return Opened(
        page=page,
        part=part,
        table=table,
        note=find_note(page, section, settings.today),
        papers=papers,
        warnings=[] if part else _warnings(page, table, section, elsewhere),
    )


def _find_table(page: Page, parts: Mapping[str, range], section: str) -> Table | None:
    """Return our table: the first between our markers, else the first of papers.

    A section has no table but between markers, and no table in a section is free.
    """
    if section or section in parts:
        ours = page.tables_in(parts.get(section, range(0)))
        return ours[0] if ours else None
    taken: set[int] = set()
    for part in parts.values():
        taken.update(table.start for table in page.tables_in(part))
    for table in page.tables:
        if table.start not in taken and _is_of_papers(table):
            return table
    return None


def _is_of_papers(table: Table) -> bool:
    """Tell whether a table is one of papers: it has links, or a column for them."""
    if "title" not in table.columns:
        return False
    return not ADDRESSES.isdisjoint(table.columns) or any(row.ids for row in table.rows)


def _obstacle(page: Page, part: range, table: Table | None) -> str:
    """Return why no rows can stand where our table is or is to be, or nothing."""
    if table and TELLING.isdisjoint(table.columns):
        return f"the table in line {table.line} takes no rows: {NEEDED}"
    if table:
        return ""
    if part:
        return advice.unfit_header(page, part)
    return "a table at its end would not be shown" if page.unclosed else ""


def _commented(page: Page) -> Set[str]:
    """Return the papers to which comments link."""
    comments = [comment for _, comment in find_comments(page)]
    return set(linked_ids(" ".join(comments)))


def _warnings(
    page: Page, table: Table | None, section: str, elsewhere: Set[str]
) -> list[str]:
    """Return what to say where no markers tell which table is ours.

    ``elsewhere`` are the papers that stand in the file, in whatever but comments.
    """
    if table:
        return advice.nearly_markers(page, section)
    said = advice.nearly_or_other_markers(page, section)
    unfit = advice.unfit_header_of_papers(page)
    if unfit:
        said.append(unfit)
    if elsewhere:
        said.append(advice.how_to_choose(section))
    return said


def refusal(why: str, page: Page, settings: Settings) -> ConfigError:
    """Return the error that a page takes no rows, with the line that is in the way."""
    if page.unclosed:
        why += f"; line {page.unclosed} begins code or a comment that nothing ends"
    return ConfigError("path", f"{settings.path}: {why}")
