"""The archive: which rows are too many for a page, and which page they move to."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from itertools import count, groupby
from pathlib import Path
from posixpath import dirname, relpath
from urllib.parse import quote

from paper_action.paper import by_age, month
from paper_action.places import located
from paper_action.settings import Settings
from paper_action.text import formula_cost

from .draft import Draft, apart, begun
from .files import line_ending
from .page import read_page
from .table import Row

Pages = Mapping[str, str]  # the texts by path below root, with /

# GitHub sets formulas worth 2,000 on a page, and shows an error for every later one.
_FORMULAS = 1_900


def read_archive(folder: Path, settings: Settings) -> Pages:
    """Return the pages of our part of the archive, whoever made them.

    What has a page's name and is no file counts as a page with nothing of ours.
    """
    pages: dict[str, str] = {}
    top = located(folder, settings.folder, "archive")
    for file in top.rglob("*.md"):
        name = f"{settings.folder}/{file.relative_to(top).as_posix()}"
        place = located(folder, name, "archive")
        content = place.read_bytes() if place.is_file() else b""
        pages[name] = content.decode(errors="surrogateescape")
    return pages


def papers_of(pages: Pages) -> set[str]:
    """Return the papers that pages list."""
    return {paper for text in pages.values() for paper in _papers_of(text)}


@cache  # a run reads the archive twice
def _papers_of(text: str) -> set[str]:
    page = read_page(text)
    return page.papers(page.whole)


def move_oldest(draft: Draft, pages: Pages, settings: Settings) -> tuple[Draft, Pages]:
    """Move a draft's oldest rows until it is well under its limits.

    Returns the draft that is left, with a line that leads to the rows that moved, and
    the pages that get them. All rows of a paper move, but none that names no paper.
    """
    oldest = [row for row in draft.rows if row.ids]
    oldest.sort(key=lambda row: by_age(row.ids[0]))
    rest = draft._replace(rows=[row for row in draft.rows if not row.ids]).text
    number = _surplus(oldest, rest, settings)
    papers = {row.ids[0] for row in oldest[:number]}
    if not papers:
        return draft, {}

    moved = [begun(row) for row in oldest if row.ids[0] in papers]
    staying = [row for row in draft.rows if papers.isdisjoint(row.ids[:1])]
    filed = _filed(moved, draft.header, pages, settings)
    target = quote(relpath(settings.folder, dirname(settings.path)))
    link = f"[archive]({target}/)"
    if link not in rest:
        draft = draft.with_line(f"Older papers: {link}")
    return draft._replace(rows=apart(staying)), filed


def is_too_long(text: str, settings: Settings) -> bool:
    """Tell whether a text is longer than it may be."""
    return 0 < settings.max_bytes < _size(text)


def _surplus(oldest: Sequence[Row], rest: str, settings: Settings) -> int:
    """Return how many of the oldest rows are too many; none if the rest is too long.

    Where a limit is passed, so many go that the rows of some more days have room.
    """
    limit = settings.max_bytes
    room = limit - _size(rest)
    formulas = _FORMULAS - formula_cost(rest)
    if not limit or room < limit // 10:
        return 0
    if formulas < 0:  # of the text around the rows, which no move would help
        formulas = sys.maxsize
    if _count_fitting(oldest, room, formulas) == len(oldest):
        return 0
    newest = oldest[::-1]
    return len(oldest) - _count_fitting(newest, room * 3 // 4, formulas * 3 // 4)


def _size(text: str) -> int:
    return len(text.encode(errors="surrogateescape"))


def _filed(
    rows: Sequence[Row], header: str, pages: Pages, settings: Settings
) -> dict[str, str]:
    """Return the pages that get rows: each row goes to its month's first with room.

    The rows are sorted by their months.
    """
    filed: dict[str, str] = {}
    ending = line_ending(header)
    for day, group in groupby(rows, key=lambda row: month(row.ids[0])):
        title = day.strftime("# arXiv papers of %B %Y")
        new_page = title + ending + ending + header
        names = _names(day, settings)
        waiting = [*group]
        while waiting:
            name = next(names)
            page = pages.get(name, new_page)
            number = _count_taken(waiting, page, new_page, settings)
            if number:
                filed[name] = page + "".join(row.text for row in waiting[:number])
                waiting = waiting[number:]
    return filed


def _names(day: date, settings: Settings) -> Iterator[str]:
    """Yield the names of a month's pages, without an end."""
    stem = settings.folder + day.strftime("/%Y-%m")
    yield f"{stem}.md"
    for number in count(2):
        yield f"{stem}-{number}.md"


def _count_taken(
    rows: Sequence[Row], page: str, new_page: str, settings: Settings
) -> int:
    """Return how many of the first rows a page takes: as many as fit, if it is ours.

    A new one takes a row that is too long for any.
    """
    room = settings.max_bytes - _size(page)
    fitting = _count_fitting(rows, room, _FORMULAS - formula_cost(page))
    if page == new_page:
        return max(fitting, 1)
    if not fitting or not _is_ours(page, new_page):
        return 0
    return fitting


def _count_fitting(rows: Sequence[Row], room: int, formulas: int) -> int:
    """Return how many of the first rows fit into so many bytes and formulas."""
    for number, row in enumerate(rows):
        room -= _size(row.text)
        formulas -= formula_cost(row.text)
        if room < 0 or formulas < 0:
            return number
    return len(rows)


def _is_ours(page: str, new_page: str) -> bool:
    """Tell whether a page is as we make it, with nothing below its table."""
    if not page.startswith(new_page) or not page.endswith(line_ending(new_page)):
        return False
    return read_page(page).tables[0].end == len(page)
