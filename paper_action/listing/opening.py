"""A list as it stands: its page, the place of its rows there, its archive."""

from collections.abc import Sequence, Set
from pathlib import Path
from typing import NamedTuple

from paper_action.paper import ConfigError, linked_ids
from paper_action.settings import Settings

from . import advice
from .archive import Pages, papers_of, read_archive
from .files import check_capitals, read_text
from .marks import (
    Marker,
    Note,
    find_comments,
    find_markers,
    find_note,
    marker_form,
    part_of,
)
from .page import Page, read_page
from .place import Gap, find_place
from .table import TELLING, Row, Table

_NEW_FILE = "# arXiv papers\n"


class Opened(NamedTuple):
    """A list that was read: ``papers`` are those in its page and its archive."""

    page: Page
    markers: Sequence[Marker]
    place: Table | Gap
    note: Note | None
    archive: Pages
    papers: Set[str]
    is_new: bool

    @property
    def rows(self) -> Sequence[Row]:
        """The rows of the list's table, none where it is still to be made."""
        return self.place.rows if isinstance(self.place, Table) else ()


def opened(folder: Path, settings: Settings) -> Opened:
    """Read a list; raise ConfigError where it cannot take rows."""
    check_capitals(folder, settings.path)
    text = read_text(folder, settings.path, "path")
    page = read_page(text or _NEW_FILE)
    markers = find_markers(page)
    place = find_place(page, settings.section, markers)
    why = _obstacle(page, place, markers, settings.section)
    if why:
        raise refusal(why, page, settings)
    archive = read_archive(folder, settings)
    listed_here = _listed_papers(page, settings.section, markers)
    return Opened(
        page=page,
        markers=markers,
        place=place,
        note=find_note(page, settings.section, settings.now.date()),
        archive=archive,
        papers=listed_here | papers_of(archive),
        is_new=not text,
    )


def refusal(why: str, page: Page, settings: Settings) -> ConfigError:
    """Return the error that a page takes no rows, with the line that is in the way."""
    if page.unclosed:
        why += f"; line {page.unclosed} begins code or a comment that nothing ends"
    return ConfigError("path", f"{settings.path}: {why}")


def commented_papers(page: Page) -> set[str]:
    """Return the papers that comments link to, to keep them off or not."""
    papers: set[str] = set()
    for comment in find_comments(page):
        papers.update(linked_ids(comment.text))
    return papers


def _listed_papers(page: Page, section: str, markers: Sequence[Marker]) -> set[str]:
    """Return the papers that count in a page: all, or a section's and those commented."""
    if not section:
        return page.papers()
    papers = commented_papers(page)
    part = part_of(section, markers)
    if part:
        papers |= page.papers(part)
    return papers


def _obstacle(
    page: Page, place: Table | Gap, markers: Sequence[Marker], section: str
) -> str:
    """Return why no rows can stand in a page, or nothing."""
    own = [marker for marker in markers if marker.name == section]
    part = part_of(section, markers)
    if own and not part:
        lone = _lone_marker(own[0], section)
        return "; ".join([lone, *advice.nearly_markers(page, section)])
    if isinstance(place, Table):
        if TELLING.isdisjoint(place.columns):
            needed = "it needs a column Title, Link, PDF or ID"
            return f"the table in line {place.line} takes no rows: {needed}"
        return ""
    if part:
        said = advice.unfit_dashes(page, part) or advice.missing_dashes(page, part)
        return "; ".join(said)
    return "a table at its end would not be shown" if page.unclosed else ""


def _lone_marker(marker: Marker, section: str) -> str:
    """Return which marker is missing beside one."""
    stands = f"{marker_form(marker.kind, section)} in line {marker.line}"
    if marker.kind == "start":
        return f"{stands} needs {marker_form('end', section)} below it"
    return f"{stands} needs {marker_form('start', section)} above it"
